/* The part of pki that issues. */
#include "crypto/pki.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/disk.h"
#include "crypto/issue.h"
#include "crypto/pki_layout.h"
#include "crypto/pki_write.h"

#include <stdlib.h>

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
static const struct make_row rows[] = {
    {PKI_CI, {.subject = {{ISSUE_COMMON_NAME, TEXT("emuicc test CI")},
                          {ISSUE_ORGANIZATIONAL_UNIT, TEXT("TESTCERT")},
                          {ISSUE_ORGANIZATION, TEXT(ORGANIZATION)},
                          {ISSUE_COUNTRY, TEXT(COUNTRY)}},
              .role = RSP_ROLE_CI, .not_before = FROM_2020, .not_after = UNTIL_2060,
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
    bool eids_wanted;          /* first and last were asked for */
    struct pki_entity ci, eum; /* of this curve */
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

int pki_issue_euicc(struct random *random, const struct pki_entity *eum,
                    const uint8_t eid[PKI_EID_SIZE], struct pki_entity *out)
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
        .not_before = FROM_2020,
        .not_after = UNTIL_9999,
        .key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
    };
    return issue_entity(random, &issue, eum->certificate.curve, eum, out);
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
    if (name == PKI_EUM)
        issue->permitted_iin = making->iin;
    if (name == PKI_DP_AUTH || name == PKI_DP_PB || name == PKI_DP_TLS)
        issue->registered_id = oid;
    if (name == PKI_DP_TLS)
        name_host(issue, plan->server_name != NULL ? plan->server_name : PKI_DEFAULT_SERVER);
}

/* Reads an entity, or makes it if the folder has none. */
static int obtain(struct making *making, const struct make_row *row, struct pki_entity *out)
{
    const char *directory = making->plan->directory;
    const bool root = row->name == PKI_CI;
    int result = pki_read(directory, row->name, making->curve, out);
    if (result <= 0)
        return result;
    if (!root && making->ci.key == NULL)
        return refuse("the CI's private key is absent, so that nothing can be added", directory);
    struct issue issue = row->issue;
    fill_in(making, row->name, &issue);
    result = issue_entity(making->random, &issue, making->curve, root ? NULL : &making->ci, out);
    if (result == 0 && pki_write_entity(directory, row->name, NULL, out) != 0) {
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

static int make_servers(struct making *making)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct pki_entity entity = {0};
        if (rows[i].name == PKI_DP_TLS && making->curve != EC_P256)
            continue; /* TLS libraries in use know P-256 only */
        const int result = obtain(making, &rows[i], &entity);
        if (result != 0)
            return result;
        if (rows[i].name == PKI_CI)
            making->ci = entity;
        else if (rows[i].name == PKI_EUM)
            making->eum = entity;
        else
            pki_entity_finish(&entity);
    }
    return 0;
}

static int check_eum(struct making *making)
{
    const struct pki_plan *plan = making->plan;
    const struct bytes iin = certificate_permitted_iin(&making->eum.certificate);
    if (iin.len == 0)
        return refuse("the EUM's certificate permits no EID", plan->directory);
    if (plan->iin != NULL && !bytes_equal(iin, making->iin))
        return refuse("the EUM that is there has another IIN", plan->iin);
    return 0;
}

static int make_euicc(struct making *making, const uint8_t eid[PKI_EID_SIZE])
{
    const char *directory = making->plan->directory;
    struct pki_entity entity;
    int result = pki_read_euicc(directory, eid, making->curve, &entity);
    if (result == 1) {
        if (making->eum.key == NULL)
            return refuse("the EUM's private key is absent, so that no eUICC can be added",
                          directory);
        if (pki_issue_euicc(making->random, &making->eum, eid, &entity) != 0)
            return FAILURE_INTERNAL;
        const bool main = !making->has_main || memcmp(making->main_eid, eid, PKI_EID_SIZE) == 0;
        if (main) {
            memcpy(making->main_eid, eid, PKI_EID_SIZE);
            making->has_main = true;
        }
        result = pki_write_entity(directory, PKI_EUICC, main ? NULL : eid, &entity);
        pki_entity_finish(&entity);
    } else if (result == 0) {
        pki_entity_finish(&entity);
    }
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

static int make_curve(struct making *making)
{
    int result = check_no_orphans(making);
    if (result == 0)
        result = make_servers(making);
    if (result == 0)
        result = check_eum(making);
    if (result == 0)
        result = make_euiccs(making);
    pki_entity_finish(&making->ci);
    pki_entity_finish(&making->eum);
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
