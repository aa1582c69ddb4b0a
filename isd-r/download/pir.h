/* pir: ProfileInstallationResult, how a download ended, signed (SGP.22 §2.5.6, §3.1.3.3). */
#ifndef EMUICC_ISD_R_DOWNLOAD_PIR_H
#define EMUICC_ISD_R_DOWNLOAD_PIR_H

#include "isd-r/profiles/bpp_error.h"
#include "isd-r/profiles/notification.h"
#include "isd-r/session/rsp_session.h"

#define PIR_RESPONSE_MAX 2048 /* bytes of the interpreter's EUICCResponse */

struct pir {
    enum bpp_command command; /* of a refusal */
    enum bpp_reason reason;   /* of a refusal */
    struct bytes aid;         /* of an installation: the ISD-P's */
    struct bytes iccid;       /* as EF.ICCID codes it; empty before the package has told it */
    struct bytes pe_response; /* EUICCResponse; a refusal may do without */
};

/* Signs the result of the session's download and keeps it as a notification; answers it too unless
 * response is NULL. 0 or a failure. */
int pir_installed(const struct rsp_session *session, struct notification *notification,
                  const struct pir *pir, struct writer *response);
int pir_refused(const struct rsp_session *session, struct notification *notification,
                const struct pir *pir, struct writer *response);

#endif
