/* changes: profiles that leave a device for another one, and come back (SGP.22 v3 §3.11). One row a
 * profile and chip that it leaves; what becomes of it is said by a table of events, and each event
 * is one transaction together with what it does to orders. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_CHANGES_H
#define EMUICC_TOOLS_SMDPP_ORDERS_CHANGES_H

#include "tools/lib/authentication/euicc.h"
#include "tools/smdpp/orders/orders.h"

/*  state        the profile is in      who may download it
 *  REQUESTED    the old chip           nobody: the user is being asked
 *  CONFIRMED    the old chip, which    nobody: the old chip has not said that it has deleted it
 *               may delete it
 *  RELEASED     none, or the new chip  the new chip; or, as long as that has not, see RECOVERING
 *  RECOVERING   none, or the old chip  the old chip alone
 *  DONE         the new chip           -
 *  RECOVERED    the old chip           -
 *  CANCELLED    the old chip           -
 */
enum change_state {
    CHANGE_REQUESTED,
    CHANGE_CONFIRMED,
    CHANGE_RELEASED,
    CHANGE_RECOVERING,
    CHANGE_DONE,
    CHANGE_RECOVERED,
    CHANGE_CANCELLED,
    CHANGE_STATES,
};
const char *changes_state_text(enum change_state state);

enum change_event {
    CHANGE_CONFIRM,        /* the user wants it, and the profile is to be deleted */
    CHANGE_CONFIRM_KEEPER, /* the same; it stays, another one goes to the new device */
    CHANGE_DELETE,         /* the old chip has deleted it */
    CHANGE_RECOVER,        /* the old chip wants it back */
    CHANGE_CANCEL,         /* by the user or the old chip, before anything was deleted */
    CHANGE_EVENTS,
};

struct change {
    int64_t id;
    enum change_state state;
    char iccid[ICCID_TEXT_SIZE];      /* digits */
    struct euicc old;                 /* the chip that it leaves */
    int64_t time;                     /* of the last request or confirmation; since 1970 */
    int64_t source;                   /* the order by which the old chip has it */
    int64_t order;                    /* by which it is downloaded next; of the source, if that is
                                         no open one */
    int64_t other;                    /* the order of another profile for the new device; 0: none */
    char target_eid[ORDERS_EID_SIZE]; /* "": any chip */
    bool has_code;                    /* the operator wants a confirmation code */
    uint8_t code[SHA256_SIZE];        /* its digest */
    bool deletes;                     /* the old chip is to delete it */
    int64_t recoverable;              /* until then; 0: never */
    int64_t expires; /* of the order, from its next matching id on; 0: never; not kept here */
};

/* The change of this profile from this chip (EID), or of the one that another chip may speak for:
 * 0, 1 if there is none, or a failure. */
int changes_find(struct database *database, const char *eid, const char *iccid, struct change *out);
/* The one whose chip has still to say that it has deleted this profile; the latest if several. */
int changes_find_confirmed(struct database *database, const char *iccid, struct change *out);

/* A deletion with this number was not told before the change was asked for: that the profile was
 * deleted in an earlier life says nothing of this one. 0, 1 if it was, or a failure. */
int changes_check_deletion(struct database *database, const struct change *change,
                           uint32_t sequence);

/* A chip that has the profile wants to give it away: begins, or begins anew. Sets id, order and
 * state; 1 if the server knows better: it has been deleted there and may be elsewhere. */
int changes_request(struct database *database, struct change *change);

/* An event: states as the table has them, the order with it. matching_id: the order's from then on
 * (CHANGE_CONFIRM, CHANGE_RECOVER; NULL keeps it). Sets change->state and order. 0; 1 if it does
 * not fit the change, or the order is in the hands of another chip; or a failure. */
int changes_apply(struct database *database, struct change *change, enum change_event event,
                  const char *matching_id);

/* One of the tries at the confirmation code: as orders_take_code_try(). */
int changes_take_code_try(struct database *database, const struct change *change, unsigned *left);

/* The order is one by which a profile moves or comes back: 0, 1 if not, or a failure. */
int changes_check_moving(struct database *database, int64_t order);

/* A chip has installed the profile of this order. Within the caller's transaction. */
int changes_note_installed(struct database *database, int64_t order);

#endif
