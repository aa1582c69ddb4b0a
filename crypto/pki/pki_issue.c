#include "crypto/pki/pki_issue.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/pki_layout.h"

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
#define EUM_CRL_URL "http://eum.test.example.com/CRL.crl"
#define DP_CRL_URL "http://smdp.test.example.com/CRL-A.crl"
#define DS_CRL_URL "http://smds.test.example.com/CRL-A.crl"
#define EUM_OID "2.999.5"
#define DS_OID "2.999.15"

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }
#define SERVER(ROLE, UNTIL, COMMON_NAME)                                                           \
    .subject = {{ISSUE_ORGANIZATION, TEXT(ORGANIZATION)}, {ISSUE_COMMON_NAME, TEXT(COMMON_NAME)}}, \
    .role = ROLE, .not_before = FROM_2020, .not_after = UNTIL,                                     \
    .key_usage = KEY_USAGE_DIGITAL_SIGNATURE, .crl_url = CRL_URL

/* clang-format off */
const struct pki_issue_row pki_issue_rows[] = {
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
    {PKI_EIM, {SERVER(RSP_ROLE_NONE, UNTIL_2050, "")}},
    {PKI_EIM_TLS, {SERVER(RSP_ROLE_NONE, UNTIL_2050, ""), .tls = true}},
    {PKI_DS_TLS, {SERVER(RSP_ROLE_DS_TLS, UNTIL_2050, ""), .registered_id = DS_OID, .tls = true}},
};
/* clang-format on */
const size_t pki_issue_row_count = sizeof(pki_issue_rows) / sizeof(pki_issue_rows[0]);

int pki_issue_entity(struct random *random, struct issue *issue, enum ec_curve curve,
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

int pki_issue_euicc_below(struct random *random, const struct pki_entity *eum,
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
    return pki_issue_entity(random, &issue, eum->certificate.curve, issuer, out);
}

int pki_issue_euicc(struct random *random, const struct pki_entity *eum,
                    const uint8_t eid[PKI_EID_SIZE], struct pki_entity *out)
{
    return pki_issue_euicc_below(random, eum, eum, eid, out);
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
    result = above.leaf.key == NULL
                 ? 1
                 : pki_issue_euicc_below(random, eum, &above.leaf, eid, &chain.leaf);
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

static void name_host(struct issue *issue, const char *host)
{
    issue->dns_name = host;
    issue->subject[1].text = bytes_of_text(host);
}

int pki_issue_tls(struct random *random, enum pki_name kind, const struct pki_entity *ci,
                  const char *name, const char *oid, struct pki_entity *out)
{
    const struct pki_issue_row *row = pki_issue_rows;
    while (row->name != kind)
        row++;
    struct issue issue = row->issue;
    issue.registered_id = oid;
    name_host(&issue, name);
    return pki_issue_entity(random, &issue, EC_P256, ci, out);
}

const char *pki_issue_host(const struct pki_plan *plan, enum pki_name name)
{
    return name == PKI_DP_TLS                       ? plan->server_name
           : name == PKI_DS_TLS                     ? plan->smds_name
           : name == PKI_EIM || name == PKI_EIM_TLS ? plan->eim_name
                                                    : NULL;
}

void pki_issue_complete(const struct pki_plan *plan, enum pki_variant variant, struct bytes iin,
                        enum pki_name name, struct issue *issue)
{
    const char *oid = plan->server_oid != NULL ? plan->server_oid : PKI_DEFAULT_SERVER_OID;
    issue->v3 = variant != PKI_VARIANT_O;
    if (name == PKI_EUM) {
        issue->permitted_iin = iin;
        issue->path_length = issue->v3 ? 1 : 0;
    }
    const enum pki_name by = pki_layout_issuer(variant, name);
    if (by == PKI_DP_SUB || by == PKI_DS_SUB)
        issue->crl_url = by == PKI_DP_SUB ? DP_CRL_URL : DS_CRL_URL;
    if (name == PKI_DP_AUTH || name == PKI_DP_PB || name == PKI_DP_TLS || name == PKI_DP_SUB)
        issue->registered_id = oid;
    if (name == PKI_DP_TLS)
        name_host(issue, plan->server_name != NULL ? plan->server_name : PKI_DEFAULT_SERVER);
    if (name == PKI_DS_TLS)
        name_host(issue, plan->smds_name != NULL ? plan->smds_name : PKI_DEFAULT_SMDS);
    if (name == PKI_EIM || name == PKI_EIM_TLS)
        name_host(issue, plan->eim_name != NULL ? plan->eim_name : PKI_DEFAULT_EIM);
}
