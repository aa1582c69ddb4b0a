#include "isd-r/es10b_request.h"

#include "isd-r/info/es10_tag.h"

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

int es10b_request_sign(const struct isd_r *isd_r, struct writer *response, size_t start,
                       struct bytes more, uint8_t signature[EC_SIGNATURE_SIZE])
{
    const int result =
        credentials_sign(isd_r->session.signer, isd_r->random, response, start, more, signature);
    tlv_put(response, ES10_TAG_SIGNATURE, bytes_of(signature, EC_SIGNATURE_SIZE));
    return result;
}
