#include "crypto/pki_layout.h"

#include "apdu/trace.h"

#include <stdio.h>

/* clang-format off */
const struct pki_row pki_layout[PKI_NAMES] = {
    [PKI_CI] = {RSP_ROLE_CI, "CertificateIssuer",
        {"CERT_CI_ECDSA_%s.der", "CERT_CI_ECDSA_%s.pem", "SK_CI_ECDSA_%s.pem", NULL}, NULL},
    [PKI_EUM] = {RSP_ROLE_EUM, "EUM",
        {"CERT_EUM_ECDSA_%s.der", NULL, "SK_EUM_ECDSA_%s.pem", "PK_EUM_ECDSA_%s.pem"}, NULL},
    [PKI_EUICC] = {RSP_ROLE_EUICC, "eUICC",
        {"CERT_EUICC_ECDSA_%s.der", NULL, "SK_EUICC_ECDSA_%s.pem", "PK_EUICC_ECDSA_%s.pem"}, NULL},
    [PKI_DP_AUTH] = {RSP_ROLE_DP_AUTH, "DPauth",
        {"CERT_S_SM_DPauth_ECDSA_%s.der", NULL, "SK_S_SM_DPauth_ECDSA_%s.pem",
         "PK_S_SM_DPauth_ECDSA_%s.pem"}, NULL},
    [PKI_DP_PB] = {RSP_ROLE_DP_PB, "DPpb",
        {"CERT_S_SM_DPpb_ECDSA_%s.der", NULL, "SK_S_SM_DPpb_ECDSA_%s.pem",
         "PK_S_SM_DPpb_ECDSA_%s.pem"}, NULL},
    [PKI_DP_TLS] = {RSP_ROLE_DP_TLS, "DPtls",
        {"CERT_S_SM_DP_VARO_TLS_%s.der", NULL, "SK_S_SM_DP_TLS_%s.pem", "PK_S_SM_DP_TLS_%s.pem"},
        "CERT_S_SM_DP_TLS_%s.der"},
    [PKI_DS_AUTH] = {RSP_ROLE_DS_AUTH, "DSauth",
        {"CERT_S_SM_DSauth_ECDSA_%s.der", NULL, "SK_S_SM_DSauth_ECDSA_%s.pem",
         "PK_S_SM_DSauth_ECDSA_%s.pem"}, NULL},
};
/* clang-format on */

static const char *const suffixes[EC_CURVES] = {[EC_P256] = "NIST", [EC_BRAINPOOL_P256R1] = "BRP"};

static bool fits(int len, const char *directory)
{
    if (len >= 0 && len < PATH_MAX)
        return true;
    trace_error("the path %s is too long", directory);
    return false;
}

bool pki_layout_folder(const char *directory, enum pki_name name, const uint8_t *eid,
                       char path[PATH_MAX])
{
    char digits[PKI_EID_DIGITS + 1] = "";
    if (eid != NULL)
        pki_eid_to_text(eid, digits);
    return fits(snprintf(path, PATH_MAX, "%s/%s%s%s", directory, pki_layout[name].folder,
                         eid != NULL ? "/" : "", digits),
                directory);
}

bool pki_layout_path(const char *directory, enum pki_name name, const char *pattern,
                     enum ec_curve curve, const uint8_t *eid, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    if (!pki_layout_folder(directory, name, eid, folder))
        return false;
    const char *const mark = strstr(pattern, "%s");
    const int front = (int)(mark - pattern);
    return fits(snprintf(path, PATH_MAX, "%s/%.*s%s%s", folder, front, pattern, suffixes[curve],
                         mark + strlen("%s")),
                directory);
}
