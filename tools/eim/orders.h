/* orders: what the operator wants done with a chip, and what became of it. Each order is one eIM
 * package: an eUICC package, a data request or a download; "euicc" orders are the eIM's own matter.
 */
#ifndef EMUICC_TOOLS_EIM_ORDERS_H
#define EMUICC_TOOLS_EIM_ORDERS_H

#include <jansson.h>

#include "crypto/primitives/random.h"
#include "tools/eim/chips.h"

#define ORDERS_NAME_SIZE 37 /* as a UUID is written, end included */
#define ORDERS_TRANSACTION_SIZE 8

enum order_facility {
    ORDER_DOWNLOAD,
    ORDER_PSMO,
    ORDER_ECO,
    ORDER_DATA,  /* "edr" */
    ORDER_EUICC, /* read or set what the eIM knows of the chip; done at once */
    ORDER_FACILITIES,
};
const char *orders_facility_name(enum order_facility facility);
enum order_facility orders_facility_of(const char *name); /* ORDER_FACILITIES if none */

enum order_state {
    ORDER_NEW,  /* waits for its chip */
    ORDER_WORK, /* its chip has been told */
    ORDER_DONE, /* there is an outcome */
    ORDER_STATES,
};
const char *orders_state_name(enum order_state state);

struct order {
    int64_t id;
    char name[ORDERS_NAME_SIZE];
    char eid[CHIPS_EID_SIZE];
    enum order_facility facility;
    enum order_state state;
    int64_t time;             /* of its last change */
    struct blob content;      /* JSON, as it was given */
    struct blob outcome;      /* JSON array */
    struct blob last_message; /* the IPA's last one about it, or empty */
    struct blob package;      /* signed and not answered yet, or empty */
    uint32_t counter;         /* of the package */
    uint8_t transaction_id[ORDERS_TRANSACTION_SIZE];
    bool has_transaction;
    unsigned sent, jumps; /* times that the package was sent; that the counter was set ahead */
    bool lost;            /* its result is looked for among those that the chip keeps */
    struct blob refusal;  /* what a server has said no with: one line, or empty */
};
void orders_finish(struct order *order);

/* A new order for a known chip; its name is drawn. 0 or a failure. */
int orders_add(struct database *database, struct random *random, const char *eid,
               enum order_facility facility, const char *content, int64_t now,
               char name[ORDERS_NAME_SIZE]);

/* 0 with *out, which is to be finished; 1 if there is none; or a failure. */
int orders_find(struct database *database, const char *name, struct order *out);
int orders_find_id(struct database *database, int64_t id, struct order *out);
/* The one that its chip is to hear of: the one that is at work, or else the oldest new one. */
int orders_next(struct database *database, const char *eid, int64_t now, struct order *out);
int orders_find_transaction(struct database *database, struct bytes transaction_id,
                            struct order *out);
/* The one at work whose package has this counter. */
int orders_find_counter(struct database *database, const char *eid, uint32_t counter,
                        struct order *out);

/* Whether one that says the same waits or is at work: 0, 1 if none, or a failure. content: as
 * orders_add() was given it. */
int orders_find_open(struct database *database, const char *eid, enum order_facility facility,
                     const char *content);

/* Each order of this facility (ORDER_FACILITIES: of all), or of one chip (NULL: of all). */
typedef void orders_visitor(void *context, const struct order *order);
int orders_each(struct database *database, enum order_facility facility, const char *eid,
                orders_visitor *visit, void *context);

/* What is sent for it, before it is sent for the first time: state ORDER_WORK. */
struct order_package {
    struct bytes package; /* the whole eIM package */
    uint32_t counter;     /* 0: it has none */
    struct bytes transaction_id;
};
int orders_begin(struct database *database, int64_t id, const struct order_package *package,
                 int64_t now);
int orders_count_sent(struct database *database, int64_t id);
int orders_set_lost(struct database *database, int64_t id, bool lost);
/* Back to ORDER_NEW, to be signed with a later counter. */
int orders_again(struct database *database, int64_t id, int64_t now);
/* Its chip is not told of it before this moment. */
int orders_rest(struct database *database, int64_t id, int64_t not_before);
/* Keeps what a server has said no with, in place of what was there; "": nothing. */
int orders_set_refusal(struct database *database, int64_t id, const char *text);
/* Adds to its outcome without ending it; the object stays the caller's. */
int orders_tell(struct database *database, int64_t id, const json_t *outcome, int64_t now);
/* ORDER_DONE with this outcome (an array, the caller's). */
int orders_end(struct database *database, int64_t id, const json_t *outcome, struct bytes message,
               int64_t now);
/* 0, or 1 if there is none of this name and facility. */
int orders_remove(struct database *database, enum order_facility facility, const char *name);

#endif
