/* progress: what an operator hears of the downloads it has ordered
 * (ES2+.HandleDownloadProgressInfo, SGP.22 §5.3.5). */
#ifndef EMUICC_TOOLS_SMDPP_STATE_PROGRESS_H
#define EMUICC_TOOLS_SMDPP_STATE_PROGRESS_H

#include <jansson.h>

#include "tools/lib/server/call.h"
#include "tools/smdpp/orders/orders.h"

/* notificationPointId */
enum progress_point {
    PROGRESS_ELIGIBILITY = 1,  /* eligibility and retry limit check */
    PROGRESS_CONFIRMATION = 2, /* confirmation failure */
    PROGRESS_DOWNLOAD = 3,     /* BPP download */
    PROGRESS_INSTALLATION = 4, /* BPP installation */
};

struct progress {
    enum progress_point point;
    const struct order *order;
    const char *eid;
    enum refusal refusal; /* REFUSAL_NONE: success */
    const char *message;  /* of a refusal; "" for none */
    struct bytes result;  /* ProfileInstallationResult, or empty */
};

/* The body of the request: a new object, or NULL if memory is short. call_id: unique. */
json_t *progress_make(const struct progress *progress, const char *requester, const char *call_id,
                      int64_t now);

#define PROGRESS_PATH "/gsma/rsp2/es2plus/handleDownloadProgressInfo"

/* How an RPM order has ended (ES2+.HandleNotification, SGP.22 v3 §5.3.5). Its JSON has the members
 * of the one above, as far as they fit: no text of the v3 binding is at hand. */
struct progress_rpm {
    const char *eid, *matching_id;
    enum refusal refusal; /* REFUSAL_NONE: carried out */
    const char *message;  /* what came of each command */
    struct bytes result;  /* LoadRpmPackageResultSigned as the notification has it, or empty */
};
json_t *progress_make_rpm(const struct progress_rpm *progress, const char *requester,
                          const char *call_id, int64_t now);

/* How a profile leaves, or comes back (as above). */
struct progress_change {
    const char *eid, *iccid;
    const char *event;    /* "deviceChangeRequest", "deviceChangeConfirmation", ... */
    enum refusal refusal; /* REFUSAL_NONE: so it is */
    const char *message;
};
json_t *progress_make_change(const struct progress_change *progress, const char *requester,
                             const char *call_id, int64_t now);

#define PROGRESS_RPM_PATH "/gsma/rsp2/es2plus/handleNotification"

/* Where progress goes: takes the text of a body over (free()). NULL where nobody wants to hear.
 * path: one of the two above. */
typedef void progress_sink(void *context, const char *path, char *body);

#endif
