#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/pki/issue.h"
#include "crypto/pki/pki.h"
#include "tests/crypto/folder.h"
#include "tests/vectors.h"

#define EID_TEXT "89049032123451234512345678901235"
#define YEAR_2020 INT64_C(1577836800)
#define YEAR_2050 INT64_C(2524608000)

static const enum rsp_role roles[PKI_NAMES] = {
    [PKI_CI] = RSP_ROLE_CI,           [PKI_EUM] = RSP_ROLE_EUM,     [PKI_EUICC] = RSP_ROLE_EUICC,
    [PKI_DP_AUTH] = RSP_ROLE_DP_AUTH, [PKI_DP_PB] = RSP_ROLE_DP_PB, [PKI_DP_TLS] = RSP_ROLE_DP_TLS,
    [PKI_DS_AUTH] = RSP_ROLE_DS_AUTH, [PKI_EIM] = RSP_ROLE_NONE,    [PKI_EIM_TLS] = RSP_ROLE_NONE,
    [PKI_DS_TLS] = RSP_ROLE_DS_TLS,
};

struct set {
    struct pki_entity entities[PKI_NAMES];
};

static void read_set(const char *directory, enum ec_curve curve, struct set *set)
{
    *set = (struct set){0};
    for (int name = 0; name < PKI_NAMES; name++)
        cr_assert_geq(pki_read(directory, name, curve, &set->entities[name]), 0);
}

static void finish_set(struct set *set)
{
    for (int name = 0; name < PKI_NAMES; name++)
        pki_entity_finish(&set->entities[name]);
}

