/* targets: servers that a command asks one after the other, and which of their faults counts. */
#ifndef EMUICC_TOOLS_LPA_TARGETS_H
#define EMUICC_TOOLS_LPA_TARGETS_H

#include "tools/lib/download/discovery.h"
#include "tools/lib/es10/profile_id.h"

#define TARGETS_MAX 64

struct target {
    struct session_request request; /* its code, its kind, what is asked for */
    const char *kind;               /* in words: "default SM-DP+"; or NULL */
    uint8_t iccid[PROFILE_ID_ICCID_LEN], smds_oid[DISCOVERY_OID_MAX]; /* that the request borrows */
};

struct targets {
    struct target *list; /* TARGETS_MAX */
    size_t count;
};

/* False, with a fault, if memory is short. */
bool targets_init(struct targets *targets, struct fault *fault);
void targets_finish(struct targets *targets);

/* One that the user names: an address or an activation code. False after a fault that names the
 * command. */
bool targets_add_text(struct targets *targets, const char *command, const char *text,
                      struct fault *fault);
/* One that the card names, asked for the profile with this ICCID (empty: of any); NULL if the
 * address is none, or there is no more room. */
struct target *targets_add_address(struct targets *targets, struct bytes address,
                                   struct bytes iccid);
/* One that an SM-DS has named for an event, unless the same event is among them; NULL as above. */
struct target *targets_add_event(struct targets *targets, const json_t *event,
                                 const char *smds_oid);

/* Asks one; false after a fault. It may add targets, which come after. */
typedef bool targets_asker(void *context, const struct target *target);
/* Asks all, also after one that fails, up to the user's wish to stop. The first fault counts; that
 * versions differ is less than any other, and none if another server was reached. True if nothing
 * is left to complain of. */
bool targets_ask(const struct targets *targets, targets_asker *ask, void *context,
                 struct fault *fault);

#endif
