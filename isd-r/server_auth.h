/* server_auth: is this the certificate of an RSP server that the chip may believe? (SGP.22
 * §4.5.2.2) */
#ifndef EMUICC_ISD_R_SERVER_AUTH_H
#define EMUICC_ISD_R_SERVER_AUTH_H

#include "isd-r/credentials.h"

struct isd_r;

enum server_auth_result {
    SERVER_AUTH_OK,
    SERVER_AUTH_BAD_CERTIFICATE, /* encoding, signature, key usage, identifiers; revoked */
    SERVER_AUTH_BAD_CURVE,       /* a curve that the chip does not know */
    SERVER_AUTH_UNKNOWN_CI,      /* no key of the CI that issued it */
    SERVER_AUTH_WRONG_ROLE,      /* a certificate for something else */
    SERVER_AUTH_RESULTS,
};

#define SERVER_AUTH_OID_MAX 64 /* bytes of a server's OID */

#define SERVER_AUTH_ROLE(role) (1u << (role))

/* Reads and checks a server's certificate against the CI keys of the verification list and the
 * revocation lists; roles are SERVER_AUTH_ROLE() bits of enum rsp_role. *out is set with
 * SERVER_AUTH_OK only, and borrows. */
enum server_auth_result server_auth_certificate(const struct isd_r *isd_r, struct bytes der,
                                                uint32_t roles, struct certificate *out);

#endif
