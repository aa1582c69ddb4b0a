#include "crypto/pki/pki_layout.h"

#include "apdu/trace.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct pki_row pki_layout[PKI_ALL_NAMES] = {
    [PKI_CI] = {RSP_ROLE_CI, "CertificateIssuer",
        {"CERT_CI_ECDSA_%s.der", "CERT_CI_ECDSA_%s.pem", "SK_CI_ECDSA_%s.pem", NULL, "CRL_CI_ECDSA_%s.crl"}, NULL, NULL},
    [PKI_EUM] = {RSP_ROLE_EUM, "EUM",
        {"CERT_EUM_ECDSA_%s.der", NULL, "SK_EUM_ECDSA_%s.pem", "PK_EUM_ECDSA_%s.pem"}, "CERT_EUM_VAR@_SIG_%s.der", NULL},
    [PKI_EUICC] = {RSP_ROLE_EUICC, "eUICC",
        {"CERT_EUICC_ECDSA_%s.der", NULL, "SK_EUICC_ECDSA_%s.pem", "PK_EUICC_ECDSA_%s.pem"}, "CERT_EUICC_VAR@_SIG_%s.der", NULL},
    [PKI_DP_AUTH] = {RSP_ROLE_DP_AUTH, "DPauth",
        {"CERT_S_SM_DPauth_ECDSA_%s.der", NULL, "SK_S_SM_DPauth_ECDSA_%s.pem",
         "PK_S_SM_DPauth_ECDSA_%s.pem"}, "CERT_S_SM_DPauth_VAR@_SIG_%s.der", NULL},
    [PKI_DP_PB] = {RSP_ROLE_DP_PB, "DPpb",
        {"CERT_S_SM_DPpb_ECDSA_%s.der", NULL, "SK_S_SM_DPpb_ECDSA_%s.pem",
         "PK_S_SM_DPpb_ECDSA_%s.pem"}, "CERT_S_SM_DPpb_VAR@_SIG_%s.der", NULL},
    [PKI_DP_TLS] = {RSP_ROLE_DP_TLS, "DPtls",
        {"CERT_S_SM_DP_VARO_TLS_%s.der", NULL, "SK_S_SM_DP_TLS_%s.pem", "PK_S_SM_DP_TLS_%s.pem"},
        "CERT_S_SM_DP_VAR@_TLS_%s.der", "CERT_S_SM_DP_TLS_%s.der"},
    [PKI_DS_AUTH] = {RSP_ROLE_DS_AUTH, "DSauth",
        {"CERT_S_SM_DSauth_ECDSA_%s.der", NULL, "SK_S_SM_DSauth_ECDSA_%s.pem",
         "PK_S_SM_DSauth_ECDSA_%s.pem"}, "CERT_S_SM_DSauth_VAR@_SIG_%s.der", NULL},
    [PKI_EIM] = {RSP_ROLE_NONE, "EIMsign",
        {"CERT_S_EIMsign_ECDSA_%s.der", NULL, "SK_S_EIMsign_ECDSA_%s.pem", "PK_S_EIMsign_ECDSA_%s.pem"}, NULL, NULL},
    [PKI_EIM_TLS] = {RSP_ROLE_NONE, "EIMtls",
        {"CERT_S_EIM_TLS_%s.der", NULL, "SK_S_EIM_TLS_%s.pem", "PK_S_EIM_TLS_%s.pem"}, NULL, NULL},
    [PKI_DS_TLS] = {RSP_ROLE_DS_TLS, "DStls",
        {"CERT_S_SM_DS_TLS_%s.der", NULL, "SK_S_SM_DS_TLS_%s.pem", "PK_S_SM_DS_TLS_%s.pem"}, NULL, NULL},
    [PKI_CI_SUB] = {RSP_ROLE_CI_SUB, "CISubCA",
        {NULL, NULL, "SK_CISubCA_SIG_%s.pem", NULL, "CRL_CISubCA_VAR@_SIG_%s.crl"}, "CERT_CISubCA_VAR@_SIG_%s.der", NULL},
    [PKI_EUM_SUB] = {RSP_ROLE_EUM_SUB, "EUMSubCA",
        {NULL, NULL, "SK_EUMSubCA_SIG_%s.pem", NULL}, "CERT_EUMSubCA_VAR@_SIG_%s.der", NULL},
    [PKI_DP_SUB] = {RSP_ROLE_DP_SUB, "DPSubCA",
        {NULL, NULL, "SK_SM_DPSubCA_SIG_%s.pem", NULL, "CRL_SM_DPSubCA_VAR@_SIG_%s.crl"}, "CERT_SM_DPSubCA_VAR@_SIG_%s.der", NULL},
    [PKI_DS_SUB] = {RSP_ROLE_DS_SUB, "DSSubCA",
        {NULL, NULL, "SK_SM_DSSubCA_SIG_%s.pem", NULL, "CRL_SM_DSSubCA_VAR@_SIG_%s.crl"}, "CERT_SM_DSSubCA_VAR@_SIG_%s.der", NULL},
};

