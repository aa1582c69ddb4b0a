/* The part of certificate that knows chains. */
#include "crypto/pki/certificate.h"

#define ROLE(name) (1u << RSP_ROLE_##name)

struct parents_row {
    enum rsp_role role;
    unsigned issuers; /* roles of who may have issued it */
};

/* SGP.22 §4.5.2, the variants together. */
/* clang-format off */
static const struct parents_row rows[] = {
    { RSP_ROLE_CI_SUB,  ROLE(CI) },
    { RSP_ROLE_EUM,     ROLE(CI) | ROLE(CI_SUB) },
    { RSP_ROLE_EUM_SUB, ROLE(EUM) },
    { RSP_ROLE_EUICC,   ROLE(EUM) | ROLE(EUM_SUB) },
    { RSP_ROLE_DP_SUB,  ROLE(CI) | ROLE(CI_SUB) },
    { RSP_ROLE_DP_TLS,  ROLE(CI) | ROLE(CI_SUB) | ROLE(DP_SUB) },
    { RSP_ROLE_DP_AUTH, ROLE(CI) | ROLE(CI_SUB) | ROLE(DP_SUB) },
    { RSP_ROLE_DP_PB,   ROLE(CI) | ROLE(CI_SUB) | ROLE(DP_SUB) },
    { RSP_ROLE_DS_SUB,  ROLE(CI) | ROLE(CI_SUB) },
    { RSP_ROLE_DS_TLS,  ROLE(CI) | ROLE(CI_SUB) | ROLE(DS_SUB) },
    { RSP_ROLE_DS_AUTH, ROLE(CI) | ROLE(CI_SUB) | ROLE(DS_SUB) },
};
/* clang-format on */

static bool may_issue(const struct certificate *certificate, const struct certificate *issuer)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].role == certificate->role)
            return issuer->role <= RSP_ROLE_DS_SUB && (rows[i].issuers >> issuer->role & 1) != 0;
    return false;
}

static const struct certificate *find_issuer(const struct certificate *certificate,
                                             const struct certificate *issuers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (issuers[i].subject_key_id.len > 0 &&
            bytes_equal(issuers[i].subject_key_id, certificate->authority_key_id))
            return &issuers[i];
    return NULL;
}

/* depth: how many issuers stand below this one. */
static int verify_step(const struct certificate *certificate, const struct certificate *issuer,
                       size_t depth)
{
    if (!may_issue(certificate, issuer) ||
        (issuer->path_length != CERTIFICATE_NO_PATH_LENGTH && (size_t)issuer->path_length < depth))
        return CERTIFICATE_WRONG_USAGE;
    return certificate_verify(certificate, issuer);
}

struct bytes certificate_root_key_id(const struct certificate *certificate,
                                     const struct certificate *issuers, size_t count)
{
    for (size_t depth = 0; depth < count; depth++) {
        certificate = find_issuer(certificate, issuers, count);
        if (certificate == NULL)
            return (struct bytes){0};
    }
    return find_issuer(certificate, issuers, count) == NULL ? certificate->authority_key_id
                                                            : (struct bytes){0};
}

int certificate_verify_chain(const struct certificate *certificate,
                             const struct certificate *issuers, size_t count,
                             const struct certificate *root)
{
    for (size_t depth = 0; depth < count; depth++) {
        const struct certificate *issuer = find_issuer(certificate, issuers, count);
        const int result =
            issuer == NULL ? CERTIFICATE_WRONG_ISSUER : verify_step(certificate, issuer, depth);
        if (result != CERTIFICATE_OK)
            return result;
        certificate = issuer;
    }
    return verify_step(certificate, root, count);
}
