#include "crypto/pki/pki_layout.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/disk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_MODE 0755

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

/* The same in the tree of v3. certificate_abc, folder_abc: in Variants A, B and C, where they differ. */
static const struct row_v3 {
    const char *folder, *folder_abc;
    const char *files[PKI_FILES];
    const char *certificate_abc;
} rows_v3[PKI_ALL_NAMES] = {
    [PKI_CI] = {"CI", NULL,
        {"CERT_CI_SIG_%s.der", "CERT_CI_SIG_%s.pem", "SK_CI_SIG_%s.pem", NULL, "CRL_CI_SIG_%s.crl"}, NULL},
    [PKI_EUM] = {"EUM", NULL,
        {"CERT_EUM_SIG_%s.der", NULL, "SK_EUM_SIG_%s.pem", "PK_EUM_SIG_%s.pem"}, "CERT_EUM_VAR@_SIG_%s.der"},
    [PKI_EUICC] = {"eUICC", "EUICC",
        {"CERT_EUICC_SIG_%s.der", NULL, "SK_EUICC_SIG_%s.pem", "PK_EUICC_SIG_%s.pem"}, "CERT_EUICC_VAR@_SIG_%s.der"},
    [PKI_DP_AUTH] = {"SM-DP+/SM_DPauth", NULL,
        {"CERT_S_SM_DPauth_VAR@_SIG_%s.der", NULL, "SK_S_SM_DPauth_SIG_%s.pem", "PK_S_SM_DPauth_SIG_%s.pem"}, NULL},
    [PKI_DP_PB] = {"SM-DP+/SM_DPpb", NULL,
        {"CERT_S_SM_DPpb_VAR@_SIG_%s.der", NULL, "SK_S_SM_DPpb_SIG_%s.pem", "PK_S_SM_DPpb_SIG_%s.pem"}, NULL},
    [PKI_DP_TLS] = {"SM-DP+/SM_DPtls", NULL,
        {"CERT_S_SM_DP_VAR@_TLS_%s.der", NULL, "SK_S_SM_DP_TLS_%s.pem", "PK_S_SM_DP_TLS_%s.pem"}, NULL},
    [PKI_DS_AUTH] = {"SM-DS/SM_DSauth", NULL,
        {"CERT_S_SM_DSauth_VAR@_SIG_%s.der", NULL, "SK_S_SM_DSauth_SIG_%s.pem", "PK_S_SM_DSauth_SIG_%s.pem"}, NULL},
    [PKI_EIM] = {"EIM", NULL,
        {"CERT_S_EIMsign_SIG_%s.der", NULL, "SK_S_EIMsign_SIG_%s.pem", "PK_S_EIMsign_SIG_%s.pem"}, NULL},
    [PKI_EIM_TLS] = {"EIM_tls", NULL,
        {"CERT_S_EIM_TLS_%s.der", NULL, "SK_S_EIM_TLS_%s.pem", "PK_S_EIM_TLS_%s.pem"}, NULL},
    [PKI_DS_TLS] = {"SM-DS/SM_DStls", NULL,
        {"CERT_S_SM_DS_VAR@_TLS_%s.der", NULL, "SK_S_SM_DS_TLS_%s.pem", "PK_S_SM_DS_TLS_%s.pem"}, NULL},
    [PKI_CI_SUB] = {"CI_subCA", NULL,
        {"CERT_CISubCA_SIG_%s.der", NULL, "SK_CISubCA_SIG_%s.pem", NULL, "CRL_CISubCA_SIG_%s.crl"}, NULL},
    [PKI_EUM_SUB] = {"EUM_SUB_CA", NULL,
        {"CERT_EUMSubCA_VAR@_SIG_%s.der", NULL, "SK_EUMSubCA_SIG_%s.pem", NULL}, NULL},
    [PKI_DP_SUB] = {"SM-DP+/SM_DPSubCA", NULL,
        {"CERT_SM_DPSubCA_VAR@_SIG_%s.der", NULL, "SK_SM_DPSubCA_SIG_%s.pem", NULL, "CRL_SM_DPSubCA_VAR@_SIG_%s.crl"}, NULL},
    [PKI_DS_SUB] = {"SM-DS/SM_DSSubCA", NULL,
        {"CERT_SM_DSSubCA_VAR@_SIG_%s.der", NULL, "SK_SM_DSSubCA_SIG_%s.pem", NULL, "CRL_SM_DSSubCA_VAR@_SIG_%s.crl"}, NULL},
};

