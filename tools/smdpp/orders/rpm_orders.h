/* rpm_orders: what operators want done to profiles on a chip, beside the orders of downloads
 * (SGP.22 v3 §3.7, §5.3.6). An order is for one EID and waits, through as many sessions as it
 * takes, until the chip has signed what came of it. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_RPM_ORDERS_H
#define EMUICC_TOOLS_SMDPP_ORDERS_RPM_ORDERS_H

#include "tools/smdpp/orders/downloads.h"

enum rpm_order_state {
    RPM_ORDER_WAITS,
    RPM_ORDER_SENT,  /* to the chip at least once; still waits */
    RPM_ORDER_DONE,  /* the chip has carried it out, whatever came of single commands */
    RPM_ORDER_ENDED, /* by the user, or the chip cannot read it */
};

struct rpm_order {
    int64_t id; /* 0: none */
    enum rpm_order_state state;
    char eid[ORDERS_EID_SIZE];
    char matching_id[ORDERS_TEXT_SIZE];
    char requester[ORDERS_TEXT_SIZE];
    struct blob package; /* content of an RpmPackage */
};
void rpm_orders_finish(struct rpm_order *order);

/* A new one: sets order->id. 0, 1 if the matching id is taken, or a failure. */
int rpm_orders_add(struct database *database, struct rpm_order *order);

/* The one that waits for this EID under this matching id, or if that is "" the oldest one of this
 * requester ("": of any). 0 with *out to be given back, 1 if there is none, or a failure. */
int rpm_orders_find(struct database *database, const char *eid, const char *requester,
                    const char *matching_id, struct rpm_order *out);
int rpm_orders_find_by_id(struct database *database, int64_t id, struct rpm_order *out);
/* Whether this EID has one of this requester ("": of any) waiting other than this one (0: any). 0
 * or a failure. */
int rpm_orders_wait(struct database *database, const char *eid, const char *requester, int64_t but,
                    bool *out);

/* It goes out in this session: 0, 1 if it does not wait any more, or a failure. */
int rpm_orders_send(struct database *database, const struct download *load);
/* The sending with this transaction id: 0, 1 if there was none, or a failure. */
int rpm_orders_find_load(struct database *database, struct bytes transaction_id,
                         struct download *out);
/* It is over. `notification` unless NULL is noted with it. 0 or a failure. */
int rpm_orders_conclude(struct database *database, int64_t id, enum rpm_order_state state,
                        const struct download_notification *notification);

#endif
