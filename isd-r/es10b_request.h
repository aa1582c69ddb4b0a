/* es10b_request: the common front of the functions by which a server shows who it is: something
 * signed, the signature and a transaction id, checked in the specification's order. */
#ifndef EMUICC_ISD_R_ES10B_REQUEST_H
#define EMUICC_ISD_R_ES10B_REQUEST_H

#include "isd-r/session/server_auth.h"
#include "isd-r/state.h"

/* The first member of each function's own request. */
struct es10b_request {
    struct tlv signed_part, signature, transaction_id;
    struct tlv certificate;   /* the server's; tag 0: none comes along */
    struct server_auth found; /* once the certificate has been checked */
};
/* Takes a signed element with this tag, its signature, and the transaction id at its front; *rest
 * is what follows that in it. */
bool es10b_request_take_signed(struct bytes *value, uint32_t tag, struct es10b_request *out,
                               struct bytes *rest);
bool es10b_request_has_transaction_id(const struct es10b_request *request);

/* AuthenticateErrorCode and DownloadErrorCode have these numbers in common. */
enum es10b_error {
    ES10B_ERROR_NONE = 0,
    ES10B_ERROR_INVALID_CERTIFICATE = 1,
    ES10B_ERROR_INVALID_SIGNATURE = 2,
    ES10B_ERROR_UNSUPPORTED_CURVE = 3,
    ES10B_ERROR_NO_SESSION_CONTEXT = 4,
    ES10B_ERROR_INVALID_TRANSACTION_ID = 5, /* but AuthenticateErrorCode */
    ES10B_ERROR_UNDEFINED = 127,
};

/* The function's error code, or 0. */
typedef int es10b_check(const struct isd_r *isd_r, struct es10b_request *request);
/* The first error of a list that ends with NULL, or 0. */
int es10b_request_check(es10b_check *const *checks, const struct isd_r *isd_r,
                        struct es10b_request *request);
/* What the server of a session of v3 has signed without another certificate: is there such a
 * session, with a server of this role, in which this function may run; the signature; the
 * transaction id. An enum es10b_error. */
enum es10b_error es10b_request_check_signed(const struct rsp_session *session,
                                            const struct es10b_request *request, uint32_t tag,
                                            enum rsp_role role);
/* Signs under the session what has been written from `start` on, and `more`; writes the signature.
 * 0 or a failure. */
int es10b_request_sign(const struct isd_r *isd_r, struct writer *response, size_t start,
                       struct bytes more, uint8_t signature[EC_SIGNATURE_SIZE]);

#endif
