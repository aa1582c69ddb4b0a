/* rsp_session: what chip and server have agreed on between GetEUICCChallenge and the last byte of
 * a package (SGP.22 §3.1). One at a time; volatile: a reset ends it. */
#ifndef EMUICC_ISD_R_SESSION_RSP_SESSION_H
#define EMUICC_ISD_R_SESSION_RSP_SESSION_H

#include "crypto/primitives/ec.h"
#include "isd-r/info/configured_address.h"
#include "isd-r/info/credentials.h"
#include "isd-r/session/ctx_params.h"
#include "isd-r/session/server_auth.h"

enum rsp_state {
    RSP_IDLE,
    RSP_CHALLENGED,    /* a challenge is out */
    RSP_AUTHENTICATED, /* the server has answered it */
    RSP_PREPARED,      /* a one-time key is out */
    RSP_LOADING,       /* a package is coming in */
    RSP_CHANGING,      /* a change of device has been prepared */
};

#define RSP_CHALLENGE_SIZE 16
#define RSP_TRANSACTION_ID_MAX 16
#define RSP_ADDRESS_MAX CONFIGURED_ADDRESS_MAX /* bytes of a server's address */

struct rsp_session {
    enum rsp_state state;
    bool v3; /* once authenticated: the server is one of SGP.22 v3, and so is what may follow */
    uint32_t server_capability; /* of v3: ServerRspCapability */
    uint8_t challenge[RSP_CHALLENGE_SIZE];
    uint8_t transaction_id[RSP_TRANSACTION_ID_MAX];
    uint8_t transaction_id_len;
    uint8_t address[RSP_ADDRESS_MAX]; /* serverAddress */
    uint8_t address_len;
    uint8_t oid[SERVER_AUTH_OID_MAX]; /* of CERT.DPauth or CERT.DSauth */
    uint8_t oid_len;
    enum rsp_role role;         /* which of the two */
    enum ec_curve server_curve; /* of its key */
    uint8_t server_point[EC_POINT_SIZE];
    uint8_t *issuers; /* of v3: the server's otherCertsInChain; heap */
    size_t issuers_len;
    const struct credential *server_ci;    /* the CI that its chain leads to; */
    const struct credential *signer;       /* under which the chip signs: never NULL from then on */
    enum ctx_params_purpose purpose;       /* what the LPA is after */
    uint8_t iccid[CTX_PARAMS_ICCID_SIZE];  /* of a change or a recovery: the profile's */
    uint8_t signature1[EC_SIGNATURE_SIZE]; /* euiccSignature1; euiccSignature3 once changing */
    enum ec_curve binding_curve;           /* of CERT.DPpb's key, once prepared */
    uint8_t binding_point[EC_POINT_SIZE];
    struct ec_private *one_time_key; /* otSK.EUICC.ECKA, once prepared */
};

/* May this function run in this state? Functions that no session orders always may. */
bool rsp_session_allows(const struct rsp_session *session, uint32_t tag);
/* The function has succeeded: on to the state that follows it. */
void rsp_session_advance(struct rsp_session *session, uint32_t tag);
/* Forgets everything. */
void rsp_session_end(struct rsp_session *session);

/* The session is under this transaction id. */
bool rsp_session_is(const struct rsp_session *session, struct bytes transaction_id);
/* Has the server signed this, and the chip's last signature after it? curve, point: of its key. */
bool rsp_session_verify(const struct rsp_session *session, enum ec_curve curve, struct bytes point,
                        struct bytes signed_part, struct bytes signature);
/* What is answered unsigned: { tag { A1 { 80 transactionId, 02 code } } }. transaction_id: the
 * element. */
void rsp_session_put_error(uint32_t tag, struct bytes transaction_id, int code,
                           struct writer *response);
static inline struct bytes rsp_session_transaction_id(const struct rsp_session *session)
{
    return bytes_of(session->transaction_id, session->transaction_id_len);
}
static inline struct bytes rsp_session_iccid(const struct rsp_session *session)
{
    return bytes_of(session->iccid, CTX_PARAMS_ICCID_SIZE);
}
static inline struct bytes rsp_session_address(const struct rsp_session *session)
{
    return bytes_of(session->address, session->address_len);
}
static inline struct bytes rsp_session_oid(const struct rsp_session *session)
{
    return bytes_of(session->oid, session->oid_len);
}

#endif
