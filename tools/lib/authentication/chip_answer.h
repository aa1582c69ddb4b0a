/* chip_answer: what a chip has answered, taken apart: the CHOICEs of AuthenticateServer,
 * PrepareDownload, CancelSession and PrepareDeviceChange (SGP.22 §5.7.13, §5.7.5, §5.7.14; v3
 * §3.11). The slices borrow. */
#ifndef EMUICC_TOOLS_LIB_AUTHENTICATION_CHIP_ANSWER_H
#define EMUICC_TOOLS_LIB_AUTHENTICATION_CHIP_ANSWER_H

#include "tools/lib/common/euicc_info.h"
#include "tools/lib/server/call.h"
#include "tools/lib/authentication/euicc.h"

/* OperationType (SGP.22 v3) */
#define CHIP_ANSWER_DOWNLOAD (1u << 0)
#define CHIP_ANSWER_RPM (1u << 1)

/* What the LPA is after (CtxParams1); all but the first of v3 alone */
enum chip_purpose {
    CHIP_PURPOSE_COMMON,
    CHIP_PURPOSE_CHANGE,
    CHIP_PURPOSE_RECOVERY,
    CHIP_PURPOSE_PUSH,
};

/* MatchingIdSource (SGP.22 v3): where the LPA has the matching id from */
enum chip_source {
    CHIP_SOURCE_UNSAID,
    CHIP_SOURCE_NONE,
    CHIP_SOURCE_CODE, /* an activation code */
    CHIP_SOURCE_SMDS, /* an SM-DS: it is an event id */
};

/* AuthenticateResponseOk */
struct chip_authentication {
    struct bytes signed1;    /* euiccSigned1, whole: what the chip has signed */
    struct bytes signature1; /* 5F37 whole */
    struct euicc_chain chain;
    struct bytes transaction_id, server_address, server_challenge;
    struct euicc_info2 info2;
    struct bytes matching_id; /* empty if absent */
    enum chip_source source;
    uint32_t operation; /* OperationType, by default CHIP_ANSWER_DOWNLOAD */
    struct bytes iccid; /* of the profile that the LPA asks for; empty if absent */
    enum chip_purpose purpose;
    struct bytes target_eid, target_tac;   /* of the device a profile leaves for; empty if absent */
    struct bytes push_service, push_token; /* of a push service's registration */
    bool has_lpa_capability;               /* deviceInfo has LpaRspCapability */
    uint32_t lpa_capability;
};

/* PrepareDownloadResponseOk */
struct chip_preparation {
    struct bytes signed2, signature2; /* whole */
    struct bytes transaction_id, otpk;
    struct bytes hash_cc; /* empty if absent */
};

/* PrepareDeviceChangeResponseOk */
struct chip_change {
    struct bytes signed3, signature3; /* whole */
    struct bytes transaction_id;
    struct bytes otpk, hash_cc; /* empty if absent */
};

/* CancelSessionResponseOk */
struct chip_cancellation {
    struct bytes signed_part, signature; /* whole */
    struct bytes transaction_id, server_oid;
    uint32_t reason;
};

/* 0; REFUSAL_FORMAT; or REFUSAL_EUICC_ERROR when the chip has answered with an error, which the
 * detail then names. */
int chip_answer_authentication(struct call *call, struct bytes answer,
                               struct chip_authentication *out);
int chip_answer_preparation(struct call *call, struct bytes answer, struct chip_preparation *out);
int chip_answer_change(struct call *call, struct bytes answer, struct chip_change *out);
int chip_answer_cancellation(struct call *call, struct bytes answer, struct chip_cancellation *out);

#endif
