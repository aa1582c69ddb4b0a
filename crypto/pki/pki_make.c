/* The part of pki that issues. */
#include "crypto/pki/pki.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/disk.h"
#include "crypto/pki/issue.h"
#include "crypto/pki/pki_layout.h"
#include "crypto/pki/pki_write.h"

#include <stdlib.h>
#include <unistd.h>

/* Fixed dates, so that a seeded source makes the same bytes on any day. */
#define FROM_2020 INT64_C(1577836800)
#define UNTIL_2050 INT64_C(2524607999)
#define UNTIL_2059 INT64_C(2808604799)
#define UNTIL_2060 INT64_C(2840140799)
#define UNTIL_9999 INT64_C(253402300799) /* no end (RFC 5280 §4.1.2.5) */

#define COUNTRY "XX" /* left to users by ISO 3166-1 */
#define ORGANIZATION "emuicc test"
#define EUM_ORGANIZATION "emuicc test EUM"
#define CRL_URL "http://ci.test.example.com/CRL-A.crl"
#define EUM_CRL_URL "http://eum.test.example.com/CRL.crl"
#define DP_CRL_URL "http://smdp.test.example.com/CRL-A.crl"
#define DS_CRL_URL "http://smds.test.example.com/CRL-A.crl"
#define EUM_OID "2.999.5"
#define DS_OID "2.999.15"
#define FOLDER_MODE 0700

struct make_row {
    enum pki_name name;
    struct issue issue; /* what is the same in all of its kind */
};

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }
#define SERVER(ROLE, UNTIL, COMMON_NAME)                                                           \
    .subject = {{ISSUE_ORGANIZATION, TEXT(ORGANIZATION)}, {ISSUE_COMMON_NAME, TEXT(COMMON_NAME)}}, \
    .role = ROLE, .not_before = FROM_2020, .not_after = UNTIL,                                     \
    .key_usage = KEY_USAGE_DIGITAL_SIGNATURE, .crl_url = CRL_URL

/* clang-format off */
static const struct make_row rows[] = { /* issuers before what they issue */
    {PKI_CI, {.subject = {{ISSUE_COMMON_NAME, TEXT("emuicc test CI")},
                          {ISSUE_ORGANIZATIONAL_UNIT, TEXT("TESTCERT")},
                          {ISSUE_ORGANIZATION, TEXT(ORGANIZATION)},
                          {ISSUE_COUNTRY, TEXT(COUNTRY)}},
              .role = RSP_ROLE_CI, .not_before = FROM_2020, .not_after = UNTIL_2060,
              .key_usage = KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, .ca = true,
              .path_length = ISSUE_NO_PATH_LENGTH, .registered_id = "2.999.1",
              .crl_url = CRL_URL}},
    {PKI_CI_SUB, {.subject = {{ISSUE_COMMON_NAME, TEXT("emuicc test CI SubCA")},
                              {ISSUE_ORGANIZATIONAL_UNIT, TEXT("TESTCERT")},
                              {ISSUE_ORGANIZATION, TEXT(ORGANIZATION)},
                              {ISSUE_COUNTRY, TEXT(COUNTRY)}},
                  .role = RSP_ROLE_CI_SUB, .not_before = FROM_2020, .not_after = UNTIL_2059,
                  .key_usage = KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, .ca = true,
                  .path_length = ISSUE_NO_PATH_LENGTH, .registered_id = "2.999.1",
                  .crl_url = CRL_URL}},
    {PKI_EUM, {.subject = {{ISSUE_COUNTRY, TEXT(COUNTRY)},
                           {ISSUE_ORGANIZATION, TEXT(EUM_ORGANIZATION)},
                           {ISSUE_COMMON_NAME, TEXT("emuicc EUM")}},
               .role = RSP_ROLE_EUM, .not_before = FROM_2020, .not_after = UNTIL_2059,
               .key_usage = KEY_USAGE_KEY_CERT_SIGN, .ca = true, .path_length = 0,
               .registered_id = EUM_OID, .crl_url = CRL_URL,
               .permitted_organization = TEXT(EUM_ORGANIZATION)}},
    {PKI_EUM_SUB, {.subject = {{ISSUE_COUNTRY, TEXT(COUNTRY)},
                               {ISSUE_ORGANIZATION, TEXT(EUM_ORGANIZATION)},
                               {ISSUE_COMMON_NAME, TEXT("emuicc EUM SubCA")}},
                   .role = RSP_ROLE_EUM_SUB, .not_before = FROM_2020, .not_after = UNTIL_2059,
                   .key_usage = KEY_USAGE_KEY_CERT_SIGN, .ca = true, .path_length = 0,
                   .registered_id = EUM_OID, .crl_url = EUM_CRL_URL}},
    {PKI_DP_SUB, {.subject = {{ISSUE_ORGANIZATION, TEXT(ORGANIZATION)},
                              {ISSUE_COMMON_NAME, TEXT("emuicc SM-DP+ SubCA")}},
                  .role = RSP_ROLE_DP_SUB, .not_before = FROM_2020, .not_after = UNTIL_2050,
                  .key_usage = KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, .ca = true,
                  .path_length = 0, .crl_url = CRL_URL}},
    {PKI_DS_SUB, {.subject = {{ISSUE_ORGANIZATION, TEXT(ORGANIZATION)},
                              {ISSUE_COMMON_NAME, TEXT("emuicc SM-DS SubCA")}},
                  .role = RSP_ROLE_DS_SUB, .not_before = FROM_2020, .not_after = UNTIL_2050,
                  .key_usage = KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, .ca = true,
                  .path_length = 0, .registered_id = DS_OID, .crl_url = CRL_URL}},
    {PKI_DP_AUTH, {SERVER(RSP_ROLE_DP_AUTH, UNTIL_2050, "emuicc SM-DP+")}},
    {PKI_DP_PB, {SERVER(RSP_ROLE_DP_PB, UNTIL_2050, "emuicc SM-DP+")}},
    {PKI_DS_AUTH, {SERVER(RSP_ROLE_DS_AUTH, UNTIL_2050, "emuicc SM-DS"), .registered_id = DS_OID}},
    {PKI_DP_TLS, {SERVER(RSP_ROLE_DP_TLS, UNTIL_2050, ""), .tls = true}},
};
/* clang-format on */

