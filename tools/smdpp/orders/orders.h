/* orders: who may download what (SGP.22 §3.1.1, §3.1.6).
 *
 * An order comes from an operator over ES2+ and is for one chip, once. Besides, every package can
 * be had by its file name as matching id; such an open order is made for each chip that asks, and
 * may be repeated as often as one likes. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_ORDERS_H
#define EMUICC_TOOLS_SMDPP_ORDERS_ORDERS_H

#include "crypto/primitives/hash.h"
#include "tools/lib/common/package.h"
#include "tools/lib/common/database.h"

#define ORDERS_TEXT_SIZE 256 /* of a matching id or a package's name, end included */
#define ORDERS_EID_SIZE 33   /* 32 digits and an end */

/* Profile states of SGP.22 §3.1.6; one that is Available has no order. */
enum order_state {
    ORDER_ALLOCATED,
    ORDER_LINKED,
    ORDER_CONFIRMED,
    ORDER_RELEASED,
    ORDER_DOWNLOADED,
    ORDER_INSTALLED,
    ORDER_ERROR,
    ORDER_UNAVAILABLE,
    ORDER_EXPORTED, /* to a production line */
    ORDER_STATES,
};
#define ORDER_IN(state) (1u << (state)) /* a set of states */
const char *orders_state_text(enum order_state state);

struct order {
    int64_t id;
    bool open; /* by file name */
    enum order_state state;
    char iccid[ICCID_TEXT_SIZE];    /* digits in order */
    char package[ORDERS_TEXT_SIZE]; /* file name without its ending */
    char type[PACKAGE_TYPE_SIZE];
    char matching_id[ORDERS_TEXT_SIZE]; /* "": none */
    char eid[ORDERS_EID_SIZE];          /* "": any chip */
    bool has_code;
    uint8_t code[SHA256_SIZE]; /* digest of the confirmation code */
    unsigned code_failures, attempts;
    unsigned tries;  /* attempts there may be; 0: as many as the server says */
    int64_t expires; /* seconds since 1970; 0: never */
    char requester[ORDERS_TEXT_SIZE];
    char smds[ORDERS_TEXT_SIZE];     /* where its event is registered; "": nowhere */
    char event_id[ORDERS_TEXT_SIZE]; /* its matching id, too, where it has one */
};

/* Lookups of operators' orders: 0, 1 if there is none, or a failure. An event id is as good as the
 * matching id. */
int orders_find_by_matching_id(struct database *database, const char *matching_id,
                               struct order *out);
int orders_find_by_iccid(struct database *database, const char *iccid, struct order *out);
/* The one waiting for a chip that names no matching id (default SM-DP+ address), of this requester
 * ("": of any). */
int orders_find_by_eid(struct database *database, const char *eid, const char *requester,
                       struct order *out);
/* One, open or not, whose profile was sent to this chip, an operator's first; iccid "": any
 * profile.
 */
int orders_find_sent(struct database *database, const char *eid, const char *iccid,
                     struct order *out);
/* The next one after this id that is released for one chip, and does not move from another. */
int orders_find_for_chip(struct database *database, int64_t after, struct order *out);
/* Any order. */
int orders_find(struct database *database, int64_t id, struct order *out);
/* Hands over every order of an operator, oldest first. Number of orders, or a failure. */
typedef void orders_visitor(void *context, const struct order *order);
int orders_each(struct database *database, orders_visitor *visit, void *context);

/* The open order of order->package for order->eid, made if it is the first time; the rest of *order
 * is read for the making, and filled in. */
int orders_take_open(struct database *database, struct order *order);

/* A new order of an operator: sets order->id. 1 if the ICCID or the matching id is taken. */
int orders_add(struct database *database, struct order *order);
/* Writes everything but id, kind and counters, if the state in the file is still `from`; an end of
 * its validity that the file has stays. 1 if not, or if the matching id is taken. */
int orders_update(struct database *database, const struct order *order, enum order_state from);
/* If it is in one of the states of the set `from` now; 1 if not. */
int orders_remove(struct database *database, int64_t id, unsigned from);

/* Into another state, if it is in one of the set `from` now; eid, unless NULL, is noted. 0; 1 if it
 * was in none of them, or is for another chip. */
int orders_move(struct database *database, int64_t id, unsigned from, enum order_state to,
                const char *eid);

/* What one order may be, whatever the server says of all. */
struct order_limits {
    bool has_expires;
    int64_t expires; /* as in struct order */
    unsigned tries;  /* 0: left as it is */
};
/* Sets it for an order that can still be downloaded, or will be; 1 if it cannot. */
int orders_limit(struct database *database, int64_t id, const struct order_limits *limits);

/* One more try to download. */
int orders_count_attempt(struct database *database, int64_t id);
/* That try was none: the user has only looked. */
int orders_uncount_attempt(struct database *database, int64_t id);

#define ORDERS_CODES_MAX 3      /* wrong confirmation codes that an order stands */
#define ORDERS_CODE_SECONDS 900 /* after which an open order's are forgotten */
/* Takes one of the tries at the confirmation code, before the code is looked at, so that callers at
 * the same time have no more of them together than one alone; now: seconds since 1970. 0 with how
 * many are left; 1 if there was none; or a failure. */
int orders_take_code_try(struct database *database, int64_t id, int64_t now, unsigned *left);
/* The code was right: all tries are there again. */
int orders_restore_code_tries(struct database *database, int64_t id);

#define ORDERS_OPEN_MAX 2048 /* open orders that are kept, the latest ones */

#endif
