/* es10b: the functions of a download and of the notifications after it (SGP.22 §5.7.5 to §5.7.14,
 * §5.7.22), and ES10a's addresses. False after a fault; slices are valid until the next call. */
#ifndef EMUICC_TOOLS_LIB_ES10_ES10B_H
#define EMUICC_TOOLS_LIB_ES10_ES10B_H

#include "tools/lib/es10/es10.h"

#define ES10B_CHALLENGE_LEN 16
#define ES10B_TAC_LEN 4
#define ES10B_IMEI_LEN 8
#define ES10B_HASH_LEN 32

struct es10b_addresses {
    struct bytes default_smdp; /* UTF-8; empty if there is none */
    struct bytes root_smds;
    struct bytes more_smds; /* v3: further ones, which es10a_take_root_smds() takes off */
};
bool es10a_get_configured_addresses(struct es10 *es10, struct es10b_addresses *out);
bool es10a_take_root_smds(struct bytes *more, struct bytes *address);

bool es10b_get_challenge(struct es10 *es10, uint8_t challenge[ES10B_CHALLENGE_LEN]);
/* The whole element, as ES9+ wants it. */
bool es10b_get_info1(struct es10 *es10, struct bytes *whole);
bool es10b_get_info2(struct es10 *es10, struct bytes *whole);

/* What the device says of itself (SGP.22 §4.2), coded as on the wire. */
struct es10b_device {
    uint8_t tac[ES10B_TAC_LEN];
    uint8_t imei[ES10B_IMEI_LEN];
    bool has_imei;
};
/* 15 digits; NULL for a device that has none: then a TAC of a test device stands alone. False if
 * the text is something else. */
bool es10b_device_from_imei(const char *digits, struct es10b_device *out);

/* OperationType (SGP.22 v3) */
#define ES10B_DOWNLOAD (1u << 0)
#define ES10B_RPM (1u << 1)

/* What is asked for: CtxParams1's choices. The last two need an ICCID, and a session of v3. */
enum es10b_purpose { ES10B_COMMON, ES10B_DEVICE_CHANGE, ES10B_PROFILE_RECOVERY };

/* CtxParams1: what is asked of the server. */
struct es10b_context {
    const char *matching_id;
    const struct es10b_device *device;
    bool v3;                 /* what follows stands in sessions of v3 only */
    uint32_t operation;      /* ES10B_DOWNLOAD alone is left out, as the default */
    struct bytes iccid;      /* empty: left out */
    uint32_t lpa_capability; /* LpaRspCapability in DeviceInfo; 0: left out */
    struct bytes smds_oid;   /* of the SM-DS that has named matching_id; empty: none has */
    /* Of a push service to be registered for, coded, and its token: then nothing else counts. */
    struct bytes push_service, push_token;
    enum es10b_purpose purpose;
    struct bytes target_eid, target_tac; /* of the new device; empty: left out */
};

/* The server's elements as ES9+ brought them; the last two are empty unless it is one of v3. */
struct es10b_server {
    struct bytes signed1, signature1, ci_key_id, certificate;
    struct bytes other_certs, crls; /* CertificateChain, and a list of CertificateList */
};
/* *answer: the whole AuthenticateServerResponse, of either outcome. True if the card accepts. */
bool es10b_authenticate_server(struct es10 *es10, const struct es10b_server *server,
                               const struct es10b_context *context, struct bytes *answer);

struct es10b_binding {
    struct bytes signed2, signature2, certificate;
    struct bytes hash_cc; /* ES10B_HASH_LEN bytes, or empty */
};
/* As es10b_authenticate_server(). */
bool es10b_prepare_download(struct es10 *es10, const struct es10b_binding *binding,
                            struct bytes *answer);

/* Segments that follow each other, at most chip_at_once(). *answer: empty as long as the card wants
 * more, then the whole ProfileInstallationResult. */
bool es10b_load_package(struct es10 *es10, const struct bytes *segments, size_t count,
                        struct bytes *answer);

/* *result: the whole LoadRpmPackageResult (BF44), of either outcome. True if the card has executed
 * or tried to execute the package, and signed what came of it. */
bool es10b_load_rpm_package(struct es10 *es10, struct bytes signed3, struct bytes signature3,
                            struct bytes *result);

/* An SM-DS's SmdsSigned2 and its signature, whole (v3). True if they are its own word. */
bool es10b_verify_smds_response(struct es10 *es10, struct bytes signed2, struct bytes signature2);

enum es10b_cancel_reason {
    ES10B_END_USER_REJECTION = 0,
    ES10B_POSTPONED = 1,
    ES10B_TIMEOUT = 2,
    ES10B_PPR_NOT_ALLOWED = 3,
    ES10B_METADATA_MISMATCH = 4,
    ES10B_LOAD_BPP_EXECUTION_ERROR = 5,
    ES10B_INVALID_RPM_PACKAGE = 28, /* from here on v3 */
    ES10B_LOAD_RPM_PACKAGE_ERROR = 29,
    ES10B_UNDEFINED_REASON = 127,
};
/* *answer: the whole CancelSessionResponse. */
bool es10b_cancel_session(struct es10 *es10, struct bytes transaction_id,
                          enum es10b_cancel_reason reason, struct bytes *answer);

/* *list: NotificationMetadata elements (BF2F). */
bool es10b_list_notification(struct es10 *es10, struct bytes *list);
/* *pending: the whole PendingNotification with this number. */
bool es10b_retrieve_notification(struct es10 *es10, uint32_t number, struct bytes *pending);
bool es10b_remove_notification(struct es10 *es10, uint32_t number);

/* *rules: ProfilePolicyAuthorisationRule elements (30). */
bool es10b_get_rat(struct es10 *es10, struct bytes *rules);

#endif
