/* Whom the server believes to be an eUICC: dates of the chain, and the EUM's range. */
#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "crypto/pki/issue.h"

static struct world world;
static struct mini_card card;

static void start(void)
{
    world_make(&world);
    mini_card_insert(&card, world.pki, EC_P256);
    card.matching_id = WORLD_SMALL;
}

static void end(void)
{
    mini_card_remove(&card);
    world_end(&world);
}

TestSuite(chain, .init = start, .fini = end);

#define FROM_2020 INT64_C(1577836800)
#define UNTIL_2021 INT64_C(1609459199)
#define UNTIL_2050 INT64_C(2524607999)
#define FROM_2049 INT64_C(2493072000)

struct dates {
    int64_t from, until;
};

static void issue_for(struct mini_card *for_card, const struct issue *plan,
                      const struct pki_entity *issuer, struct pki_entity *out)
{
    struct issue issue = *plan;
    *out = (struct pki_entity){.der = malloc(ISSUE_CERTIFICATE_MAX)};
    struct writer der = writer_on(out->der, ISSUE_CERTIFICATE_MAX);
    cr_assert_eq(ec_private_generate(&for_card->random, EC_P256, &out->key), 0);
    issue.curve = EC_P256;
    issue.point = ec_private_point(out->key);
    cr_assert_eq(issue_certificate(&for_card->random, &issue,
                                   issuer != NULL ? &issuer->certificate : NULL,
                                   issuer != NULL ? issuer->key : out->key, &der),
                 0);
    out->der_len = der.len;
    cr_assert_eq(certificate_parse(writer_bytes(&der), &out->certificate), CERTIFICATE_OK);
}

/* Gives the card a chain that is valid at these times, and an EUM for EIDs of this range. */
static void issue_chain(const struct pki_entity *ci, struct dates eum, struct dates euicc,
                        const char *iin, enum rsp_role role)
{
    const struct bytes name = bytes_of_text("an EUM");
    const struct issue eum_plan = {
        .subject = {{ISSUE_ORGANIZATION, name}},
        .not_before = eum.from,
        .not_after = eum.until,
        .role = role,
        .key_usage = KEY_USAGE_KEY_CERT_SIGN,
        .ca = true,
        .permitted_organization = name,
        .permitted_iin = bytes_of_text(iin),
    };
    const struct issue euicc_plan = {
        .subject = {{ISSUE_ORGANIZATION, name}, {ISSUE_SERIAL_NUMBER, bytes_of_text(WORLD_EID)}},
        .not_before = euicc.from,
        .not_after = euicc.until,
        .role = RSP_ROLE_EUICC,
        .key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
    };
    pki_entity_finish(&card.eum);
    pki_entity_finish(&card.euicc);
    issue_for(&card, &eum_plan, ci, &card.eum); /* ci NULL: it signs itself */
    issue_for(&card, &euicc_plan, &card.eum, &card.euicc);
}

static const char *judge(char codes[32])
{
    world_initiate(&world, &card);
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    const char *found = world_codes(response, codes);
    json_decref(response);
    return found;
}

/* SGP.22 §5.6.3, and §4.5.2.1.0.2 for the range. */
Test(chain, chains_are_judged_by_their_dates_and_their_range)
{
    static const struct dates now = {FROM_2020, UNTIL_2050}, past = {FROM_2020, UNTIL_2021},
                              future = {FROM_2049, UNTIL_2050};
    const struct {
        struct dates eum, euicc;
        const char *iin, *codes;
        enum rsp_role role; /* of the EUM's certificate; RSP_ROLE_CI: the right one */
    } rows[] = {
        {now, now, "89049032", ""},
        {past, now, "89049032", "8.1.2/6.3"},
        {future, now, "89049032", "8.1.2/6.1"},
        {now, past, "89049032", "8.1.3/6.3"},
        {now, future, "89049032", "8.1.3/6.1"},
        {now, now, "89049033", "8.1.3/6.1"},
        {now, now, "8904903212345", ""},
        {now, now, "89049032", "8.1.2/6.1", RSP_ROLE_DP_AUTH},
        {past, now, "89049032", "8.1.2/6.3", RSP_ROLE_DP_AUTH},
    };
    struct pki_entity ci;
    char codes[32];
    cr_assert_eq(pki_read(world.pki, PKI_CI, EC_P256, &ci), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        issue_chain(&ci, rows[i].eum, rows[i].euicc, rows[i].iin,
                    rows[i].role != RSP_ROLE_CI ? rows[i].role : RSP_ROLE_EUM);
        cr_assert_str_eq(judge(codes), rows[i].codes, "row %zu", i);
    }
    pki_entity_finish(&ci);
}

/* It names no issuer at all: another fault than another CI's. */
Test(chain, an_eum_that_signs_itself_is_no_eum)
{
    static const struct dates now = {FROM_2020, UNTIL_2050};
    char codes[32];
    issue_chain(NULL, now, now, "89049032", RSP_ROLE_EUM);
    cr_assert_eq(card.eum.certificate.authority_key_id.len, 0);
    cr_assert_str_eq(judge(codes), "8.1.2/6.1");
}
