/* server_auth: is this the certificate of an RSP server that the chip may believe? (SGP.22
 * §4.5.2.2) */
#ifndef EMUICC_ISD_R_SESSION_SERVER_AUTH_H
#define EMUICC_ISD_R_SESSION_SERVER_AUTH_H

#include "isd-r/info/credentials.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/session/server_auth_result.h"

#define SERVER_AUTH_OID_MAX 64 /* bytes of a server's OID */

#define SERVER_AUTH_ROLE(role) (1u << (role))

/* By what the chip judges. */
struct server_auth_trust {
    struct store *store; /* with the revocation lists */
    const struct credentials *credentials;
    const struct euicc_info *info;
};

/* What a server shows. Of v2, and of Variants O and Ov3, its certificate alone. */
struct server_auth_request {
    struct bytes certificate;
    uint32_t roles;       /* SERVER_AUTH_ROLE() bits of enum rsp_role that it may have */
    bool v3;              /* all of the rest is looked at */
    struct bytes issuers; /* otherCertsInChain, one after the other */
    bool stapled;         /* revocation lists are to come along: */
    struct bytes lists;   /* crlList, one after the other */
};
/* Who it is. Borrows from what was shown. */
struct server_auth {
    struct certificate server;
    const struct credential *ci; /* that the chain leads to */
};

/* Reads and checks what a server shows against the CI keys of the verification list and the
 * revocation lists. *out is set with SERVER_AUTH_OK only. */
enum server_auth_result server_auth_check(const struct server_auth_trust *trust,
                                          const struct server_auth_request *request,
                                          struct server_auth *out);

#endif
