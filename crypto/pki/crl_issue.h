/* crl_issue: writes a revocation list, in one piece, that crl reads (SGP.22 §4.6, RFC 5280 §5).
 * Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_CRL_ISSUE_H
#define EMUICC_CRYPTO_PKI_CRL_ISSUE_H

#include "crypto/pki/certificate.h"
#include "crypto/primitives/random.h"

struct crl_issue {
    const struct certificate *issuer;
    const struct ec_private *key;     /* the issuer's */
    int64_t this_update, next_update; /* seconds since 1970 */
    int64_t number;                   /* cRLNumber */
    struct bytes revoked;             /* entries, one after the other */
};

/* Appends an entry: a serial number's content, revoked at this moment. */
void crl_put_revoked(struct writer *out, struct bytes serial, int64_t seconds);
/* Appends the list. 0, or a failure after a trace line. */
int crl_issue(struct random *random, const struct crl_issue *issue, struct writer *out);

#endif
