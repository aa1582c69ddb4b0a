/* ctx_params: ctxParams1 of AuthenticateServer, what an LPA is after (SGP.22 §5.7.13; v3 Annex H).
 */
#ifndef EMUICC_ISD_R_SESSION_CTX_PARAMS_H
#define EMUICC_ISD_R_SESSION_CTX_PARAMS_H

#include "apdu/tlv.h"

#define CTX_PARAMS_ICCID_SIZE 10

enum ctx_params_purpose {
    CTX_PARAMS_COMMON, /* a download, or an event of another kind */
    CTX_PARAMS_DEVICE_CHANGE,
    CTX_PARAMS_PROFILE_RECOVERY,
    CTX_PARAMS_PUSH_SERVICE,
};

struct ctx_params {
    enum ctx_params_purpose purpose;
    struct bytes iccid; /* of a change or a recovery: the profile's; borrowed */
};

/* NULL with *out, or what is wrong. ctx_params1: one element, whole. v3: the session is one of v3;
 * without that there is common authentication alone. capability: EUICC_INFO_*. */
const char *ctx_params_parse(struct bytes ctx_params1, bool v3, uint32_t capability,
                             struct ctx_params *out);

#endif
