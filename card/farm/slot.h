/* slot: one chip of a farm: its EID, its folder, the card while it is in memory, and its reader: a
 * client of the farm's socket, or a reader of pcscd.
 *
 * All of a slot but `client` and `look` belongs to the thread of its loop. */
#ifndef EMUICC_CARD_FARM_SLOT_H
#define EMUICC_CARD_FARM_SLOT_H

#include <stdatomic.h>

#include "apdu/direct.h"
#include "card/farm/group_log.h"
#include "card/farm/idle_list.h"
#include "card/farm/loop.h"
#include "card/reader/link.h"
#include "card/startup.h"

#define SLOT_STORES_A_LOOP 32 /* that may be open at once */
#define SLOT_FREE (-1)
#define SLOT_RESERVED (-2) /* by a reader */
#define SLOT_CLAIMED (-3)  /* by a client that is being handed over */

/* What the chips of one loop share: their log, and its idle lists. An idle chip gives its memory
 * back in two steps. */
struct slot_shared {
    struct group_log log;     /* of the loop's chips */
    struct births *births;    /* of the farm's; borrowed */
    struct idle_list store;   /* first the store is closed, or the whole card unloaded */
    struct idle_list profile; /* later the profile, which rests in few bytes (store.h) */
};
void slot_shared_init(struct slot_shared *shared, struct loop *loop);

/* Of a slot, for any thread that looks: how many commands it has answered, faults that are set, and
 * bits of enum slot_flag. As they were after the last thing that happened to it. */
enum slot_flag { SLOT_IN_MEMORY = 1, SLOT_CONNECTED = 2, SLOT_EJECTED = 4 };
struct slot_look {
    atomic_ulong commands;
    atomic_uint faults, flags;
};

struct slot {
    struct loop_source source;
    struct idle_entry idle_store, idle_profile;
    atomic_int client; /* its socket, or SLOT_FREE, SLOT_RESERVED, SLOT_CLAIMED */
    int arriving;      /* while it is claimed: the client's socket, which the loop will take */
    char eid[PKI_EID_DIGITS + 1];
    bool recorded; /* it was made and not used yet: there is a record of it, and no folder */
    const struct startup_plan *plan; /* of all chips; `state` is the folder of theirs; borrowed */
    struct loop *loop;
    struct slot_shared *shared;
    struct card *card; /* NULL: not in memory */
    bool connected;    /* the client has been answered and is served */
    struct vpcd vpcd;  /* of the client */
    struct link *link; /* of the reader; NULL: none */
    struct slot_look look;
};

void slot_init(struct slot *slot, struct loop *loop, struct slot_shared *shared,
               const struct startup_plan *plan);
/* Powers the card off and frees it. Harmless for one that is all zero. */
void slot_finish(struct slot *slot);

/* The chip's folder. False if the path is too long. */
#define SLOT_PATH_MAX 4096
bool slot_folder(const struct slot *slot, char path[SLOT_PATH_MAX]);
/* Whether the chip is made: it has a store, or a record. */
bool slot_is_provisioned(const struct slot *slot);
/* False if the chip was made under other issuers than the plan's; a trace line has said so. A chip
 * that is not made, or cannot be read, matches. */
bool slot_matches_pki(struct slot *slot);
/* Makes the chip in a folder in this one, its store being the group's, as one that others will be
 * like. 0, or a failure after a trace line. */
int slot_provision(const struct slot *slot, const char *folder, struct store_group *group,
                   struct startup_sample *sample);
/* Plugs the chip into this reader for good; before the loop starts. 0, or a failure after a trace
 * line: then the reader stays empty. */
int slot_attach_reader(struct slot *slot, const struct reader *reader);

/* From any thread: gives the chip to the client on this socket, which the slot then owns and
 * answers. False if the chip is in use. */
bool slot_hand_over(struct slot *slot, int socket);

/* In the loop's thread: answers a request as an emuicc's control socket does (requests.h): NULL
 * with the answer, or why there is none. */
const char *slot_request(struct slot *slot, struct bytes line, struct writer *answer);

#endif
