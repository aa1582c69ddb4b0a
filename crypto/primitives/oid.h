/* oid: the object identifiers that keys and certificates bear, by name (RFC 5280, RFC 5480,
 * RFC 5639). Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_OID_H
#define EMUICC_CRYPTO_PRIMITIVES_OID_H

#include "crypto/primitives/ec_types.h"

enum oid {
    OID_EC_PUBLIC_KEY,
    OID_ECDSA_SHA256,
    OID_P256,
    OID_BRAINPOOL_P256R1,
    OID_COMMON_NAME,
    OID_SERIAL_NUMBER,
    OID_COUNTRY,
    OID_ORGANIZATION,
    OID_ORGANIZATIONAL_UNIT,
    OID_SUBJECT_KEY_ID,
    OID_KEY_USAGE,
    OID_SUBJECT_ALT_NAME,
    OID_BASIC_CONSTRAINTS,
    OID_NAME_CONSTRAINTS,
    OID_CRL_DISTRIBUTION_POINTS,
    OID_CERTIFICATE_POLICIES,
    OID_AUTHORITY_KEY_ID,
    OID_EXTENDED_KEY_USAGE,
    OID_SERVER_AUTH,
    OID_CLIENT_AUTH,
    OID_CRL_NUMBER,
    OID_DELTA_CRL_INDICATOR,
    OID_ISSUING_DISTRIBUTION_POINT,
    OID_RSP_TOTAL_PARTIAL_CRL, /* 2.23.146.1.2.0.2 */
    OID_RSP_PARTIAL_CRL,       /* 2.23.146.1.2.0.3 */
    OID_RSP_PERMITTED_EINS,    /* 2.23.146.1.2.2.0 */
    OID_RSP_ROLE,              /* 2.23.146.1.2.1, the front of the roles */
    OID_UNKNOWN,
};

/* Which one these content bytes are; OID_UNKNOWN if none. */
enum oid oid_find(struct bytes content);
/* The content bytes of a known one. */
struct bytes oid_bytes(enum oid oid);

enum oid oid_of_curve(enum ec_curve curve);
bool oid_to_curve(struct bytes content, enum ec_curve *curve);

#endif
