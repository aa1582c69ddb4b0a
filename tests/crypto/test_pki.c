#include <criterion/criterion.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "crypto/pki/pki.h"
#include "tests/crypto/folder.h"

#define EID_TEXT "89049032123451234512345678901235"
#define NEXT_EID_TEXT "89049032123451234512345678901332"
#define FOREIGN_EID_TEXT "89049044123451234512345678901208"

static int make(const struct folder *folder, const char *seed, struct pki_plan plan)
{
    struct random random;
    random_init_seeded(&random, bytes_of_text(seed));
    plan.directory = folder->path;
    return pki_make(&random, &plan);
}

static struct pki_entity read_one(const struct folder *folder, enum pki_name name,
                                  enum ec_curve curve)
{
    struct pki_entity entity = {0};
    cr_assert_eq(pki_read(folder->path, name, curve, &entity), 0);
    return entity;
}

Test(pki, check_digits)
{
    uint8_t eid[PKI_EID_SIZE];
    char text[PKI_EID_DIGITS + 1];
    cr_assert(pki_eid_from_text(EID_TEXT, eid));
    pki_eid_to_text(eid, text);
    cr_assert_str_eq(text, EID_TEXT);
    for (size_t i = 0; i < PKI_EID_DIGITS; i++) {
        text[i] = text[i] == '9' ? '8' : (char)(text[i] + 1);
        cr_assert_not(pki_eid_from_text(text, eid), "digit %zu may change", i);
        pki_eid_from_text(EID_TEXT, eid);
        pki_eid_to_text(eid, text);
    }
    cr_assert_not(pki_eid_from_text("", eid));
    cr_assert_not(pki_eid_from_text(EID_TEXT "0", eid));
    cr_assert_not(pki_eid_from_text("8904903212345123451234567890123A", eid));
    cr_assert_not(pki_eid_from_text("89049032 23451234512345678901235", eid));
}

Test(pki, eids_count_on)
{
    uint8_t eid[PKI_EID_SIZE], nines[PKI_EID_SIZE];
    char text[PKI_EID_DIGITS + 1];
    cr_assert(pki_eid_from_text(EID_TEXT, eid));
    pki_eid_next(eid);
    pki_eid_to_text(eid, text);
    cr_assert_str_eq(text, NEXT_EID_TEXT);
    memset(nines, 0x99, sizeof(nines));
    nines[0] = 0x89;
    pki_eid_next(nines);
    cr_assert(bytes_start_with(bytes_of(nines, sizeof(nines)), BYTES(0x90, 0, 0, 0)));
    for (int i = 0; i < 1000; i++) {
        uint8_t before[PKI_EID_SIZE];
        memcpy(before, eid, sizeof(eid));
        pki_eid_next(eid);
        cr_assert(pki_eid_is_right(eid));
        cr_assert_gt(memcmp(eid, before, sizeof(eid)), 0);
    }
}

/* A name with the curve's suffix in place of its '%'. */
static void name_file(char *out, size_t size, const char *pattern, const char *suffix)
{
    const char *mark = strchr(pattern, '%');
    cr_assert_not_null(mark);
    snprintf(out, size, "%.*s%s%s", (int)(mark - pattern), pattern, suffix, mark + 1);
}

