/* The Rules Authorisation Table: wildcards, group ids, several rows. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "isd-r/profiles/rules.h"

#define PPR1 0x06, 0x40
#define PPR1_AND_2 0x05, 0x60
#define NO_FLAGS 0x82, 0x01, 0x00

static bool allows(struct bytes table, struct bytes owner, uint32_t rules)
{
    const struct metadata metadata = {.owner = owner, .rules = rules};
    return rules_allow(table, &metadata);
}

/* pprIds PPR1 for 001-01 without group ids */
static const uint8_t one[] = {0x30, 0x10, 0x80, 0x02, PPR1, 0xA1, 0x07,    0x30,
                              0x05, 0x80, 0x03, 0x00, 0xF1, 0x10, NO_FLAGS};
/* the same for all networks of country 001, group 1 any, group 2 05 */
static const uint8_t wild[] = {0x30, 0x15, 0x80, 0x02, PPR1_AND_2, 0xA1,    0x0C,
                               0x30, 0x0A, 0x80, 0x03, 0x00,       0xE0,    0xEE,
                               0x81, 0x00, 0x82, 0x01, 0x05,       NO_FLAGS};

#define OWNER(...) BYTES(0x80, 0x03, __VA_ARGS__)

Test(rules, need_no_table_when_there_are_none)
{
    cr_assert(allows((struct bytes){0}, (struct bytes){0}, 0));
    cr_assert(allows((struct bytes){0}, (struct bytes){0}, 1u << 0)); /* pprUpdateControl */
    cr_assert(not(allows((struct bytes){0}, OWNER(0x00, 0xF1, 0x10), METADATA_RULE_PPR1)));
}

Test(rules, need_an_owner)
{
    cr_assert(not(allows(bytes_of(wild, sizeof(wild)), (struct bytes){0}, METADATA_RULE_PPR1)));
}

Test(rules, are_for_the_owner_named)
{
    const struct bytes table = bytes_of(one, sizeof(one));
    cr_assert(allows(table, OWNER(0x00, 0xF1, 0x10), METADATA_RULE_PPR1));
    cr_assert(not(allows(table, OWNER(0x00, 0xF1, 0x20), METADATA_RULE_PPR1)));
    cr_assert(not(allows(table, OWNER(0x00, 0xF1, 0x10), METADATA_RULE_PPR2)));
    cr_assert(not(allows(table, OWNER(0x00, 0xF1, 0x10, 0x81, 0x01, 0x0A), METADATA_RULE_PPR1)));
}

Test(rules, know_wildcards)
{
    const struct bytes table = bytes_of(wild, sizeof(wild));
    const uint32_t both = METADATA_RULE_PPR1 | METADATA_RULE_PPR2;
    cr_assert(allows(table, OWNER(0x00, 0xF0, 0x21, 0x81, 0x01, 0x0A, 0x82, 0x01, 0x05), both));
    cr_assert(allows(table, OWNER(0x00, 0x10, 0x21, 0x82, 0x01, 0x05), both));
    cr_assert(not(allows(table, OWNER(0x10, 0x10, 0x21, 0x82, 0x01, 0x05), both)));
    cr_assert(not(allows(table, OWNER(0x00, 0x10, 0x21, 0x82, 0x01, 0x06), both)));
    cr_assert(not(allows(table, OWNER(0x00, 0x10, 0x21), both)));
}

Test(rules, add_up_over_rows)
{
    uint8_t room[64];
    struct writer table = writer_on(room, sizeof(room));
    uint8_t second[sizeof(one)];
    memcpy(second, one, sizeof(one));
    second[4] = 0x05; /* PPR2 alone */
    second[5] = 0x20;
    writer_put(&table, bytes_of(one, sizeof(one)));
    writer_put(&table, bytes_of(second, sizeof(second)));
    cr_assert(allows(writer_bytes(&table), OWNER(0x00, 0xF1, 0x10),
                     METADATA_RULE_PPR1 | METADATA_RULE_PPR2));
}
