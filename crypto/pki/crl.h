/* crl: certificate revocation lists as GSMA profiles them (SGP.22 §4.6, RFC 5280 §5), read in place
 * like certificates: every slice borrows from the bytes parsed. */
#ifndef EMUICC_CRYPTO_PKI_CRL_H
#define EMUICC_CRYPTO_PKI_CRL_H

#include "crypto/pki/certificate.h"

struct crl {
    struct bytes tbs;
    uint8_t signature[EC_SIGNATURE_SIZE];
    struct bytes issuer; /* Name, whole */
    struct bytes authority_key_id;
    int64_t this_update, next_update; /* seconds since 1970; 0: it names no next one */
    int64_t number;                   /* cRLNumber */
    bool delta;                       /* says only what has changed since the base */
    int64_t base;                     /* BaseCRLNumber of a delta */
    uint32_t parts;                   /* totalPartialCrlNumber; 1 for a list in one piece */
    uint32_t part;                    /* partialCrlNumber, from 1 */
    struct bytes revoked;             /* entries, one after the other */
};

/* Reads one DER CertificateList and nothing after it; false if it is none. */
bool crl_parse(struct bytes der, struct crl *out);
/* As crl_parse(), from what is inside its SEQUENCE: where a list bears another tag. */
bool crl_parse_content(struct bytes content, struct crl *out);
/* Key ids and signature, and the issuer's right to sign lists. */
bool crl_verify(const struct crl *crl, const struct certificate *issuer);
/* Takes the next entry off the front of `revoked`: the serial number's content. */
bool crl_take_revoked(struct bytes *revoked, struct bytes *serial);

#endif