Test(pki, files_are_where_sgp26_has_them)
{
    static const char *const files[] = {"CertificateIssuer/CERT_CI_ECDSA_%.der",
                                        "CertificateIssuer/CERT_CI_ECDSA_%.pem",
                                        "CertificateIssuer/SK_CI_ECDSA_%.pem",
                                        "EUM/CERT_EUM_ECDSA_%.der",
                                        "EUM/SK_EUM_ECDSA_%.pem",
                                        "EUM/PK_EUM_ECDSA_%.pem",
                                        "eUICC/CERT_EUICC_ECDSA_%.der",
                                        "eUICC/SK_EUICC_ECDSA_%.pem",
                                        "eUICC/PK_EUICC_ECDSA_%.pem",
                                        "DPauth/CERT_S_SM_DPauth_ECDSA_%.der",
                                        "DPauth/SK_S_SM_DPauth_ECDSA_%.pem",
                                        "DPauth/PK_S_SM_DPauth_ECDSA_%.pem",
                                        "DPpb/CERT_S_SM_DPpb_ECDSA_%.der",
                                        "DPpb/SK_S_SM_DPpb_ECDSA_%.pem",
                                        "DPpb/PK_S_SM_DPpb_ECDSA_%.pem",
                                        "DPtls/CERT_S_SM_DP_VARO_TLS_%.der",
                                        "DPtls/SK_S_SM_DP_TLS_%.pem",
                                        "DPtls/PK_S_SM_DP_TLS_%.pem",
                                        "DSauth/CERT_S_SM_DSauth_ECDSA_%.der",
                                        "DSauth/SK_S_SM_DSauth_ECDSA_%.pem",
                                        "DSauth/PK_S_SM_DSauth_ECDSA_%.pem"};
    const struct folder folder = folder_make();
    cr_assert_eq(make(&folder, "files", (struct pki_plan){.brainpool = true}), 0);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct stat stat_of;
        char nist[128], brainpool[128];
        name_file(nist, sizeof(nist), files[i], "NIST");
        name_file(brainpool, sizeof(brainpool), files[i], "BRP");
        cr_assert_eq(stat(folder_file(&folder, nist), &stat_of), 0, "%s", nist);
        const bool secret = strstr(nist, "/SK_") != NULL;
        cr_assert_eq(stat_of.st_mode & 0777, secret ? 0600u : 0644u, "%s", nist);
        cr_assert_eq(folder_has(&folder, brainpool), strstr(brainpool, "TLS") == NULL, "%s",
                     brainpool);
    }
    folder_remove(&folder);
}

/* What another implementation makes of them. */
Test(pki, openssl_reads_and_verifies_them)
{
    const struct folder folder = folder_make();
    cr_assert_eq(make(&folder, "openssl", (struct pki_plan){.brainpool = true}), 0);
    for (int i = 0; i < EC_CURVES * PKI_NAMES; i++) {
        const enum ec_curve curve = i / PKI_NAMES;
        struct pki_entity entity, issuer;
        const int result = pki_read(folder.path, i % PKI_NAMES, curve, &entity);
        if (result == 1)
            continue;
        cr_assert_eq(result, 0);
        issuer = read_one(&folder, i % PKI_NAMES == PKI_EUICC ? PKI_EUM : PKI_CI, curve);
        const uint8_t *at = entity.der, *issuer_at = issuer.der;
        X509 *x509 = d2i_X509(NULL, &at, (long)entity.der_len);
        X509 *parent = d2i_X509(NULL, &issuer_at, (long)issuer.der_len);
        cr_assert_not_null(x509);
        cr_assert_eq(X509_verify(x509, X509_get0_pubkey(parent)), 1);
        /* one coding only: its own is the same */
        uint8_t *again = NULL;
        cr_assert_eq(i2d_re_X509_tbs(x509, &again), (int)entity.certificate.tbs.len);
        cr_assert_eq(memcmp(again, entity.certificate.tbs.data, entity.certificate.tbs.len), 0);
        cr_assert_eq(X509_get_extension_flags(x509) & EXFLAG_INVALID, 0);
        OPENSSL_free(again);
        X509_free(x509);
        X509_free(parent);
        pki_entity_finish(&entity);
        pki_entity_finish(&issuer);
    }
    folder_remove(&folder);
}

Test(pki, the_seed_decides_every_byte)
{
    static const char *const files[] = {"CertificateIssuer/CERT_CI_ECDSA_NIST.der",
                                        "eUICC/CERT_EUICC_ECDSA_NIST.der",
                                        "DPauth/SK_S_SM_DPauth_ECDSA_NIST.pem"};
    const struct folder one = folder_make(), same = folder_make(), other = folder_make();
    cr_assert_eq(make(&one, "seed", (struct pki_plan){0}), 0);
    cr_assert_eq(make(&same, "seed", (struct pki_plan){0}), 0);
    cr_assert_eq(make(&other, "another", (struct pki_plan){0}), 0);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        size_t len, same_len, other_len;
        unsigned char *a = folder_read(&one, files[i], &len);
        unsigned char *b = folder_read(&same, files[i], &same_len);
        unsigned char *c = folder_read(&other, files[i], &other_len);
        cr_assert(bytes_equal(bytes_of(a, len), bytes_of(b, same_len)), "%s", files[i]);
        cr_assert_not(bytes_equal(bytes_of(a, len), bytes_of(c, other_len)), "%s", files[i]);
        free(a);
        free(b);
        free(c);
    }
    folder_remove(&one);
    folder_remove(&same);
    folder_remove(&other);
}

