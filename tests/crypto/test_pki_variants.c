/* The certificates of SGP.22 v3: every variant's chains, made here, as OpenSSL and as this project
 * sees them; and chains that are none. */
#include <criterion/criterion.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

#include "crypto/pki/crl.h"
#include "crypto/pki/pki.h"
#include "tests/crypto/folder.h"

#define EID_TEXT "89049032123451234512345678901235"
#define NEXT_EID_TEXT "89049032123451234512345678901332"
#define OTHER_IIN "89049044"

static struct folder folder;
static struct pki_chain chain, other;
static struct pki_entity ci;
static struct certificate issuers[CERTIFICATE_CHAIN_MAX];

static int make(struct pki_plan plan)
{
    struct random random;
    random_init_seeded(&random, bytes_of_text("variants"));
    plan.directory = folder.path;
    return pki_make(&random, &plan);
}

static void start(void)
{
    folder = folder_make();
    cr_assert_eq(make((struct pki_plan){.brainpool = true, .variants = ~0u}), 0);
}

static void stop(void)
{
    pki_chain_finish(&chain);
    pki_chain_finish(&other);
    pki_entity_finish(&ci);
    folder_remove(&folder);
}

TestSuite(pki_variants, .init = start, .fini = stop, .timeout = 60);

static void take(enum pki_variant variant, enum pki_name name, enum ec_curve curve)
{
    pki_chain_finish(&chain);
    pki_entity_finish(&ci);
    cr_assert_eq(pki_read(folder.path, PKI_CI, curve, &ci), 0);
    cr_assert_eq(pki_read_chain(folder.path, variant, name, curve, NULL, &chain), 0,
                 "variant %s, %d", pki_variant_name(variant), name);
    pki_chain_issuers(&chain, issuers);
}

static int verify(void)
{
    return certificate_verify_chain(&chain.leaf.certificate, issuers, chain.count, &ci.certificate);
}

static X509 *to_x509(const struct pki_entity *entity)
{
    const unsigned char *der = entity->der;
    return d2i_X509(NULL, &der, (long)entity->der_len);
}

static bool signed_by(const struct pki_entity *entity, const struct pki_entity *issuer)
{
    X509 *certificate = to_x509(entity), *by = to_x509(issuer);
    const bool right = X509_verify(certificate, X509_get0_pubkey(by)) == 1 &&
                       X509_check_issued(by, certificate) == X509_V_OK;
    X509_free(certificate);
    X509_free(by);
    return right;
}

