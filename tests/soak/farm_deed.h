/* farm_deed: what a worker does to a chip, by chance but by the rules. */
#ifndef EMUICC_TESTS_SOAK_FARM_DEED_H
#define EMUICC_TESTS_SOAK_FARM_DEED_H

#include "tests/soak/chance.h"
#include "tests/soak/farm_chip.h"

struct farm_worker {
    struct farm_books *books;
    uint64_t chance;
    struct server server;
    struct iot_package_eim eim; /* of all workers the same key */
    struct bytes packages[FARM_PROFILES];
    uint8_t iccids[FARM_PROFILES][SOAK_PACKAGE_ICCID_SIZE];
};

typedef void farm_deed(struct farm_worker *worker, struct farm_visit *visit);
struct farm_deed_row {
    const char *name;
    farm_deed *run;
    uint32_t weight;
    bool kinds[FARM_KINDS]; /* of chips that it is done to */
};
extern const struct farm_deed_row farm_deeds[];
extern const size_t farm_deed_count;

/* A deed that this kind of chip takes. */
size_t farm_deed_choose(struct farm_worker *worker, enum farm_kind kind);
/* A new chip of an eIM gets it. */
void farm_deed_associate(struct farm_worker *worker, struct farm_visit *visit);

/* Shared by the sources of deeds. */
static inline uint32_t farm_deed_draw(struct farm_worker *worker, uint32_t below)
{
    return chance_draw(&worker->chance, below);
}
/* One of those that are there, or are not; FARM_NONE if there is no such profile. */
size_t farm_deed_pick(struct farm_worker *worker, const struct farm_visit *visit, bool there);
/* A change of a profile, by whomever: what it makes of the state, and its result. */
enum farm_deed_change { FARM_DEED_ENABLE, FARM_DEED_DISABLE, FARM_DEED_DELETE, FARM_DEED_CHANGES };
uint8_t farm_deed_apply(enum farm_deed_change change, size_t which, struct farm_state *state);
/* Lays a fault on the next command, or on the next call of the function; false if it could not be.
 */
bool farm_deed_lay(struct farm_worker *worker, struct farm_visit *visit, const char *function);
void farm_deed_lift(struct farm_visit *visit);
/* Before a command that shall be done or not at all: sends it, and hangs up in its midst. */
void farm_deed_hang_up_in(struct farm_visit *visit, struct bytes request);
/* An ES10 function of which an answer with this tag comes, with its status word. */
int farm_deed_ask(struct farm_visit *visit, struct bytes request, struct bytes *answer);
enum farm_peer_end farm_deed_end(int status, bool good);

farm_deed farm_deed_download, farm_deed_break_off, farm_deed_struck_load;
farm_deed farm_deed_change, farm_deed_struck_change, farm_deed_cut_change, farm_deed_forget_all;
farm_deed farm_deed_package, farm_deed_struck_package, farm_deed_cut_package, farm_deed_old_package;
farm_deed farm_deed_files, farm_deed_wrong_code, farm_deed_ota, farm_deed_old_ota;
farm_deed farm_deed_notices, farm_deed_snapshot, farm_deed_restore, farm_deed_reset;
farm_deed farm_deed_nonsense, farm_deed_rest;

#endif