Test(pki, what_is_there_stays_and_eids_are_added)
{
    uint8_t first[PKI_EID_SIZE], next[PKI_EID_SIZE], found[PKI_EID_SIZE];
    const struct folder folder = folder_make();
    struct pki_entity entity;
    cr_assert(pki_eid_from_text(EID_TEXT, first));
    cr_assert(pki_eid_from_text(NEXT_EID_TEXT, next));
    cr_assert_eq(make(&folder, "one", (struct pki_plan){.first_eid = EID_TEXT}), 0);
    struct pki_entity before = read_one(&folder, PKI_EUICC, EC_P256);
    cr_assert_eq(pki_read_euicc(folder.path, next, EC_P256, &entity), 1);
    cr_assert_eq(
        make(&folder, "two", (struct pki_plan){.first_eid = EID_TEXT, .last_eid = NEXT_EID_TEXT}),
        0);
    cr_assert(folder_has(&folder, "eUICC/" NEXT_EID_TEXT "/CERT_EUICC_ECDSA_NIST.der"));
    cr_assert_not(folder_has(&folder, "eUICC/" EID_TEXT));
    struct pki_entity after = read_one(&folder, PKI_EUICC, EC_P256);
    cr_assert(
        bytes_equal(bytes_of(before.der, before.der_len), bytes_of(after.der, after.der_len)));
    cr_assert_eq(pki_read_euicc(folder.path, next, EC_P256, &entity), 0);
    cr_assert(certificate_eid(&entity.certificate, found));
    cr_assert_arr_eq(found, next, sizeof(next));
    cr_assert_not_null(entity.key);
    struct pki_entity eum = read_one(&folder, PKI_EUM, EC_P256);
    cr_assert_eq(certificate_verify(&entity.certificate, &eum.certificate), CERTIFICATE_OK);
    cr_assert_eq(certificate_euicc_permitted(&entity.certificate, &eum.certificate),
                 CERTIFICATE_OK);
    pki_entity_finish(&entity);
    cr_assert_eq(pki_read_euicc(folder.path, first, EC_P256, &entity), 0);
    pki_entity_finish(&entity);
    pki_entity_finish(&before);
    pki_entity_finish(&after);
    pki_entity_finish(&eum);
    folder_remove(&folder);
}

Test(pki, brainpool_joins_a_set_later_for_the_same_chip)
{
    uint8_t nist[PKI_EID_SIZE], brainpool[PKI_EID_SIZE];
    const struct folder folder = folder_make();
    cr_assert_eq(make(&folder, "one", (struct pki_plan){.first_eid = NEXT_EID_TEXT}), 0);
    cr_assert_eq(make(&folder, "two", (struct pki_plan){.brainpool = true}), 0);
    struct pki_entity a = read_one(&folder, PKI_EUICC, EC_P256);
    struct pki_entity b = read_one(&folder, PKI_EUICC, EC_BRAINPOOL_P256R1);
    cr_assert(certificate_eid(&a.certificate, nist));
    cr_assert(certificate_eid(&b.certificate, brainpool));
    cr_assert_arr_eq(nist, brainpool, sizeof(nist));
    pki_entity_finish(&a);
    pki_entity_finish(&b);
    folder_remove(&folder);
}

Test(pki, the_plan_is_in_the_certificates)
{
    const struct folder folder = folder_make();
    cr_assert_eq(make(&folder, "plan",
                      (struct pki_plan){.iin = "89049044",
                                        .server_name = "smdp.example.org",
                                        .server_oid = "2.999.77"}),
                 0);
    struct pki_entity eum = read_one(&folder, PKI_EUM, EC_P256);
    struct pki_entity euicc = read_one(&folder, PKI_EUICC, EC_P256);
    cr_assert(bytes_equal(certificate_permitted_iin(&eum.certificate), bytes_of_text("89049044")));
    cr_assert(bytes_start_with(euicc.certificate.subject_serial, bytes_of_text("89049044")));
    for (int name = PKI_DP_AUTH; name <= PKI_DP_TLS; name++) {
        struct pki_entity server = read_one(&folder, name, EC_P256);
        cr_assert(bytes_equal(server.certificate.registered_id, BYTES(0x88, 0x37, 0x4D)));
        const bool named = memmem(server.der, server.der_len, "smdp.example.org", 16) != NULL;
        cr_assert_eq(named, name == PKI_DP_TLS);
        pki_entity_finish(&server);
    }
    pki_entity_finish(&eum);
    pki_entity_finish(&euicc);
    folder_remove(&folder);
}