/* clang-format off */
static const struct {
    enum pki_name name;
    enum rsp_role role;
    size_t count[PKI_VARIANTS]; /* issuers below the CI: O, Ov3, A, B, C */
    enum rsp_role issuers[PKI_VARIANTS][CERTIFICATE_CHAIN_MAX];
} rows[] = {
    {PKI_EUM,     RSP_ROLE_EUM,     {0, 0, 0, 1, 1}, {{0}, {0}, {0}, {RSP_ROLE_CI_SUB}, {RSP_ROLE_CI_SUB}}},
    {PKI_EUICC,   RSP_ROLE_EUICC,   {1, 1, 2, 2, 3},
     {{RSP_ROLE_EUM}, {RSP_ROLE_EUM}, {RSP_ROLE_EUM_SUB, RSP_ROLE_EUM}, {RSP_ROLE_EUM, RSP_ROLE_CI_SUB},
      {RSP_ROLE_EUM_SUB, RSP_ROLE_EUM, RSP_ROLE_CI_SUB}}},
    {PKI_DP_AUTH, RSP_ROLE_DP_AUTH, {0, 0, 1, 1, 2},
     {{0}, {0}, {RSP_ROLE_DP_SUB}, {RSP_ROLE_CI_SUB}, {RSP_ROLE_DP_SUB, RSP_ROLE_CI_SUB}}},
    {PKI_DP_PB,   RSP_ROLE_DP_PB,   {0, 0, 1, 1, 2},
     {{0}, {0}, {RSP_ROLE_DP_SUB}, {RSP_ROLE_CI_SUB}, {RSP_ROLE_DP_SUB, RSP_ROLE_CI_SUB}}},
    {PKI_DS_AUTH, RSP_ROLE_DS_AUTH, {0, 0, 1, 1, 2},
     {{0}, {0}, {RSP_ROLE_DS_SUB}, {RSP_ROLE_CI_SUB}, {RSP_ROLE_DS_SUB, RSP_ROLE_CI_SUB}}},
    {PKI_DP_TLS,  RSP_ROLE_DP_TLS,  {0, 0, 1, 1, 2},
     {{0}, {0}, {RSP_ROLE_DP_SUB}, {RSP_ROLE_CI_SUB}, {RSP_ROLE_DP_SUB, RSP_ROLE_CI_SUB}}},
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void check(size_t row, enum pki_variant variant, enum ec_curve curve)
{
    take(variant, rows[row].name, curve);
    cr_assert_eq(chain.count, rows[row].count[variant]);
    cr_assert_eq(chain.leaf.certificate.role, rows[row].role);
    cr_assert_eq(chain.leaf.certificate.v3, variant != PKI_VARIANT_O);
    cr_assert_not_null(chain.leaf.key);
    const struct pki_entity *below = &chain.leaf;
    for (size_t i = 0; i < chain.count; i++) {
        cr_assert_eq(issuers[i].role, rows[row].issuers[variant][i]);
        cr_assert(signed_by(below, &chain.issuers[i]));
        below = &chain.issuers[i];
    }
    cr_assert(signed_by(below, &ci));
    cr_assert_eq(verify(), CERTIFICATE_OK, "variant %s, %d", pki_variant_name(variant),
                 rows[row].name);
    cr_assert(bytes_equal(certificate_root_key_id(&chain.leaf.certificate, issuers, chain.count),
                          ci.certificate.subject_key_id));
}

Test(pki_variants, every_chain_leads_to_the_ci)
{
    for (int curve = 0; curve < EC_CURVES; curve++)
        for (int variant = 0; variant < PKI_VARIANTS; variant++)
            for (size_t row = 0; row < ROWS; row++)
                if (rows[row].name != PKI_DP_TLS || curve == EC_P256)
                    check(row, (enum pki_variant)variant, (enum ec_curve)curve);
    cr_assert_eq(pki_read_chain(folder.path, PKI_VARIANT_B, PKI_DS_SUB, EC_P256, NULL, &other), 1);
    cr_assert_eq(pki_read_chain(folder.path, PKI_VARIANT_OV3, PKI_CI_SUB, EC_P256, NULL, &other),
                 1);
}

Test(pki_variants, an_eum_permits_by_extension)
{
    for (int variant = PKI_VARIANT_OV3; variant < PKI_VARIANTS; variant++) {
        take((enum pki_variant)variant, PKI_EUICC, EC_P256);
        const struct certificate *eum = &issuers[0];
        while (eum->role != RSP_ROLE_EUM)
            eum++;
        cr_assert(bytes_equal(certificate_permitted_iin(eum), bytes_of_text("89049032")));
        cr_assert_eq(certificate_euicc_permitted(&chain.leaf.certificate, eum), CERTIFICATE_OK);
        struct certificate bent = chain.leaf.certificate;
        bent.subject_serial = bytes_of_text("89049044123451234512345678901208");
        cr_assert_eq(certificate_euicc_permitted(&bent, eum), CERTIFICATE_NAME_CONSTRAINT);
        struct certificate none = *eum;
        none.permitted_eins = (struct bytes){0};
        cr_assert_eq(certificate_euicc_permitted(&chain.leaf.certificate, &none),
                     CERTIFICATE_NAME_CONSTRAINT);
    }
}

/* Order is nothing, all else is. */
Test(pki_variants, what_is_no_chain_is_refused)
{
    take(PKI_VARIANT_C, PKI_EUICC, EC_P256);
    const struct certificate kept[] = {issuers[0], issuers[1], issuers[2]};
    issuers[0] = kept[2];
    issuers[2] = kept[0];
    cr_assert_eq(verify(), CERTIFICATE_OK);
    chain.count = 2;
    cr_assert_eq(verify(), CERTIFICATE_WRONG_ISSUER, "one is lacking");
    chain.count = 3;
    issuers[2] = issuers[1];
    cr_assert_eq(verify(), CERTIFICATE_WRONG_ISSUER, "one stands twice, one lacks");
    memcpy(issuers, kept, sizeof(kept));
    issuers[1].path_length = 0;
    cr_assert_eq(verify(), CERTIFICATE_WRONG_USAGE, "an issuer below one that may have none");
    issuers[1].path_length = 1;
    issuers[1].role = RSP_ROLE_CI_SUB;
    cr_assert_eq(verify(), CERTIFICATE_WRONG_USAGE, "a role that issues no such");
    issuers[1] = kept[1];
    issuers[1].signature[10] ^= 1;
    cr_assert_eq(verify(), CERTIFICATE_BAD_SIGNATURE);
    issuers[1] = kept[1];
    issuers[1].key_usage = KEY_USAGE_DIGITAL_SIGNATURE;
    cr_assert_eq(verify(), CERTIFICATE_WRONG_USAGE);
    issuers[1] = kept[1];
    ci.certificate.subject_key_id = issuers[0].subject_key_id;
    cr_assert_eq(verify(), CERTIFICATE_WRONG_ISSUER);
    /* More than the chain needs. */
    take(PKI_VARIANT_A, PKI_DP_AUTH, EC_P256);
    cr_assert_eq(pki_read_chain(folder.path, PKI_VARIANT_B, PKI_DP_PB, EC_P256, NULL, &other), 0);
    issuers[1] = other.issuers[0].certificate;
    cr_assert_eq(certificate_verify_chain(&chain.leaf.certificate, issuers, 2, &ci.certificate),
                 CERTIFICATE_WRONG_ISSUER);
    cr_assert_eq(certificate_root_key_id(&chain.leaf.certificate, issuers, 2).len, 0);
}

/* Also one that is added later: what is there is added to. */
Test(pki_variants, each_eid_has_them_all)
{
    uint8_t next[PKI_EID_SIZE], found[PKI_EID_SIZE];
    cr_assert(pki_eid_from_text(NEXT_EID_TEXT, next));
    cr_assert_eq(pki_read_chain(folder.path, PKI_VARIANT_C, PKI_EUICC, EC_P256, next, &chain), 1);
    cr_assert_eq(make((struct pki_plan){.first_eid = NEXT_EID_TEXT}), 0);
    for (int variant = 0; variant < PKI_VARIANTS; variant++) {
        cr_assert_eq(pki_read_chain(folder.path, (enum pki_variant)variant, PKI_EUICC, EC_P256,
                                    next, &chain),
                     0);
        cr_assert(certificate_eid(&chain.leaf.certificate, found));
        cr_assert_arr_eq(found, next, sizeof(next));
        pki_chain_finish(&chain);
    }
    cr_assert(folder_has(&folder, "VariantB/eUICC/" NEXT_EID_TEXT "/CERT_EUICC_VARB_SIG_NIST.der"));
    cr_assert_neq(make((struct pki_plan){.iin = OTHER_IIN}), 0);
}

Test(pki_variants, a_chain_for_an_eid_that_has_none)
{
    uint8_t next[PKI_EID_SIZE], found[PKI_EID_SIZE];
    struct random random;
    random_init_seeded(&random, bytes_of_text("chains"));
    cr_assert(pki_eid_from_text(NEXT_EID_TEXT, next));
    for (int variant = 0; variant < PKI_VARIANTS; variant++) {
        take((enum pki_variant)variant, PKI_EUICC, EC_P256); /* for the CI */
        pki_chain_finish(&chain);
        cr_assert_eq(
            pki_issue_chain(&random, folder.path, (enum pki_variant)variant, EC_P256, next, &chain),
            0);
        pki_chain_issuers(&chain, issuers);
        cr_assert_eq(verify(), CERTIFICATE_OK, "variant %s", pki_variant_name(variant));
        cr_assert(certificate_eid(&chain.leaf.certificate, found));
        cr_assert_arr_eq(found, next, sizeof(next));
        cr_assert_not_null(chain.leaf.key);
    }
    cr_assert(unlink(folder_file(&folder, "VariantC/EUMSubCA/SK_EUMSubCA_SIG_NIST.pem")) == 0);
    cr_assert_eq(pki_issue_chain(&random, folder.path, PKI_VARIANT_C, EC_P256, next, &other), 1);
    cr_assert(unlink(folder_file(&folder, "VariantB/EUM/CERT_EUM_VARB_SIG_NIST.der")) == 0);
    cr_assert_eq(pki_issue_chain(&random, folder.path, PKI_VARIANT_B, EC_P256, next, &other), 1);
}

/* --- Revocation lists --- */

static int make_lists(const char *const *names, size_t count, int64_t now)
{
    static char paths[2][PATH_MAX];
    const char *revoked[] = {paths[0], paths[1]};
    struct random random;
    random_init_seeded(&random, bytes_of_text("lists"));
    for (size_t i = 0; i < count; i++)
        strcpy(paths[i], folder_file(&folder, names[i]));
    const struct pki_crl_plan plan = {folder.path, revoked, count, now};
    return pki_make_crls(&random, &plan);
}

#define REVOKE(now, ...)                                                                           \
    make_lists((const char *const[]){__VA_ARGS__},                                                 \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), now)

