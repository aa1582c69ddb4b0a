/* issue: writes a certificate as GSMA profiles them (SGP.22 §4.5.2, SGP.26). It issues what it is
 * told to, also what no CI should: tests of a card want wrong certificates too. */
#ifndef EMUICC_CRYPTO_PKI_ISSUE_H
#define EMUICC_CRYPTO_PKI_ISSUE_H

#include "crypto/pki/certificate.h"

#define ISSUE_CERTIFICATE_MAX 2048 /* bytes that one takes at most */
#define ISSUE_SUBJECT_MAX 4
#define ISSUE_NO_PATH_LENGTH (-1)

enum issue_attribute_type {
    ISSUE_END,
    ISSUE_COUNTRY,
    ISSUE_ORGANIZATION,
    ISSUE_ORGANIZATIONAL_UNIT,
    ISSUE_COMMON_NAME,
    ISSUE_SERIAL_NUMBER,
};

struct issue_attribute {
    enum issue_attribute_type type;
    struct bytes text;
};

struct issue {
    struct issue_attribute subject[ISSUE_SUBJECT_MAX]; /* in this order, up to ISSUE_END */
    enum ec_curve curve;                               /* of the subject's key */
    const uint8_t *point;                              /* EC_POINT_SIZE bytes */
    int64_t not_before, not_after;                     /* seconds since 1970 */
    enum rsp_role role;                                /* RSP_ROLE_NONE: no policy */
    bool v3;                                           /* the role's OID is the one of v3 */
    uint32_t key_usage;                                /* 0: no such extension */
    bool ca;
    int path_length; /* of a CA, or ISSUE_NO_PATH_LENGTH */
    bool tls;        /* extended key usage of a TLS server and client */
    /* Texts; NULL or empty where the certificate goes without. */
    const char *registered_id; /* dotted */
    const char *dns_name;
    const char *crl_url;
    /* An EUM's name constraint: both or none. In v3 the IIN has an extension of its own. */
    struct bytes permitted_organization, permitted_iin;
};

/* Appends the certificate. issuer: NULL for one that signs itself; key: the issuer's. The serial
 * number is drawn. 0, or a failure after a trace line. */
int issue_certificate(struct random *random, const struct issue *issue,
                      const struct certificate *issuer, const struct ec_private *key,
                      struct writer *out);

/* SubjectPublicKeyInfo of a point, as certificates and PK_*.pem have it. */
void issue_put_public_key(struct writer *out, enum ec_curve curve, const uint8_t *point);

#endif
