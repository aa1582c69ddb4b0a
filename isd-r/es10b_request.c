#include "isd-r/es10b_request.h"

#include "isd-r/info/es10_tag.h"

#define TAG_TRANSACTION_ID 0x80

bool es10b_request_take_signed(struct bytes *value, uint32_t tag, struct es10b_request *out,
                               struct bytes *rest)
{
    if (!tlv_take_tag(value, tag, &out->signed_part) ||
        !tlv_take_tag(value, ES10_TAG_SIGNATURE, &out->signature))
        return false;
    *rest = out->signed_part.value;
    return tlv_take_tag(rest, TAG_TRANSACTION_ID, &out->transaction_id) &&
           es10b_request_has_transaction_id(out);
}

bool es10b_request_has_transaction_id(const struct es10b_request *request)
{
    return request->transaction_id.value.len >= 1 &&
           request->transaction_id.value.len <= RSP_TRANSACTION_ID_MAX;
}

int es10b_request_check(es10b_check *const *checks, const struct isd_r *isd_r,
                        struct es10b_request *request)
{
    int error = ES10B_ERROR_NONE;
    for (; *checks != NULL && error == ES10B_ERROR_NONE; checks++)
        error = (*checks)(isd_r, request);
    return error;
}

enum es10b_error es10b_request_check_signed(const struct rsp_session *session,
                                            const struct es10b_request *request, uint32_t tag,
                                            enum rsp_role role)
{
    if (!session->v3 || session->role != role || !rsp_session_allows(session, tag))
        return ES10B_ERROR_NO_SESSION_CONTEXT;
    if (!rsp_session_verify(session, session->server_curve,
                            bytes_of(session->server_point, EC_POINT_SIZE),
                            request->signed_part.whole, request->signature.value))
        return ES10B_ERROR_INVALID_SIGNATURE;
    return rsp_session_is(session, request->transaction_id.value)
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_INVALID_TRANSACTION_ID;
}

int es10b_request_sign(const struct isd_r *isd_r, struct writer *response, size_t start,
                       struct bytes more, uint8_t signature[EC_SIGNATURE_SIZE])
{
    const int result =
        credentials_sign(isd_r->session.signer, isd_r->random, response, start, more, signature);
    tlv_put(response, ES10_TAG_SIGNATURE, bytes_of(signature, EC_SIGNATURE_SIZE));
    return result;
}