/* The list at this path, as this project and as OpenSSL read it: signed by this issuer. */
static X509_CRL *read_list(const char *name, const struct pki_entity *issuer, struct crl *out)
{
    static uint8_t der[16384];
    FILE *file = fopen(folder_file(&folder, name), "rb");
    cr_assert_not_null(file, "%s", name);
    const size_t len = fread(der, 1, sizeof(der), file);
    fclose(file);
    cr_assert(crl_parse(bytes_of(der, len), out), "%s", name);
    cr_assert(crl_verify(out, &issuer->certificate));
    const unsigned char *at = der;
    X509_CRL *list = d2i_X509_CRL(NULL, &at, (long)len);
    X509 *by = to_x509(issuer);
    cr_assert_not_null(list);
    cr_assert_eq(X509_CRL_verify(list, X509_get0_pubkey(by)), 1);
    X509_free(by);
    return list;
}

static bool names(X509_CRL *list, const struct pki_entity *entity)
{
    X509_REVOKED *found = NULL;
    X509 *certificate = to_x509(entity);
    const bool named = X509_CRL_get0_by_cert(list, &found, certificate) == 1;
    X509_free(certificate);
    X509_CRL_free(list);
    return named;
}

#define DP_SUB_LIST "VariantC/DPSubCA/CRL_SM_DPSubCA_VARC_SIG_NIST.crl"
#define DP_AUTH "VariantC/DPauth/CERT_S_SM_DPauth_VARC_SIG_NIST.der"
#define DP_PB "VariantC/DPpb/CERT_S_SM_DPpb_VARC_SIG_NIST.der"

