/* downloads: what was sent to which chip, so that it can be sent again, and what the chips have
 * said of it (SGP.22 §3.1.3, §3.5). */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_DOWNLOADS_H
#define EMUICC_TOOLS_SMDPP_ORDERS_DOWNLOADS_H

#include "fs/profile/blob.h"
#include "tools/lib/authentication/euicc.h"
#include "tools/smdpp/orders/orders.h"

/* A package as it was bound, kept until the chip has said what became of it. */
struct download_binding {
    enum ec_curve curve;
    uint8_t euicc_otpk[EC_POINT_SIZE], smdp_otpk[EC_POINT_SIZE];
    uint8_t content[SHA256_SIZE]; /* digest of package and metadata */
    struct blob body;             /* binder_seal()'s */
};
void downloads_finish_binding(struct download_binding *binding);

/* 0, 1 if nothing is kept for this order, or a failure. */
int downloads_find_binding(struct database *database, int64_t order, struct download_binding *out);

struct download {
    struct bytes transaction_id;
    int64_t order;
    int64_t time; /* seconds since 1970 */
    struct euicc euicc;
};

/* A package goes out: the order becomes downloaded and is this chip's, the binding is kept. 0; 1 if
 * the order has changed in between or is another chip's; or a failure. */
int downloads_start(struct database *database, const struct download *download,
                    const struct download_binding *binding);

/* The download with this transaction id: 0, 1 if there was none, or a failure. */
int downloads_find(struct database *database, struct bytes transaction_id, struct download *out);

/* The same of sendings of another kind: sql keeps or finds the columns transaction_id, order_id,
 * time, eid, curve, point in this order, the first left out when found. */
int downloads_keep(struct database *database, const char *sql, const struct download *download);
int downloads_take(struct database *database, const char *sql, struct bytes transaction_id,
                   struct download *out);

struct download_notification {
    int64_t time;
    const char *eid, *iccid, *operation, *result; /* texts for people */
    uint32_t sequence;
    struct bytes pending; /* PendingNotification, whole */
};

#define DOWNLOADS_NOTES_MAX 4096 /* notifications that are kept, the latest ones */
#define DOWNLOADS_AN_ORDER 16    /* sendings of one order whose results are still taken */

/* Notes a notification (again: nothing happens). */
int downloads_note(struct database *database, const struct download_notification *notification);

/* The chip has told the result of a download: noted; the order becomes `state`, its binding is
 * forgotten. */
int downloads_conclude(struct database *database, int64_t order, enum order_state state,
                       const struct download_notification *notification);

/* The user or the chip has ended a session: the order goes on, or ends in `state`. */
int downloads_forget_binding(struct database *database, int64_t order);

#endif