struct making {
    struct random *random;
    const struct pki_plan *plan;
    enum ec_curve curve;
    struct bytes iin;
    uint8_t first[PKI_EID_SIZE], last[PKI_EID_SIZE];
    bool eids_wanted; /* first and last were asked for */
    enum pki_variant variant;
    struct pki_entity entities[PKI_ALL_NAMES]; /* of this curve and variant; the CI is kept */
    uint8_t main_eid[PKI_EID_SIZE];
    bool has_main; /* the eUICC in eUICC/ itself */
};

/* A fresh key and its certificate. issuer: NULL for one that signs itself. */
static int issue_entity(struct random *random, struct issue *issue, enum ec_curve curve,
                        const struct pki_entity *issuer, struct pki_entity *out)
{
    struct pki_entity entity = {0};
    int result = ec_private_generate(random, curve, &entity.key);
    entity.der = malloc(ISSUE_CERTIFICATE_MAX);
    if (result != 0 || entity.der == NULL) {
        pki_entity_finish(&entity);
        return FAILURE_INTERNAL;
    }
    struct writer der = writer_on(entity.der, ISSUE_CERTIFICATE_MAX);
    issue->curve = curve;
    issue->point = ec_private_point(entity.key);
    result = issue_certificate(random, issue, issuer != NULL ? &issuer->certificate : NULL,
                               issuer != NULL ? issuer->key : entity.key, &der);
    entity.der_len = der.len;
    if (result == 0 && certificate_parse(writer_bytes(&der), &entity.certificate) != 0) {
        trace_error("a certificate with these names cannot be made");
        result = FAILURE_INTERNAL;
    }
    if (result == 0)
        *out = entity;
    else
        pki_entity_finish(&entity);
    return result;
}

/* issuer: the EUM itself, or its sub-CA. */
static int issue_euicc(struct random *random, const struct pki_entity *eum,
                       const struct pki_entity *issuer, const uint8_t eid[PKI_EID_SIZE],
                       struct pki_entity *out)
{
    char digits[PKI_EID_DIGITS + 1];
    struct bytes organization, iin;
    pki_eid_to_text(eid, digits);
    const struct bytes text = bytes_of_text(digits);
    if (!certificate_permitted(&eum->certificate, &organization, &iin) ||
        !bytes_start_with(text, iin) || !pki_eid_is_right(eid)) {
        trace_error("EID %s has wrong check digits or lies outside the EUM's range %.*s…", digits,
                    (int)iin.len, (const char *)iin.data);
        return 1;
    }
    struct issue issue = {
        .subject = {{ISSUE_COUNTRY, TEXT(COUNTRY)},
                    {ISSUE_ORGANIZATION, organization},
                    {ISSUE_SERIAL_NUMBER, text},
                    {ISSUE_COMMON_NAME, TEXT("emuicc test eUICC")}},
        .role = RSP_ROLE_EUICC,
        .v3 = eum->certificate.v3,
        .not_before = FROM_2020,
        .not_after = UNTIL_9999,
        .key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
    };
    return issue_entity(random, &issue, eum->certificate.curve, issuer, out);
}