/* A chip's view of a set: who signed whom, roles, uses, range. */
static void check_set(const struct set *set)
{
    const struct certificate *ci = &set->entities[PKI_CI].certificate;
    const struct certificate *eum = &set->entities[PKI_EUM].certificate;
    const struct certificate *euicc = &set->entities[PKI_EUICC].certificate;
    uint8_t eid[PKI_EID_SIZE];
    char digits[PKI_EID_DIGITS + 1];
    for (int name = 0; name < PKI_NAMES; name++) {
        const struct certificate *certificate = &set->entities[name].certificate;
        if (set->entities[name].der == NULL)
            continue;
        const struct certificate *issuer = name == PKI_EUICC ? eum : ci;
        const struct certificate *other = name == PKI_EUICC ? ci : eum;
        cr_assert_eq(certificate->role, roles[name], "entity %d", name);
        cr_assert_eq(certificate_verify(certificate, issuer), CERTIFICATE_OK, "entity %d", name);
        cr_assert_eq(certificate_verify(certificate, other), CERTIFICATE_WRONG_ISSUER);
        cr_assert_eq(certificate->subject_key_id.len, 20);
        cr_assert_not_null(set->entities[name].key, "entity %d", name);
    }
    cr_assert(ci->ca && eum->ca && !euicc->ca);
    cr_assert_eq(ci->key_usage, KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN);
    cr_assert_eq(eum->key_usage, KEY_USAGE_KEY_CERT_SIGN);
    cr_assert_eq(euicc->key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
    cr_assert_eq(certificate_euicc_permitted(euicc, eum), CERTIFICATE_OK);
    cr_assert(bytes_equal(certificate_permitted_iin(eum), bytes_of_text("89049032")));
    cr_assert(certificate_eid(euicc, eid));
    pki_eid_to_text(eid, digits);
    cr_assert_str_eq(digits, EID_TEXT);
    cr_assert(pki_eid_is_right(eid));
}

static void make_set(const struct folder *folder, enum ec_curve curve, struct set *set)
{
    struct random random;
    random_init_seeded(&random, bytes_of_text("certificates"));
    const struct pki_plan plan = {.directory = folder->path, .brainpool = true};
    cr_assert_eq(pki_make(&random, &plan), 0);
    read_set(folder->path, curve, set);
}

ParameterizedTestParameters(certificate, chains_of_sgp26)
{
    static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    return cr_make_param_array(enum ec_curve, curves, EC_CURVES);
}

ParameterizedTest(enum ec_curve *curve, certificate, chains_of_sgp26)
{
    struct set set;
    const char *directory = folder_of_sgp26();
    if (directory == NULL)
        return;
    read_set(directory, *curve, &set);
    check_set(&set);
    const uint8_t nist[] = {0xF5, 0x41, 0x72, 0xBD}, brainpool[] = {0xC0, 0xBC, 0x70, 0xBA};
    cr_assert(bytes_start_with(set.entities[PKI_CI].certificate.subject_key_id,
                               bytes_of(*curve == EC_P256 ? nist : brainpool, 4)));
    finish_set(&set);
}

/* The manufacturer of the recorded session is certified by SGP.26's CI. */
Test(certificate, the_recorded_sessions_chain_ends_at_sgp26s_ci)
{
    struct set set;
    struct tlv response, ok, tlv;
    struct certificate certificate;
    const char *directory = folder_of_sgp26();
    if (directory == NULL)
        return;
    read_set(directory, EC_P256, &set);
    struct vectors *v = vectors_open("session_smdpp.txt");
    cr_assert(vectors_next(v));
    static const char *const names[] = {"euicc_challenge",       "server_challenge",
                                        "transaction_id",        "otsk_dp",
                                        "euicc_info1",           "authenticate_response",
                                        "bound_profile_package", "upp",
                                        "pending_notification",  "initiate_response",
                                        "store_metadata",        "prepare_download_response"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        (void)vectors_bytes(v, names[i]);
    cr_assert(tlv_whole(vectors_bytes(v, "auth_server_response"), 0xBF38, &response));
    cr_assert(tlv_whole(response.value, 0xA0, &ok));
    while (tlv_take(&ok.value, &tlv))
        continue;
    cr_assert_eq(certificate_parse(tlv.whole, &certificate), CERTIFICATE_OK);
    cr_assert_eq(certificate.role, RSP_ROLE_EUM);
    cr_assert_eq(certificate_verify(&certificate, &set.entities[PKI_CI].certificate),
                 CERTIFICATE_OK);
    vectors_close(v);
    finish_set(&set);
}

ParameterizedTestParameters(certificate, chains_of_our_own)
{
    static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    return cr_make_param_array(enum ec_curve, curves, EC_CURVES);
}

ParameterizedTest(enum ec_curve *curve, certificate, chains_of_our_own)
{
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, *curve, &set);
    check_set(&set);
    cr_assert_eq(set.entities[PKI_DP_TLS].der != NULL, *curve == EC_P256);
    cr_assert_not_null(set.entities[PKI_DS_AUTH].der);
    finish_set(&set);
    folder_remove(&folder);
}

Test(certificate, cut_anywhere_or_followed_by_a_byte_is_malformed)
{
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    for (int name = 0; name < PKI_NAMES; name++) {
        const struct pki_entity *entity = &set.entities[name];
        struct certificate out = {.role = RSP_ROLE_NONE};
        for (size_t len = 0; len < entity->der_len; len++) {
            uint8_t *cut = malloc(len + 1);
            memcpy(cut, entity->der, len);
            cr_assert_eq(certificate_parse(bytes_of(cut, len), &out), CERTIFICATE_MALFORMED);
            free(cut);
        }
        uint8_t *longer = calloc(1, entity->der_len + 1);
        memcpy(longer, entity->der, entity->der_len);
        cr_assert_eq(certificate_parse(bytes_of(longer, entity->der_len + 1), &out),
                     CERTIFICATE_MALFORMED);
        cr_assert_eq(certificate_parse(bytes_of(longer, entity->der_len), &out), CERTIFICATE_OK);
        free(longer);
    }
    finish_set(&set);
    folder_remove(&folder);
}

Test(certificate, every_byte_counts)
{
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    const struct pki_entity *eum = &set.entities[PKI_EUM];
    const struct certificate *ci = &set.entities[PKI_CI].certificate;
    for (size_t i = 0; i < eum->der_len; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            struct certificate out;
            eum->der[i] ^= (uint8_t)(1 << bit);
            const bool accepted =
                certificate_parse(bytes_of(eum->der, eum->der_len), &out) == CERTIFICATE_OK &&
                certificate_verify(&out, ci) == CERTIFICATE_OK;
            cr_assert_not(accepted, "bit %d of byte %zu may be turned", bit, i);
            eum->der[i] ^= (uint8_t)(1 << bit);
        }
    }
    finish_set(&set);
    folder_remove(&folder);
}