Test(pki, plans_that_cannot_be_are_refused_before_anything_is_made)
{
    static const struct pki_plan plans[] = {
        {.first_eid = "89049032123451234512345678901234"}, /* check digits */
        {.first_eid = "8904903212345123451234567890123"},
        {.first_eid = "all the chips"},
        {.first_eid = ""},
        {.first_eid = NEXT_EID_TEXT, .last_eid = EID_TEXT},
        {.first_eid = EID_TEXT, .last_eid = "1"},
        {.first_eid = EID_TEXT, .iin = "89049044"},
        {.iin = "8904904"},
        {.iin = "8904904X"},
        {.server_oid = "2.999."},
    };
    for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
        const struct folder folder = folder_make();
        cr_assert_lt(make(&folder, "refused", plans[i]), 0, "plan %zu", i);
        cr_assert_not(folder_has(&folder, "CertificateIssuer"), "plan %zu", i);
        folder_remove(&folder);
    }
}

Test(pki, a_chip_outside_the_range_is_not_issued)
{
    struct random random;
    struct pki_entity out;
    uint8_t eid[PKI_EID_SIZE];
    const struct folder folder = folder_make();
    random_init(&random);
    cr_assert_eq(make(&folder, "range", (struct pki_plan){0}), 0);
    struct pki_entity eum = read_one(&folder, PKI_EUM, EC_P256);
    memcpy(eid, BYTES(0x89, 0x04, 0x90, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 0).data, 16);
    pki_eid_complete(eid);
    cr_assert_eq(pki_issue_euicc(&random, &eum, eid, &out), 1);
    eid[3] = 0x32; /* now within, but for the check digits */
    cr_assert_eq(pki_issue_euicc(&random, &eum, eid, &out), 1);
    pki_eid_complete(eid);
    cr_assert_eq(pki_issue_euicc(&random, &eum, eid, &out), 0);
    pki_entity_finish(&out);
    pki_entity_finish(&eum);
    cr_assert_lt(make(&folder, "range", (struct pki_plan){.first_eid = FOREIGN_EID_TEXT}), 0);
    cr_assert_lt(make(&folder, "range", (struct pki_plan){.iin = "89049044"}), 0);
    folder_remove(&folder);
}

static void remove_file(const struct folder *folder, const char *name)
{
    cr_assert_eq(remove(folder_file(folder, name)), 0, "%s", name);
}

Test(pki, missing_keys_stop_only_what_needs_them)
{
    const struct folder folder = folder_make();
    cr_assert_eq(make(&folder, "keys", (struct pki_plan){0}), 0);
    remove_file(&folder, "CertificateIssuer/SK_CI_ECDSA_NIST.pem");
    struct pki_entity ci = read_one(&folder, PKI_CI, EC_P256);
    cr_assert_null(ci.key);
    pki_entity_finish(&ci);
    cr_assert_eq(make(&folder, "keys", (struct pki_plan){.first_eid = NEXT_EID_TEXT}), 0);
    remove_file(&folder, "DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der");
    cr_assert_lt(make(&folder, "keys", (struct pki_plan){0}), 0);
    remove_file(&folder, "CertificateIssuer/CERT_CI_ECDSA_NIST.der");
    cr_assert_lt(make(&folder, "keys", (struct pki_plan){0}), 0, "a second CI is made");
    cr_assert_not(folder_has(&folder, "CertificateIssuer/CERT_CI_ECDSA_NIST.der"));
    folder_remove(&folder);
}