int pki_issue_euicc(struct random *random, const struct pki_entity *eum,
                    const uint8_t eid[PKI_EID_SIZE], struct pki_entity *out)
{
    return issue_euicc(random, eum, eum, eid, out);
}

int pki_issue_chain(struct random *random, const char *directory, enum pki_variant variant,
                    enum ec_curve curve, const uint8_t eid[PKI_EID_SIZE], struct pki_chain *out)
{
    struct pki_chain above, chain = {0};
    const enum pki_name by = pki_layout_issuer(variant, PKI_EUICC);
    int result = pki_read_chain(directory, variant, by, curve, NULL, &above);
    if (result != 0)
        return result;
    const struct pki_entity *eum = by == PKI_EUM ? &above.leaf : &above.issuers[0];
    result = above.leaf.key == NULL ? 1 : issue_euicc(random, eum, &above.leaf, eid, &chain.leaf);
    if (result != 0) {
        pki_chain_finish(&above);
        return result;
    }
    chain.issuers[chain.count++] = above.leaf;
    for (size_t i = 0; i < above.count; i++)
        chain.issuers[chain.count++] = above.issuers[i];
    *out = chain;
    return 0;
}

static int refuse(const char *what, const char *value)
{
    trace_error("%s: %s", value, what);
    return FAILURE_INTERNAL;
}

static void name_host(struct issue *issue, const char *host)
{
    issue->dns_name = host;
    issue->subject[1].text = bytes_of_text(host);
}

int pki_issue_tls(struct random *random, const struct pki_entity *ci, const char *name,
                  const char *oid, struct pki_entity *out)
{
    const struct make_row *row = rows;
    while (row->name != PKI_DP_TLS)
        row++;
    struct issue issue = row->issue;
    issue.registered_id = oid;
    name_host(&issue, name);
    return issue_entity(random, &issue, EC_P256, ci, out);
}

/* What differs from one plan to the next. */
static void fill_in(const struct making *making, enum pki_name name, struct issue *issue)
{
    const struct pki_plan *plan = making->plan;
    const char *oid = plan->server_oid != NULL ? plan->server_oid : PKI_DEFAULT_SERVER_OID;
    issue->v3 = making->variant != PKI_VARIANT_O;
    if (name == PKI_EUM) {
        issue->permitted_iin = making->iin;
        issue->path_length = issue->v3 ? 1 : 0;
    }
    const enum pki_name by = pki_layout_issuer(making->variant, name);
    if (by == PKI_DP_SUB || by == PKI_DS_SUB)
        issue->crl_url = by == PKI_DP_SUB ? DP_CRL_URL : DS_CRL_URL;
    if (name == PKI_DP_AUTH || name == PKI_DP_PB || name == PKI_DP_TLS || name == PKI_DP_SUB)
        issue->registered_id = oid;
    if (name == PKI_DP_TLS)
        name_host(issue, plan->server_name != NULL ? plan->server_name : PKI_DEFAULT_SERVER);
}

static struct pki_place place_of(const struct making *making, enum pki_name name)
{
    return (struct pki_place){making->plan->directory, making->variant, name, making->curve, NULL};
}

/* Reads an entity, or makes it if the folder has none. */
static int obtain(struct making *making, const struct make_row *row, struct pki_entity *out)
{
    const struct pki_place place = place_of(making, row->name);
    const enum pki_name by = pki_layout_issuer(making->variant, row->name);
    const struct pki_entity *issuer = row->name == PKI_CI ? NULL : &making->entities[by];
    int result = pki_read_place(&place, out);
    if (result <= 0)
        return result;
    if (issuer != NULL && issuer->key == NULL)
        return refuse(by == PKI_CI
                          ? "the CI's private key is absent, so that nothing can be added"
                          : "a sub-CA's private key is absent, so that nothing can be added",
                      place.directory);
    struct issue issue = row->issue;
    fill_in(making, row->name, &issue);
    result = issue_entity(making->random, &issue, making->curve, issuer, out);
    if (result == 0 && pki_write_entity(&place, out) != 0) {
        pki_entity_finish(out);
        result = FAILURE_INTERNAL;
    }
    return result;
}