/* A certificate made to measure, under a set's CI or EUM. */
static struct pki_entity make_one(const struct set *set, enum pki_name issuer,
                                  const struct issue *plan)
{
    struct random random;
    struct pki_entity out = {.der = malloc(ISSUE_CERTIFICATE_MAX)};
    struct writer der = writer_on(out.der, ISSUE_CERTIFICATE_MAX);
    struct issue issue = *plan;
    random_init_seeded(&random, bytes_of_text("made to measure"));
    cr_assert_eq(ec_private_generate(&random, EC_P256, &out.key), 0);
    issue.curve = EC_P256;
    issue.point = ec_private_point(out.key);
    const struct pki_entity *parent = &set->entities[issuer];
    cr_assert_eq(issue_certificate(&random, &issue, &parent->certificate, parent->key, &der), 0);
    out.der_len = der.len;
    cr_assert_eq(certificate_parse(writer_bytes(&der), &out.certificate), CERTIFICATE_OK);
    return out;
}

static int permitted(const struct set *set, const char *organization, const char *iin)
{
    const struct issue eum_plan = {
        .subject = {{ISSUE_COMMON_NAME, bytes_of_text("EUM")}},
        .not_before = YEAR_2020,
        .not_after = YEAR_2050,
        .role = RSP_ROLE_EUM,
        .key_usage = KEY_USAGE_KEY_CERT_SIGN,
        .ca = true,
        .permitted_organization = bytes_of_text(organization),
        .permitted_iin = bytes_of_text(iin),
    };
    struct pki_entity eum = make_one(set, PKI_CI, &eum_plan);
    const int result =
        certificate_euicc_permitted(&set->entities[PKI_EUICC].certificate, &eum.certificate);
    pki_entity_finish(&eum);
    return result;
}

Test(certificate, the_manufacturers_range_is_kept)
{
    struct set set;
    char own[64];
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    const struct bytes name = set.entities[PKI_EUICC].certificate.subject_organization;
    snprintf(own, sizeof(own), "%.*s", (int)name.len, (const char *)name.data);
    cr_assert_eq(permitted(&set, own, "89049032"), CERTIFICATE_OK);
    cr_assert_eq(permitted(&set, own, "8904903212"), CERTIFICATE_OK);
    cr_assert_eq(permitted(&set, own, EID_TEXT), CERTIFICATE_OK);
    cr_assert_eq(permitted(&set, own, EID_TEXT "0"), CERTIFICATE_NAME_CONSTRAINT);
    cr_assert_eq(permitted(&set, own, "89049033"), CERTIFICATE_NAME_CONSTRAINT);
    cr_assert_eq(permitted(&set, own, ""), CERTIFICATE_NAME_CONSTRAINT);
    cr_assert_eq(permitted(&set, "another", "89049032"), CERTIFICATE_NAME_CONSTRAINT);
    own[strlen(own) - 1] = '\0';
    cr_assert_eq(permitted(&set, own, "89049032"), CERTIFICATE_NAME_CONSTRAINT);
    /* a DPauth certificate is no manufacturer's */
    cr_assert_eq(certificate_euicc_permitted(&set.entities[PKI_EUICC].certificate,
                                             &set.entities[PKI_DP_AUTH].certificate),
                 CERTIFICATE_NAME_CONSTRAINT);
    cr_assert_eq(certificate_permitted_iin(&set.entities[PKI_DP_AUTH].certificate).len, 0);
    finish_set(&set);
    folder_remove(&folder);
}