#define NOBODY PKI_ALL_NAMES
static const enum pki_name issuers[PKI_VARIANTS][PKI_ALL_NAMES] = {
    /*                   CI      EUM         eUICC        DPauth      DPpb        DPtls       DSauth, EIM, EIMTLS, DStls, CISubCA EUMSubCA DPSubCA     DSSubCA */
    [PKI_VARIANT_O]   = {NOBODY, PKI_CI, PKI_EUM, PKI_CI, PKI_CI, PKI_CI, PKI_CI, PKI_CI, PKI_CI, PKI_CI, NOBODY, NOBODY, NOBODY, NOBODY},
    [PKI_VARIANT_OV3] = {NOBODY, PKI_CI, PKI_EUM, PKI_CI, PKI_CI, PKI_CI, PKI_CI, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY},
    [PKI_VARIANT_A]   = {NOBODY, PKI_CI, PKI_EUM_SUB, PKI_DP_SUB, PKI_DP_SUB, PKI_DP_SUB, PKI_DS_SUB, NOBODY, NOBODY, NOBODY, NOBODY, PKI_EUM, PKI_CI, PKI_CI},
    [PKI_VARIANT_B]   = {NOBODY, PKI_CI_SUB, PKI_EUM, PKI_CI_SUB, PKI_CI_SUB, PKI_CI_SUB, PKI_CI_SUB, NOBODY, NOBODY, NOBODY, PKI_CI, NOBODY, NOBODY, NOBODY},
    [PKI_VARIANT_C]   = {NOBODY, PKI_CI_SUB, PKI_EUM_SUB, PKI_DP_SUB, PKI_DP_SUB, PKI_DP_SUB, PKI_DS_SUB, NOBODY, NOBODY, NOBODY, PKI_CI, PKI_EUM, PKI_CI_SUB, PKI_CI_SUB},
};
/* clang-format on */

static const char *const variants[PKI_VARIANTS] = {"O", "Ov3", "A", "B", "C"};

static const char *const suffixes[EC_CURVES] = {[EC_P256] = "NIST", [EC_BRAINPOOL_P256R1] = "BRP"};

enum pki_name pki_layout_issuer(enum pki_variant variant, enum pki_name name)
{
    return issuers[variant][name];
}

const char *pki_layout_variant(enum pki_variant variant)
{
    return variants[variant];
}

static bool fits(int len, const char *directory)
{
    if (len >= 0 && len < PATH_MAX)
        return true;
    trace_error("the path %s is too long", directory);
    return false;
}

/* The CI is the same to all variants. */
static bool in_variant(const struct pki_place *place)
{
    return place->variant != PKI_VARIANT_O && place->name != PKI_CI;
}

bool pki_layout_folder(const struct pki_place *place, char path[PATH_MAX])
{
    char digits[PKI_EID_DIGITS + 1] = "";
    const bool variant = in_variant(place);
    if (place->eid != NULL)
        pki_eid_to_text(place->eid, digits);
    return fits(snprintf(path, PATH_MAX, "%s/%s%s%s%s%s%s", place->directory,
                         variant ? "Variant" : "", variant ? variants[place->variant] : "",
                         variant ? "/" : "", pki_layout[place->name].folder,
                         place->eid != NULL ? "/" : "", digits),
                place->directory);
}

/* The file's name with its pattern written out: "@" is the variant, "%s" the curve. */
static bool path_of(const struct pki_place *place, const char *pattern, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    if (!pki_layout_folder(place, folder))
        return false;
    const char *const curve = strstr(pattern, "%s");
    const char *const at = strchr(pattern, '@');
    const char *const rest = at != NULL ? at + 1 : pattern;
    return fits(snprintf(path, PATH_MAX, "%s/%.*s%s%.*s%s%s", folder,
                         at != NULL ? (int)(at - pattern) : 0, pattern,
                         at != NULL ? variants[place->variant] : "", (int)(curve - rest), rest,
                         suffixes[place->curve], curve + strlen("%s")),
                place->directory);
}

bool pki_layout_path(const struct pki_place *place, enum pki_file file, char path[PATH_MAX])
{
    const struct pki_row *row = &pki_layout[place->name];
    const bool v3 = file == PKI_CERTIFICATE && in_variant(place);
    return path_of(place, v3 ? row->certificate_v3 : row->files[file], path);
}

bool pki_layout_older(const struct pki_place *place, char path[PATH_MAX])
{
    return path_of(place, pki_layout[place->name].older, path);
}
