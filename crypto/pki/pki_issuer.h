/* pki_issuer: who certifies the eUICCs of a folder, read once for many of them. */
#ifndef EMUICC_CRYPTO_PKI_PKI_ISSUER_H
#define EMUICC_CRYPTO_PKI_PKI_ISSUER_H

#include "crypto/pki/pki.h"

struct pki_issuer {
    const char *directory; /* borrowed */
    enum pki_variant variant;
    enum ec_curve curve;
    struct pki_chain above;      /* its leaf signs: the EUM, or the EUM's sub-CA */
    uint8_t first[PKI_EID_SIZE]; /* of the eUICC that the folder has; if has_first */
    bool has_first, has_more;    /* has_more: folders of further ones */
};

/* 0; 1 if the folder lacks one of their certificates, or the key that signs; a failure after a
 * trace line. What is in *out is one thread's at a time. */
int pki_issuer_read(const char *directory, enum pki_variant variant, enum ec_curve curve,
                    struct pki_issuer *out);
void pki_issuer_finish(struct pki_issuer *issuer);

/* The folder has a certificate for this EID: none is to be issued. */
bool pki_issuer_has(const struct pki_issuer *issuer, const uint8_t eid[PKI_EID_SIZE]);
/* As pki_issue_euicc(). */
int pki_issuer_issue(const struct pki_issuer *issuer, struct random *random,
                     const uint8_t eid[PKI_EID_SIZE], struct pki_entity *out);

#endif