Test(certificate, only_a_ca_with_its_key_usage_issues)
{
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    const struct issue plain = {.subject = {{ISSUE_COMMON_NAME, bytes_of_text("child")}},
                                .not_before = YEAR_2020,
                                .not_after = YEAR_2050,
                                .role = RSP_ROLE_NONE};
    struct issue ca = plain;
    ca.subject[0].text = bytes_of_text("half a CA");
    ca.ca = true;
    ca.path_length = ISSUE_NO_PATH_LENGTH;
    struct pki_entity by_server = make_one(&set, PKI_DP_AUTH, &plain);
    cr_assert_eq(certificate_verify(&by_server.certificate, &set.entities[PKI_DP_AUTH].certificate),
                 CERTIFICATE_WRONG_USAGE);
    cr_assert_eq(by_server.certificate.role, RSP_ROLE_NONE);
    cr_assert_eq(by_server.certificate.key_usage, 0);
    struct set with_half = set;
    with_half.entities[PKI_CI] = make_one(&set, PKI_CI, &ca);
    struct pki_entity by_half = make_one(&with_half, PKI_CI, &plain);
    cr_assert_eq(certificate_verify(&by_half.certificate, &with_half.entities[PKI_CI].certificate),
                 CERTIFICATE_WRONG_USAGE);
    pki_entity_finish(&by_server);
    pki_entity_finish(&by_half);
    pki_entity_finish(&with_half.entities[PKI_CI]);
    finish_set(&set);
    folder_remove(&folder);
}

/* Same names, same key id, another key. */
Test(certificate, a_namesake_did_not_issue_it)
{
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    struct certificate namesake = set.entities[PKI_CI].certificate;
    namesake.point = set.entities[PKI_EUM].certificate.point;
    const struct certificate *eum = &set.entities[PKI_EUM].certificate;
    cr_assert_eq(certificate_verify(eum, &namesake), CERTIFICATE_BAD_SIGNATURE);
    namesake = set.entities[PKI_CI].certificate;
    namesake.subject_key_id = eum->subject_key_id;
    cr_assert_eq(certificate_verify(eum, &namesake), CERTIFICATE_WRONG_ISSUER);
    finish_set(&set);
    folder_remove(&folder);
}

/* Where in a certificate these bytes stand; each is there once. */
static size_t find_bytes(const struct pki_entity *entity, struct bytes wanted)
{
    const uint8_t *at = memmem(entity->der, entity->der_len, wanted.data, wanted.len);
    cr_assert_not_null(at);
    return (size_t)(at - entity->der);
}

static int parse_changed(const struct pki_entity *entity, size_t at, uint8_t value)
{
    struct certificate out;
    const uint8_t before = entity->der[at];
    entity->der[at] = value;
    const int result = certificate_parse(bytes_of(entity->der, entity->der_len), &out);
    entity->der[at] = before;
    return result;
}

