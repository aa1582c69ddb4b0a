/* credentials: who vouches for whom. For each CI that the chip knows, the CI's certificate, and
 * where the chip can sign under it, EUM and eUICC certificate with the key (SGP.22 §4.5). */
#ifndef EMUICC_ISD_R_INFO_CREDENTIALS_H
#define EMUICC_ISD_R_INFO_CREDENTIALS_H

#include "crypto/pki/certificate.h"
#include "crypto/primitives/random.h"
#include "fs/store/store.h"

#define CREDENTIALS_EID "eid" /* its name in the store */
#define CREDENTIALS_EID_SIZE 16
#define CREDENTIALS_KEY_ID_MAX 64 /* bytes of a subject key identifier; 20 as a rule */

struct credential {
    uint8_t *der;                      /* the certificates' bytes, which the rest borrows */
    struct certificate ci, eum, euicc; /* eum: who has issued the eUICC's, which may be a sub-CA */
    struct bytes others;               /* of v3: the issuers above, the CI not among them, DER */
    struct ec_private *key;            /* of the eUICC; NULL where the chip cannot sign */
    bool verifies;                     /* in euiccCiPKIdListForVerification */
    bool signs;                        /* in euiccCiPKIdListForSigning: by a chain of Variant O */
    bool signs_v3;                     /* in euiccCiPKIdListForSigningV3: by any other */
};

struct credentials {
    struct credential *list; /* in order of priority */
    size_t count;
    uint8_t eid[CREDENTIALS_EID_SIZE];
};

int credentials_load(struct store *store, struct credentials *out);
void credentials_finish(struct credentials *credentials);

/* By the CI's public key identifier; NULL if it is not in that list. */
const struct credential *credentials_for_verification(const struct credentials *credentials,
                                                      struct bytes ci_key_id);
const struct credential *credentials_for_signing(const struct credentials *credentials,
                                                 struct bytes ci_key_id);
/* The one whose chain is another than Variant O. */
const struct credential *credentials_for_signing_v3(const struct credentials *credentials,
                                                    struct bytes ci_key_id);
/* The first that can sign, by Variant O if there is one; NULL if the chip cannot. */
const struct credential *credentials_first_signer(const struct credentials *credentials);

/* Signs what has been written from `start` on, and after it `more` (or nothing, if it is empty).
 * 0 or a failure, as when the writer had too little room. */
int credentials_sign(const struct credential *signer, struct random *random,
                     const struct writer *from, size_t start, struct bytes more,
                     uint8_t signature[EC_SIGNATURE_SIZE]);

/* Appends a signature of what has been written from `start` on, under this tag. 0 or a failure. */
int credentials_put_signature(const struct credential *signer, struct random *random, uint32_t tag,
                              size_t start, struct writer *out);

/* The values of one CI's set, by the names that they have in the store; eum and euicc may be NULL.
 * Return other than 0 from visit ends it and is returned. */
struct pki_entity;
int credentials_each_value(unsigned index, const struct pki_entity *ci,
                           const struct pki_entity *eum, const struct pki_entity *euicc,
                           store_value_visitor *visit, void *context);
/* The same of a CI that is there already, and a chain of v3 by which the chip signs under it. */
struct pki_chain;
int credentials_each_value_v3(unsigned index, const struct pki_entity *ci,
                              const struct pki_chain *euicc, store_value_visitor *visit,
                              void *context);

#endif
