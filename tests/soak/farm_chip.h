/* farm_chip: a chip of a farm that lives by chance: what it must hold by what has been done to it,
 * and a worker's line to it. Whatever does not hold ends the program with the chip's EID.
 *
 * What the chip has acknowledged is there from then on. What it has not is there whole or not at
 * all: then the chip is in doubt between two states until it has been looked at. That may be only
 * where something of the kind was due: a hazard, which is a farm that is killed or a disk that is
 * full, or a client that hung up itself. */
#ifndef EMUICC_TESTS_SOAK_FARM_CHIP_H
#define EMUICC_TESTS_SOAK_FARM_CHIP_H

#include <stdatomic.h>

#include "tests/benchmarks/farm_peer.h"
#include "tests/benchmarks/iot_package.h"
#include "tests/soak/harm.h"
#include "tests/soak/soak_package.h"

#define FARM_PROFILES 4
#define FARM_NONE FARM_PROFILES
#define FARM_OTA 0 /* the profile that is managed over the air */
#define FARM_NOTICES_MAX 512
#define FARM_CHIP_USUAL_MS 60000
#define FARM_CHIP_SILENT_MS 400 /* for an answer that does not come */
#define FARM_TRIES 10           /* of the administrator's code */

/* Who manages its profiles. */
enum farm_kind { FARM_LPA, FARM_LPA_OR_EIM, FARM_EIM, FARM_KINDS };

struct farm_profile {
    bool there;
    bool known[2];    /* what EF.LOCI holds at its first bytes */
    uint8_t value[2]; /* the first is written by the terminal, the second over the air */
    uint8_t tries;    /* left for the administrator's code; 0: not known */
    uint32_t ota;     /* the highest counter of a packet that it has taken */
};
struct farm_state {
    struct farm_profile profiles[FARM_PROFILES];
    size_t enabled; /* or FARM_NONE */
    uint32_t eim_counter;
    uint32_t notices[FARM_NOTICES_MAX]; /* numbers of the notifications */
    size_t notice_count;
    uint32_t last_notice; /* the highest number so far */
};

/* In memory that parent and workers share. */
struct farm_chip {
    char eid[PKI_EID_SIZE * 2 + 1];
    enum farm_kind kind;
    int64_t token; /* of its eIM; 0: there is none yet */
    struct farm_state now, other, aside;
    bool doubt;     /* between now and other */
    bool has_aside; /* a snapshot of that state */
    uint32_t ota_sent;
    const char *last; /* deed but a look; and how its change ended, in what hazards */
    const char *last_harm;
    int last_end;
    bool last_hazard;
};

struct farm_books {
    atomic_uint hazards; /* that there are now */
    atomic_uint epoch;   /* counts their beginnings and ends */
    atomic_uint port;    /* of the farm */
    atomic_bool paused, stopped;
    atomic_size_t ready, resting; /* workers */
    atomic_size_t deeds, struck, doubts, refused, done[64];
    size_t chip_count;
    struct farm_chip chips[];
};

/* A worker's line to a chip. */
struct farm_visit {
    struct farm_chip *chip; /* NULL: to none */
    struct farm_books *books;
    uint8_t (*iccids)[SOAK_PACKAGE_ICCID_SIZE];
    struct farm_peer peer;
    const char *deed; /* that is being done */
    bool open;
    bool may_fail;           /* the next change: a fault lies somewhere, or the client hangs up */
    unsigned epoch;          /* in which the chip was last as it must be */
    uint64_t until;          /* it rests */
    const struct harm *harm; /* that lies on the next command; NULL: none */
};

#define FARM_NEED(visit, condition) farm_chip_need(visit, condition, #condition, __FILE__, __LINE__)
void farm_chip_need(const struct farm_visit *visit, bool holds, const char *condition,
                    const char *file, int line);

/* Whether anything may have happened to the farm since the chip was last looked at. */
bool farm_chip_in_hazard(const struct farm_visit *visit);

/* Connects and looks, until the chip has been seen as it must be. */
void farm_chip_open(struct farm_visit *visit);
/* The chip must be what it must be. False if the line was lost to a hazard. Ends doubts. */
bool farm_chip_look(struct farm_visit *visit);
void farm_chip_hang_up(struct farm_visit *visit);
/* Power off and on, or a reset; the ISD-R is selected. False if the line was lost to a hazard. */
bool farm_chip_reset(struct farm_visit *visit, bool cold);

/* One command, all of its answer: the status word, or -1. Hexadecimal in the second. */
int farm_chip_transmit(struct farm_visit *visit, struct bytes command, struct bytes *answer);
int farm_chip_send(struct farm_visit *visit, struct bytes *answer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A line to the farm's control socket about this chip: whether it was done. What is refused, or not
 * answered, must be so for a hazard. */
bool farm_chip_control(struct farm_visit *visit, const char *request);

/* How a command has ended that would bring the chip from `now` to `other`. */
void farm_chip_settle(struct farm_visit *visit, enum farm_peer_end end);
/* What `other` begins as. */
struct farm_state *farm_chip_change(struct farm_visit *visit);

#endif