/* Variants A, B and C have a CI and a sub-CA of it together; the CI that counts here is Variant O's. */
static const struct group {
    const char *folder, *own;
} groups[PKI_VARIANTS] = {
    [PKI_VARIANT_O] = {"Variant O", ""},
    [PKI_VARIANT_OV3] = {"Variant Ov3", ""},
    [PKI_VARIANT_A] = {"Variants A_B_C", "/Variant A"},
    [PKI_VARIANT_B] = {"Variants A_B_C", "/Variant B"},
    [PKI_VARIANT_C] = {"Variants A_B_C", "/Variant C"},
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

/* Before which of these GSMA's tree begins; NULL: the folder has the layout of v1. */
static const char *tree_of(const char *directory)
{
    static const char *const trees[] = {"Valid Test Cases/", ""};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        const int len = snprintf(path, PATH_MAX, "%s/%s%s", directory, trees[i], groups[0].folder);
        if (len < PATH_MAX && access(path, F_OK) == 0)
            return trees[i];
    }
    return NULL;
}

int pki_layout_choose(const char *directory, bool v3)
{
    const bool has_v3 = tree_of(directory) != NULL;
    char path[PATH_MAX];
    if (!fits(snprintf(path, PATH_MAX, "%s/%s", directory, pki_layout[PKI_CI].folder), directory))
        return FAILURE_INTERNAL;
    if (has_v3 ? !v3 : v3 && access(path, F_OK) == 0) {
        trace_error("%s has the layout of SGP.26 %s: take another folder", directory,
                    has_v3 ? "v3" : "v1");
        return FAILURE_INTERNAL;
    }
    if (!v3 || has_v3)
        return 0;
    if (!fits(snprintf(path, PATH_MAX, "%s/Valid Test Cases", directory), directory) ||
        disk_make_folder(path, FOLDER_MODE) != 0 ||
        !fits(snprintf(path, PATH_MAX, "%s/Valid Test Cases/%s", directory, groups[0].folder),
              directory))
        return FAILURE_INTERNAL;
    return disk_make_folder(path, FOLDER_MODE);
}

static bool folder_v1(const struct pki_place *place, char path[PATH_MAX])
{
    const bool variant = in_variant(place);
    return fits(snprintf(path, PATH_MAX, "%s/%s%s%s%s", place->directory, variant ? "Variant" : "",
                         variant ? variants[place->variant] : "", variant ? "/" : "",
                         pki_layout[place->name].folder),
                place->directory);
}

static bool folder_v3(const struct pki_place *place, const char *tree, char path[PATH_MAX])
{
    const struct row_v3 *row = &rows_v3[place->name];
    const struct group *group = &groups[place->name == PKI_CI ? PKI_VARIANT_O : place->variant];
    const bool shared = place->name == PKI_CI_SUB;
    return fits(
        snprintf(path, PATH_MAX, "%s/%s%s%s/%s", place->directory, tree, group->folder,
                 shared ? "" : group->own,
                 group->own[0] != '\0' && row->folder_abc != NULL ? row->folder_abc : row->folder),
        place->directory);
}

bool pki_layout_folder(const struct pki_place *place, char path[PATH_MAX])
{
    char digits[PKI_EID_DIGITS + 1];
    const char *tree = tree_of(place->directory);
    if (tree == NULL ? !folder_v1(place, path) : !folder_v3(place, tree, path))
        return false;
    if (place->eid == NULL)
        return true;
    const size_t len = strlen(path);
    pki_eid_to_text(place->eid, digits);
    return fits(snprintf(path + len, PATH_MAX - len, "/%s", digits) + (int)len, place->directory);
}

/* The file's name with its pattern written out: "@" is the variant, "%s" the curve. */
static bool path_of(const struct pki_place *place, const char *pattern, char path[PATH_MAX])
{
    if (!pki_layout_folder(place, path))
        return false;
    const size_t len = strlen(path);
    const char *const curve = strstr(pattern, "%s");
    const char *const at = strchr(pattern, '@');
    const char *const rest = at != NULL ? at + 1 : pattern;
    return fits(snprintf(path + len, PATH_MAX - len, "/%.*s%s%.*s%s%s",
                         at != NULL ? (int)(at - pattern) : 0, pattern,
                         at != NULL ? variants[place->variant] : "", (int)(curve - rest), rest,
                         suffixes[place->curve], curve + strlen("%s")) +
                    (int)len,
                place->directory);
}

static const char *pattern_v1(const struct pki_place *place, enum pki_file file)
{
    const struct pki_row *row = &pki_layout[place->name];
    return file == PKI_CERTIFICATE && in_variant(place) ? row->certificate_v3 : row->files[file];
}

static const char *pattern_v3(const struct pki_place *place, enum pki_file file)
{
    const struct row_v3 *row = &rows_v3[place->name];
    const bool abc = in_variant(place) && groups[place->variant].own[0] != '\0';
    return file == PKI_CERTIFICATE && abc && row->certificate_abc != NULL ? row->certificate_abc
                                                                          : row->files[file];
}

bool pki_layout_path(const struct pki_place *place, enum pki_file file, char path[PATH_MAX])
{
    const bool v3 = tree_of(place->directory) != NULL;
    return path_of(place, v3 ? pattern_v3(place, file) : pattern_v1(place, file), path);
}

bool pki_layout_older(const struct pki_place *place, char path[PATH_MAX])
{
    return path_of(place, pki_layout[place->name].older, path);
}