Test(certificate, what_a_reader_must_not_overlook)
{
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    const struct pki_entity *tls = &set.entities[PKI_DP_TLS];
    const size_t crl = find_bytes(tls, BYTES(0x55, 0x1D, 0x1F)) + 2;
    const size_t usage = find_bytes(tls, BYTES(0x55, 0x1D, 0x0F)) + 2;
    const size_t critical = usage + 3;
    const size_t curve = find_bytes(tls, BYTES(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07)) + 7;
    const size_t version = find_bytes(tls, BYTES(0xA0, 0x03, 0x02, 0x01, 0x02)) + 4;
    const size_t date = find_bytes(tls, bytes_of_text("200101000000Z"));
    const size_t point = curve + 4;
    cr_assert_eq(parse_changed(tls, crl, 0x7F), CERTIFICATE_OK); /* unknown, not critical */
    cr_assert_eq(parse_changed(tls, usage, 0x7F), CERTIFICATE_MALFORMED);    /* unknown, critical */
    cr_assert_eq(parse_changed(tls, crl, 0x25), CERTIFICATE_MALFORMED);      /* twice */
    cr_assert_eq(parse_changed(tls, critical, 0x01), CERTIFICATE_MALFORMED); /* TRUE is FF */
    cr_assert_eq(parse_changed(tls, critical, 0x00), CERTIFICATE_MALFORMED);
    cr_assert_eq(parse_changed(tls, curve, 0x06), CERTIFICATE_UNSUPPORTED_CURVE);
    cr_assert_eq(parse_changed(tls, version, 0x01), CERTIFICATE_MALFORMED);
    cr_assert_eq(parse_changed(tls, date + 3, '0'), CERTIFICATE_MALFORMED);  /* month 00 */
    cr_assert_eq(parse_changed(tls, date + 12, '+'), CERTIFICATE_MALFORMED); /* no zone but Z */
    cr_assert_eq(tls->der[point - 1], 0x00);
    cr_assert_eq(parse_changed(tls, point - 1, 0x01), CERTIFICATE_MALFORMED); /* unused bits */
    finish_set(&set);
    folder_remove(&folder);
}

Test(certificate, lengths_are_coded_in_the_shortest_form)
{
    struct set set;
    struct certificate out;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    const struct pki_entity *ci = &set.entities[PKI_CI];
    uint8_t *longer = malloc(ci->der_len + 1);
    cr_assert_eq(ci->der[1], 0x82);
    memcpy(longer + 5, ci->der + 4, ci->der_len - 4);
    memcpy(longer, (uint8_t[]){0x30, 0x83, 0x00, ci->der[2], ci->der[3]}, 5);
    cr_assert_eq(certificate_parse(bytes_of(longer, ci->der_len + 1), &out), CERTIFICATE_MALFORMED);
    free(longer);
    finish_set(&set);
    folder_remove(&folder);
}

Test(certificate, dates_of_every_kind)
{
    static const int64_t dates[] = {YEAR_2020,
                                    YEAR_2050 - 1, /* the last UTCTime */
                                    YEAR_2050,
                                    INT64_C(951782400),     /* 29 February 2000 */
                                    INT64_C(4107542400),    /* 1 March 2100, no leap year */
                                    INT64_C(253402300799)}; /* the last second of 9999 */
    struct set set;
    const struct folder folder = folder_make();
    make_set(&folder, EC_P256, &set);
    for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
        const struct issue plan = {.subject = {{ISSUE_COMMON_NAME, bytes_of_text("dated")}},
                                   .not_before = YEAR_2020,
                                   .not_after = dates[i],
                                   .role = RSP_ROLE_NONE};
        struct pki_entity entity = make_one(&set, PKI_CI, &plan);
        cr_assert_eq(entity.certificate.not_before, YEAR_2020);
        cr_assert_eq(entity.certificate.not_after, dates[i]);
        pki_entity_finish(&entity);
    }
    finish_set(&set);
    folder_remove(&folder);
}

Test(certificate, an_eid_is_32_digits)
{
    static const char *const wrong[] = {"", "8904903212345123451234567890123",
                                        "8904903212345123451234567890123A", EID_TEXT "0"};
    uint8_t eid[16] = {0};
    struct certificate certificate = {.subject_serial = bytes_of_text(EID_TEXT)};
    cr_assert(certificate_eid(&certificate, eid));
    cr_assert(
        bytes_equal(bytes_of(eid, 16), BYTES(0x89, 0x04, 0x90, 0x32, 0x12, 0x34, 0x51, 0x23, 0x45,
                                             0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x35)));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        certificate.subject_serial = bytes_of_text(wrong[i]);
        cr_assert_not(certificate_eid(&certificate, eid));
    }
}

Test(certificate, each_result_says_what_it_is)
{
    for (int a = CERTIFICATE_OK; a <= CERTIFICATE_NAME_CONSTRAINT; a++)
        for (int b = -1; b < a; b++)
            cr_assert_str_neq(certificate_result_text(a), certificate_result_text(b));
}