Test(pki_variants, lists_of_all_that_sign_them)
{
    struct crl list;
    take(PKI_VARIANT_C, PKI_DP_AUTH, EC_P256);
    cr_assert_eq(make_lists(NULL, 0, 1800000000), 0);
    X509_CRL_free(read_list("CertificateIssuer/CRL_CI_ECDSA_NIST.crl", &ci, &list));
    X509_CRL_free(
        read_list("VariantC/CISubCA/CRL_CISubCA_VARC_SIG_NIST.crl", &chain.issuers[1], &list));
    X509_CRL_free(read_list(DP_SUB_LIST, &chain.issuers[0], &list));
    cr_assert_eq(list.number, 1);
    cr_assert_eq(list.this_update, 1800000000);
    cr_assert_gt(list.next_update, list.this_update);
    cr_assert_eq(list.revoked.len, 0);
    static const char *const others[] = {"CertificateIssuer/CRL_CI_ECDSA_BRP.crl",
                                         "VariantA/DPSubCA/CRL_SM_DPSubCA_VARA_SIG_BRP.crl",
                                         "VariantA/DSSubCA/CRL_SM_DSSubCA_VARA_SIG_NIST.crl",
                                         "VariantB/CISubCA/CRL_CISubCA_VARB_SIG_NIST.crl"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_assert(folder_has(&folder, others[i]), "%s", others[i]);
}

Test(pki_variants, a_list_keeps_what_it_names)
{
    struct crl list;
    take(PKI_VARIANT_C, PKI_DP_AUTH, EC_P256);
    cr_assert_eq(pki_read_chain(folder.path, PKI_VARIANT_C, PKI_DP_PB, EC_P256, NULL, &other), 0);
    cr_assert_eq(REVOKE(1800000000, DP_AUTH), 0);
    cr_assert(names(read_list(DP_SUB_LIST, &chain.issuers[0], &list), &chain.leaf));
    cr_assert_not(names(read_list(DP_SUB_LIST, &chain.issuers[0], &list), &other.leaf));
    const size_t len = list.revoked.len;
    cr_assert_eq(REVOKE(1800000001, DP_AUTH, DP_PB), 0);
    cr_assert(names(read_list(DP_SUB_LIST, &chain.issuers[0], &list), &chain.leaf));
    cr_assert(names(read_list(DP_SUB_LIST, &chain.issuers[0], &list), &other.leaf));
    cr_assert_eq(list.revoked.len, 2 * len, "none twice");
    cr_assert_eq(list.number, 2);
}

Test(pki_variants, what_cannot_be_revoked)
{
    cr_assert_lt(REVOKE(0, "eUICC/CERT_EUICC_ECDSA_NIST.der"), 0, "its EUM signs no lists");
    cr_assert_lt(REVOKE(0, "nowhere.der"), 0);
    cr_assert_lt(REVOKE(0, "CertificateIssuer/SK_CI_ECDSA_NIST.pem"), 0, "no certificate");
    cr_assert(unlink(folder_file(&folder, "VariantC/DPSubCA/SK_SM_DPSubCA_SIG_NIST.pem")) == 0);
    cr_assert_lt(REVOKE(0, DP_AUTH), 0, "no key");
    cr_assert_not(folder_has(&folder, "CertificateIssuer/CRL_CI_ECDSA_NIST.crl"),
                  "nothing written");
    cr_assert_eq(make_lists(NULL, 0, 0), 0, "all others");
    cr_assert_not(folder_has(&folder, DP_SUB_LIST));
}
