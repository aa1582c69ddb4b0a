/* certificate: X.509 as GSMA profiles it, read in place by apdu/der (SGP.22
 * §4.5, RFC 5280). Nothing is copied: every slice borrows from the bytes parsed. */
#ifndef EMUICC_CRYPTO_PKI_CERTIFICATE_H
#define EMUICC_CRYPTO_PKI_CERTIFICATE_H

#include "crypto/pki/role.h"
#include "crypto/primitives/ec.h"
#include "apdu/der.h"

#define CERTIFICATE_NO_PATH_LENGTH (-1)

/* keyUsage bits of RFC 5280 §4.2.1.3 */
#define KEY_USAGE_DIGITAL_SIGNATURE (1u << 0)
#define KEY_USAGE_KEY_CERT_SIGN (1u << 5)
#define KEY_USAGE_CRL_SIGN (1u << 6)

struct certificate {
    struct bytes whole, tbs;
    struct bytes serial;               /* INTEGER content */
    struct bytes issuer, subject;      /* Names, whole */
    struct bytes subject_serial;       /* serialNumber attribute: the EID's digits, or empty */
    struct bytes subject_organization; /* or empty */
    int64_t not_before, not_after;     /* seconds since 1970, UTC */
    enum ec_curve curve;
    struct bytes point; /* EC_POINT_SIZE */
    uint8_t signature[EC_SIGNATURE_SIZE];
    struct bytes subject_key_id, authority_key_id; /* extension content, or empty */
    uint32_t key_usage; /* der_to_bits form; 0 if the extension is absent */
    bool ca;
    int path_length; /* of a CA, or CERTIFICATE_NO_PATH_LENGTH */
    enum rsp_role role;
    bool v3;                       /* the role is named as SGP.22 v3 does: not one of Variant O */
    struct bytes dns_name;         /* the first of subjectAltName, or empty */
    struct bytes registered_id;    /* subjectAltName registeredID: the server's OID, or empty */
    struct bytes name_constraints; /* extension content, or empty */
    struct bytes permitted_eins;   /* what is in the v3 extension's SEQUENCE, or empty */
};

enum certificate_result {
    CERTIFICATE_OK = 0,
    CERTIFICATE_MALFORMED = 1, /* encoding */
    CERTIFICATE_UNSUPPORTED_CURVE = 2,
    CERTIFICATE_BAD_SIGNATURE = 3,
    CERTIFICATE_WRONG_ISSUER = 4,    /* authority key id or issuer name */
    CERTIFICATE_WRONG_USAGE = 5,     /* key usage, basic constraints */
    CERTIFICATE_NAME_CONSTRAINT = 6, /* EID or organisation outside the EUM's range */
};

/* What a result means, for traces: "signature is wrong". */
const char *certificate_result_text(int result);

/* Reads one DER certificate and nothing after it. Returns a CERTIFICATE_* result. */
int certificate_parse(struct bytes der, struct certificate *out);
/* The key in what is inside a SubjectPublicKeyInfo, which has a named curve (RFC 5480 §2). A
 * CERTIFICATE_* result. */
int certificate_parse_key(struct bytes info, enum ec_curve *curve, struct bytes *point);
/* The same of what is inside a certificate, nothing else in which is looked at. */
int certificate_find_key(struct bytes content, enum ec_curve *curve, struct bytes *point);
/* Issuer (of a root the key id, of others the name too), the issuer's right to issue, and the
 * signature; not the dates, which a card cannot know. */
int certificate_verify(const struct certificate *certificate, const struct certificate *issuer);
/* Who may have issued it, and where: the issuers that lie between a certificate and its root, in
 * any order, each once (SGP.22 §4.5.2: Variants A, B and C have one to three; O and Ov3 none above
 * a server, the EUM above an eUICC). Roles, path lengths, signatures. */
#define CERTIFICATE_CHAIN_MAX 3
int certificate_verify_chain(const struct certificate *certificate,
                             const struct certificate *issuers, size_t count,
                             const struct certificate *root);
/* Of the chain's last certificate below the root: which key has issued it. Empty if the issuers do
 * not make a chain. */
struct bytes certificate_root_key_id(const struct certificate *certificate,
                                     const struct certificate *issuers, size_t count);
/* SGP.22 §4.5.2.1: the eUICC's EID and organisation against the EUM's permitted subtree, or from v3
 * on its permitted EINs. */
int certificate_euicc_permitted(const struct certificate *euicc, const struct certificate *eum);
/* Organisation and IIN (digits) that the EUM's permitted subtree names; false if it names none. */
bool certificate_permitted(const struct certificate *eum, struct bytes *organization,
                           struct bytes *iin);
/* The IIN that the EUM's permitted subtree names (digits), or empty. */
struct bytes certificate_permitted_iin(const struct certificate *eum);
/* EID from the eUICC certificate's serialNumber: 32 digits to 16 bytes. */
bool certificate_eid(const struct certificate *euicc, uint8_t eid[16]);

#endif
