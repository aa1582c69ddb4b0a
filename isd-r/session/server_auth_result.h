/* server_auth_result: why a server is not believed (SGP.22 §4.5.2.2, §4.6). */
#ifndef EMUICC_ISD_R_SESSION_SERVER_AUTH_RESULT_H
#define EMUICC_ISD_R_SESSION_SERVER_AUTH_RESULT_H

enum server_auth_result {
    SERVER_AUTH_OK,
    SERVER_AUTH_BAD_CERTIFICATE, /* encoding, signature, key usage, identifiers; revoked */
    SERVER_AUTH_BAD_CURVE,       /* a curve that the chip does not know */
    SERVER_AUTH_UNKNOWN_CI,      /* no key of the CI that issued it */
    SERVER_AUTH_WRONG_ROLE,      /* a certificate for something else */
    SERVER_AUTH_REVOKED,         /* one of the chain is, in a session of v3 */
    SERVER_AUTH_MISSING_CRL,     /* of the lists that were to come along: one lacks, */
    SERVER_AUTH_BAD_CRL_SIGNATURE,
    SERVER_AUTH_BAD_TIME,          /* it or a certificate has run out, */
    SERVER_AUTH_BAD_CONFIGURATION, /* it cannot be read or is not whole; or too many issuers */
    SERVER_AUTH_RESULTS,
};

#endif