/* A new CI would be none to certificates that are there already. */
static int check_no_orphans(const struct making *making)
{
    struct pki_entity entity;
    const char *directory = making->plan->directory;
    int result = pki_read(directory, PKI_CI, making->curve, &entity);
    for (int name = PKI_EUM; result == 1 && name < PKI_NAMES; name++) {
        result = pki_read(directory, (enum pki_name)name, making->curve, &entity);
        if (result == 0) {
            pki_entity_finish(&entity);
            return refuse("has certificates but no CI", directory);
        }
    }
    if (result == 0)
        pki_entity_finish(&entity);
    return result < 0 ? result : 0;
}

static bool is_wanted(const struct making *making, enum pki_name name)
{
    if (name == PKI_CI)
        return making->entities[PKI_CI].der == NULL;
    return pki_layout_issuer(making->variant, name) != PKI_ALL_NAMES &&
           (name != PKI_DP_TLS || making->curve == EC_P256); /* TLS libraries know no other */
}

static int make_servers(struct making *making)
{
    int result = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && result == 0; i++)
        if (is_wanted(making, rows[i].name))
            result = obtain(making, &rows[i], &making->entities[rows[i].name]);
    return result;
}

static int check_eum(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    const struct bytes iin = certificate_permitted_iin(&making->entities[PKI_EUM].certificate);
    if (iin.len == 0)
        return refuse("the EUM's certificate permits no EID", plan->directory);
    if (plan->iin != NULL && !bytes_equal(iin, making->iin))
        return refuse("the EUM that is there has another IIN", plan->iin);
    return 0;
}

static int issue_and_write(struct making *making, const uint8_t eid[PKI_EID_SIZE])
{
    const enum pki_name by = pki_layout_issuer(making->variant, PKI_EUICC);
    struct pki_place place = place_of(making, PKI_EUICC);
    struct pki_entity entity;
    if (making->entities[by].key == NULL)
        return refuse("the EUM's private key is absent, so that no eUICC can be added",
                      place.directory);
    if (issue_euicc(making->random, &making->entities[PKI_EUM], &making->entities[by], eid,
                    &entity) != 0)
        return FAILURE_INTERNAL;
    if (!making->has_main)
        memcpy(making->main_eid, eid, PKI_EID_SIZE);
    making->has_main = true;
    if (memcmp(making->main_eid, eid, PKI_EID_SIZE) != 0)
        place.eid = eid;
    const int result = pki_write_entity(&place, &entity);
    pki_entity_finish(&entity);
    return result;
}

static int make_euicc(struct making *making, const uint8_t eid[PKI_EID_SIZE])
{
    struct pki_place place = place_of(making, PKI_EUICC);
    struct pki_entity entity;
    place.eid = eid;
    const int result = pki_read_euicc_place(&place, &entity);
    if (result == 1)
        return issue_and_write(making, eid);
    if (result == 0)
        pki_entity_finish(&entity);
    return result;
}

/* The EID in eUICC/ itself, whichever curve has it. */
static int find_main(struct making *making)
{
    for (int curve = 0; curve < EC_CURVES && !making->has_main; curve++) {
        struct pki_entity entity;
        const int result =
            pki_read(making->plan->directory, PKI_EUICC, (enum ec_curve)curve, &entity);
        if (result < 0)
            return result;
        if (result == 1)
            continue;
        making->has_main = certificate_eid(&entity.certificate, making->main_eid);
        pki_entity_finish(&entity);
    }
    return 0;
}

static int make_euiccs(struct making *making)
{
    int result = find_main(making);
    if (result == 0 && !making->eids_wanted && making->has_main)
        return make_euicc(making, making->main_eid);
    uint8_t eid[PKI_EID_SIZE];
    memcpy(eid, making->first, sizeof(eid));
    while (result == 0) {
        result = make_euicc(making, eid);
        if (memcmp(eid, making->last, sizeof(eid)) == 0)
            break;
        pki_eid_next(eid);
    }
    return result;
}

