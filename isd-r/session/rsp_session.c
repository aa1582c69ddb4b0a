#include "isd-r/session/rsp_session.h"

#include <stdlib.h>

#include "isd-r/info/es10_tag.h"

#define TAG_ERROR 0xA1
#define STATE(name) (1u << RSP_##name)
#define ANY_STATE (~0u)

struct row {
    unsigned states; /* in which the function may run */
    uint32_t tag;
    enum rsp_state next; /* after its success */
};

/* SGP.22 §3.1.2, §3.1.3, §3.0.2. What is not listed belongs to no session. */
/* clang-format off */
static const struct row rows[] = {
    { ANY_STATE,                              ES10_GET_EUICC_CHALLENGE,         RSP_CHALLENGED },
    { STATE(CHALLENGED),                      ES10_AUTHENTICATE_SERVER,         RSP_AUTHENTICATED },
    { STATE(AUTHENTICATED) | STATE(PREPARED), ES10_PREPARE_DOWNLOAD,            RSP_PREPARED },
    { STATE(PREPARED),                        ES10_LOAD_BOUND_PROFILE_PACKAGE,  RSP_LOADING },
    { STATE(AUTHENTICATED),                   ES10_LOAD_RPM_PACKAGE,            RSP_IDLE },
    { STATE(AUTHENTICATED),                   ES10_VERIFY_SMDS_RESPONSE,        RSP_IDLE },
    { STATE(AUTHENTICATED),                   ES10_PREPARE_DEVICE_CHANGE,       RSP_CHANGING },
    { STATE(AUTHENTICATED) | STATE(CHANGING), ES10_VERIFY_DEVICE_CHANGE,        RSP_IDLE },
    { STATE(AUTHENTICATED) | STATE(PREPARED) | STATE(CHANGING), ES10_CANCEL_SESSION, RSP_IDLE },
};
/* clang-format on */

static const struct row *find(uint32_t tag)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

bool rsp_session_allows(const struct rsp_session *session, uint32_t tag)
{
    const struct row *row = find(tag);
    return row == NULL || (row->states & (1u << session->state)) != 0;
}

void rsp_session_advance(struct rsp_session *session, uint32_t tag)
{
    const struct row *row = find(tag);
    if (row != NULL)
        session->state = row->next;
}

void rsp_session_end(struct rsp_session *session)
{
    ec_private_destroy(session->one_time_key);
    free(session->issuers);
    wipe(session, sizeof(*session));
}

bool rsp_session_is(const struct rsp_session *session, struct bytes transaction_id)
{
    return session->state >= RSP_AUTHENTICATED &&
           bytes_equal(rsp_session_transaction_id(session), transaction_id);
}

bool rsp_session_verify(const struct rsp_session *session, enum ec_curve curve, struct bytes point,
                        struct bytes signed_part, struct bytes signature)
{
    uint8_t room[TLV_HEADER_MAX + EC_SIGNATURE_SIZE];
    struct writer signature1 = writer_on(room, sizeof(room));
    tlv_put(&signature1, ES10_TAG_SIGNATURE, bytes_of(session->signature1, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {signed_part, writer_bytes(&signature1)};
    return ec_verify(curve, point, parts, 2, signature);
}

void rsp_session_put_error(uint32_t tag, struct bytes transaction_id, int code,
                           struct writer *response)
{
    const size_t whole = tlv_open(response, tag);
    const size_t choice = tlv_open(response, TAG_ERROR);
    writer_put(response, transaction_id);
    der_put_integer(response, DER_INTEGER, code);
    tlv_close(response, choice);
    tlv_close(response, whole);
}
