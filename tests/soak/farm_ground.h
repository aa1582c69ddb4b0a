/* farm_ground: a real emuicc-farm with chips of each kind, and the disk it stands on, which can be
 * made full. */
#ifndef EMUICC_TESTS_SOAK_FARM_GROUND_H
#define EMUICC_TESTS_SOAK_FARM_GROUND_H

#include "tests/benchmarks/farm_folder.h"
#include "tests/soak/farm_chip.h"
#include "tests/support/card_process.h"

struct farm_ground {
    char folder[FARM_FOLDER_SIZE], state[96], pki[96], cards_text[24];
    bool own_disk; /* a memory file system; otherwise files may not grow while it is full */
    struct card_process farm;
    struct farm_books *books;
};

/* A place of this process's own, as far as the system gives one, and a PKI in it. */
void farm_ground_make(struct farm_ground *ground);
/* The farm, first with some chips and then with more of the next kind. All of them are in
 * ground->books then, and the farm runs. */
void farm_ground_make_chips(struct farm_ground *ground, size_t count);
void farm_ground_remove(struct farm_ground *ground);

void farm_ground_start(struct farm_ground *ground, const char *personality);
/* Kills the farm and keeps its folder for whoever looks for what was wrong; says where. */
void farm_ground_keep(struct farm_ground *ground);
/* SIGKILL, or SIGTERM, which must end it with 0. */
void farm_ground_kill(struct farm_ground *ground);
void farm_ground_end(struct farm_ground *ground);
/* Takes what the farm says, for so long. */
void farm_ground_wait(struct farm_ground *ground, int milliseconds);

/* A hazard begins or ends: workers are told before, and after. */
void farm_ground_hazard(struct farm_ground *ground, bool begins);
void farm_ground_fill(struct farm_ground *ground);
void farm_ground_clear(struct farm_ground *ground);

/* Waits until no chip is in the farm's memory, which it must come to once all have hung up. */
void farm_ground_settle(struct farm_ground *ground);
/* KiB of the farm's own. The last chip's memory goes back to the system a moment after the farm
 * says that it is gone: the least of some samples. */
double farm_ground_memory(struct farm_ground *ground);
/* Open descriptors of the farm. */
size_t farm_ground_descriptors(const struct farm_ground *ground);

#endif
