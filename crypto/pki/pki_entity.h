/* pki_entity: a certificate with its key, and what such are for (SGP.22 §4.5.2). */
#ifndef EMUICC_CRYPTO_PKI_PKI_ENTITY_H
#define EMUICC_CRYPTO_PKI_PKI_ENTITY_H

#include "crypto/pki/certificate.h"
#include "crypto/primitives/ec_private.h"

/* A certificate (DER, heap) and its private key (NULL where the folder has none). */
struct pki_entity {
    uint8_t *der;
    size_t der_len;
    struct certificate certificate; /* views into der */
    struct ec_private *key;
};
void pki_entity_finish(struct pki_entity *entity);

enum pki_name {
    PKI_CI,
    PKI_EUM,
    PKI_EUICC,
    PKI_DP_AUTH,
    PKI_DP_PB,
    PKI_DP_TLS,
    PKI_DS_AUTH,
    PKI_EIM,     /* signs eUICC packages */
    PKI_EIM_TLS, /* IPAs see it */
    PKI_DS_TLS,
    PKI_NAMES, /* of Variant O */
    PKI_CI_SUB = PKI_NAMES,
    PKI_EUM_SUB,
    PKI_DP_SUB,
    PKI_DS_SUB,
    PKI_ALL_NAMES,
};

/* What lies between the CI and those who sign (SGP.22 §4.5.2): O and Ov3 have nothing but the EUM,
 * A sub-CAs of EUM, SM-DP+ and SM-DS, B a sub-CA of the CI, C all of these. */
enum pki_variant {
    PKI_VARIANT_O,
    PKI_VARIANT_OV3,
    PKI_VARIANT_A,
    PKI_VARIANT_B,
    PKI_VARIANT_C,
    PKI_VARIANTS,
};

#endif