Test(pki, broken_files_are_failures)
{
    struct pki_entity out;
    size_t len;
    const struct folder folder = folder_make();
    cr_assert_eq(make(&folder, "broken", (struct pki_plan){.brainpool = true}), 0);
    cr_assert_eq(pki_read(folder_file(&folder, "nowhere"), PKI_CI, EC_P256, &out), 1);
    /* another's key */
    unsigned char *key = folder_read(&folder, "EUM/SK_EUM_ECDSA_NIST.pem", &len);
    folder_write(&folder, "DPpb/SK_S_SM_DPpb_ECDSA_NIST.pem", key, len);
    cr_assert_lt(pki_read(folder.path, PKI_DP_PB, EC_P256, &out), 0);
    free(key);
    /* no key at all */
    folder_write(&folder, "DPpb/SK_S_SM_DPpb_ECDSA_NIST.pem", "key", 3);
    cr_assert_lt(pki_read(folder.path, PKI_DP_PB, EC_P256, &out), 0);
    /* a certificate cut short, and one on the other curve */
    unsigned char *certificate = folder_read(&folder, "EUM/CERT_EUM_ECDSA_BRP.der", &len);
    folder_write(&folder, "EUM/CERT_EUM_ECDSA_NIST.der", certificate, len - 1);
    cr_assert_lt(pki_read(folder.path, PKI_EUM, EC_P256, &out), 0);
    folder_write(&folder, "EUM/CERT_EUM_ECDSA_NIST.der", certificate, len);
    cr_assert_lt(pki_read(folder.path, PKI_EUM, EC_P256, &out), 0);
    free(certificate);
    /* a folder in place of a file */
    remove_file(&folder, "EUM/CERT_EUM_ECDSA_NIST.der");
    cr_assert_eq(mkdir(folder_file(&folder, "EUM/CERT_EUM_ECDSA_NIST.der"), 0700), 0);
    cr_assert_lt(pki_read(folder.path, PKI_EUM, EC_P256, &out), 0);
    cr_assert_lt(make(&folder, "broken", (struct pki_plan){0}), 0);
    folder_remove(&folder);
}

Test(pki, keys_are_read_in_each_of_their_forms)
{
    /* RFC 5915 in DER, and the same within RFC 5208's PrivateKeyInfo; no public key in either. */
    static const uint8_t sec1[] = {0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20, 0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    7,    0xA0, 0x0A, 0x06, 0x08, 0x2A,
                                   0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    static const uint8_t head[] = {0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A,
                                   0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86,
                                   0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25};
    uint8_t pkcs8[sizeof(head) + 37];
    memcpy(pkcs8, head, sizeof(head));
    memcpy(pkcs8 + sizeof(head), sec1 + 2, 37);
    const struct folder folder = folder_make();
    struct ec_private *key, *same;
    folder_write(&folder, "sec1", sec1, sizeof(sec1));
    folder_write(&folder, "pkcs8", pkcs8, sizeof(pkcs8));
    cr_assert_eq(ec_private_read(folder_file(&folder, "sec1"), &key), 0);
    cr_assert_eq(ec_private_read(folder_file(&folder, "pkcs8"), &same), 0);
    cr_assert_arr_eq(ec_private_point(key), ec_private_point(same), EC_POINT_SIZE);
    ec_private_destroy(key);
    ec_private_destroy(same);
    for (size_t len = 0; len < sizeof(sec1); len++) {
        folder_write(&folder, "cut", sec1, len);
        cr_assert_lt(ec_private_read(folder_file(&folder, "cut"), &key), 0, "%zu bytes", len);
        folder_write(&folder, "cut", pkcs8, len);
        cr_assert_lt(ec_private_read(folder_file(&folder, "cut"), &key), 0, "%zu bytes", len);
    }
    folder_remove(&folder);
}

Test(pki, sgp26s_manufacturer_issues_further_chips)
{
    struct random random;
    struct pki_entity eum, out;
    uint8_t eid[PKI_EID_SIZE];
    const char *directory = folder_of_sgp26();
    if (directory == NULL)
        return;
    random_init(&random);
    cr_assert(pki_eid_from_text(NEXT_EID_TEXT, eid));
    for (enum ec_curve curve = 0; curve < EC_CURVES; curve++) {
        cr_assert_eq(pki_read(directory, PKI_EUM, curve, &eum), 0);
        cr_assert_eq(pki_issue_euicc(&random, &eum, eid, &out), 0);
        cr_assert_eq(certificate_verify(&out.certificate, &eum.certificate), CERTIFICATE_OK);
        cr_assert_eq(certificate_euicc_permitted(&out.certificate, &eum.certificate),
                     CERTIFICATE_OK);
        pki_entity_finish(&out);
        pki_entity_finish(&eum);
    }
}
