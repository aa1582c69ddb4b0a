#include "crypto/primitives/oid.h"

struct oid_row {
    uint8_t len;
    uint8_t content[9];
};

/* clang-format off */
static const struct oid_row rows[OID_UNKNOWN] = {
    [OID_EC_PUBLIC_KEY]           = {7, {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01}},
    [OID_ECDSA_SHA256]            = {8, {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02}},
    [OID_P256]                    = {8, {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07}},
    [OID_BRAINPOOL_P256R1]        = {9, {0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07}},
    [OID_COMMON_NAME]             = {3, {0x55, 0x04, 0x03}},
    [OID_SERIAL_NUMBER]           = {3, {0x55, 0x04, 0x05}},
    [OID_COUNTRY]                 = {3, {0x55, 0x04, 0x06}},
    [OID_ORGANIZATION]            = {3, {0x55, 0x04, 0x0A}},
    [OID_ORGANIZATIONAL_UNIT]     = {3, {0x55, 0x04, 0x0B}},
    [OID_SUBJECT_KEY_ID]          = {3, {0x55, 0x1D, 0x0E}},
    [OID_KEY_USAGE]               = {3, {0x55, 0x1D, 0x0F}},
    [OID_SUBJECT_ALT_NAME]        = {3, {0x55, 0x1D, 0x11}},
    [OID_BASIC_CONSTRAINTS]       = {3, {0x55, 0x1D, 0x13}},
    [OID_NAME_CONSTRAINTS]        = {3, {0x55, 0x1D, 0x1E}},
    [OID_CRL_DISTRIBUTION_POINTS] = {3, {0x55, 0x1D, 0x1F}},
    [OID_CERTIFICATE_POLICIES]    = {3, {0x55, 0x1D, 0x20}},
    [OID_AUTHORITY_KEY_ID]        = {3, {0x55, 0x1D, 0x23}},
    [OID_EXTENDED_KEY_USAGE]      = {3, {0x55, 0x1D, 0x25}},
    [OID_SERVER_AUTH]             = {8, {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01}},
    [OID_CLIENT_AUTH]             = {8, {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02}},
    [OID_CRL_NUMBER]              = {3, {0x55, 0x1D, 0x14}},
    [OID_DELTA_CRL_INDICATOR]     = {3, {0x55, 0x1D, 0x1B}},
    [OID_ISSUING_DISTRIBUTION_POINT] = {3, {0x55, 0x1D, 0x1C}},
    [OID_RSP_TOTAL_PARTIAL_CRL]   = {7, {0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x02}},
    [OID_RSP_PARTIAL_CRL]         = {7, {0x67, 0x81, 0x12, 0x01, 0x02, 0x00, 0x03}},
    [OID_RSP_PERMITTED_EINS]      = {7, {0x67, 0x81, 0x12, 0x01, 0x02, 0x02, 0x00}},
    [OID_RSP_ROLE]                = {6, {0x67, 0x81, 0x12, 0x01, 0x02, 0x01}},
};
/* clang-format on */

struct bytes oid_bytes(enum oid oid)
{
    return bytes_of(rows[oid].content, rows[oid].len);
}

enum oid oid_find(struct bytes content)
{
    for (enum oid oid = 0; oid < OID_UNKNOWN; oid++)
        if (bytes_equal(content, oid_bytes(oid)))
            return oid;
    return OID_UNKNOWN;
}

enum oid oid_of_curve(enum ec_curve curve)
{
    return curve == EC_P256 ? OID_P256 : OID_BRAINPOOL_P256R1;
}

bool oid_to_curve(struct bytes content, enum ec_curve *curve)
{
    for (enum ec_curve known = 0; known < EC_CURVES; known++) {
        if (bytes_equal(content, oid_bytes(oid_of_curve(known)))) {
            *curve = known;
            return true;
        }
    }
    return false;
}