/* The CI alone is the same to all. */
static void finish_variant(struct making *making)
{
    for (int name = PKI_CI + 1; name < PKI_ALL_NAMES; name++)
        pki_entity_finish(&making->entities[name]);
}

static int make_variant(struct making *making, enum pki_variant variant)
{
    making->variant = variant;
    int result = make_servers(making);
    if (result == 0)
        result = check_eum(making);
    if (result == 0)
        result = make_euiccs(making);
    finish_variant(making);
    return result;
}

/* Of a variant that is there further eUICCs get certificates too. */
static bool is_variant_wanted(const struct making *making, enum pki_variant variant)
{
    const struct pki_place eum = {making->plan->directory, variant, PKI_EUM, making->curve, NULL};
    char path[PATH_MAX];
    return variant == PKI_VARIANT_O || (making->plan->variants >> variant & 1) != 0 ||
           (pki_layout_path(&eum, PKI_CERTIFICATE, path) && access(path, F_OK) == 0);
}

static int make_curve(struct making *making)
{
    int result = check_no_orphans(making);
    for (int variant = 0; variant < PKI_VARIANTS && result == 0; variant++)
        if (is_variant_wanted(making, (enum pki_variant)variant))
            result = make_variant(making, (enum pki_variant)variant);
    pki_entity_finish(&making->entities[PKI_CI]);
    return result;
}

static int read_eid(const char *text, uint8_t eid[PKI_EID_SIZE])
{
    if (pki_eid_from_text(text, eid))
        return 0;
    struct writer out = writer_on(eid, PKI_EID_SIZE);
    if (strlen(text) != PKI_EID_DIGITS || strspn(text, "0123456789") != PKI_EID_DIGITS ||
        !hex_decode(text, &out))
        return refuse("no EID: 32 digits are wanted", text);
    pki_eid_complete(eid);
    trace_error("%s: wrong check digits, %02X would be right", text, eid[PKI_EID_SIZE - 1]);
    return FAILURE_INTERNAL;
}

static int read_eids(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    making->eids_wanted = plan->first_eid != NULL;
    if (!making->eids_wanted) {
        struct writer number = writer_on(making->first, sizeof(making->first));
        char digits[] = PKI_DEFAULT_IIN "123451234512345678901200";
        memcpy(digits, making->iin.data, PKI_IIN_DIGITS);
        (void)hex_decode(digits, &number);
        pki_eid_complete(making->first);
    } else if (read_eid(plan->first_eid, making->first) != 0) {
        return FAILURE_INTERNAL;
    }
    if (making->eids_wanted && memcmp(plan->first_eid, making->iin.data, PKI_IIN_DIGITS) != 0)
        return refuse("lies outside the EUM's range", plan->first_eid);
    memcpy(making->last, making->first, PKI_EID_SIZE);
    if (plan->last_eid != NULL && read_eid(plan->last_eid, making->last) != 0)
        return FAILURE_INTERNAL;
    if (memcmp(making->first, making->last, PKI_EID_SIZE) > 0)
        return refuse("lies before the first EID", plan->last_eid);
    return 0;
}

static int read_plan(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    uint8_t buffer[DER_OID_TEXT_SIZE];
    struct writer oid = writer_on(buffer, sizeof(buffer));
    const char *iin = plan->iin != NULL ? plan->iin : plan->first_eid;
    if (iin == NULL)
        iin = PKI_DEFAULT_IIN;
    if (strspn(iin, "0123456789") < PKI_IIN_DIGITS ||
        (plan->iin != NULL && strlen(iin) != PKI_IIN_DIGITS))
        return refuse("no IIN: 8 digits are wanted", iin);
    making->iin = bytes_of(iin, PKI_IIN_DIGITS);
    if (plan->server_oid != NULL && !der_oid_from_text(plan->server_oid, &oid))
        return refuse("no object identifier", plan->server_oid);
    return read_eids(making);
}

int pki_make(struct random *random, const struct pki_plan *plan)
{
    struct making making = {.random = random, .plan = plan, .curve = EC_P256};
    int result = read_plan(&making);
    if (result == 0)
        result = disk_make_folder(plan->directory, FOLDER_MODE);
    if (result == 0)
        result = make_curve(&making);
    if (result == 0 && plan->brainpool) {
        making.curve = EC_BRAINPOOL_P256R1;
        result = make_curve(&making);
    }
    return result == 0 ? disk_sync(plan->directory) : result;
}
