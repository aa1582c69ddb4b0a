/* Which profiles a chip lets in: policy rules by its Rules Authorisation Table (SGP.22 §2.9.2), and
 * test profiles by what it supports. */
#include "tests/isd-r/look.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "isd-r/info/euicc_info.h"

#define STORE_METADATA 2 /* bppCommandId */
#define UNSUPPORTED_CLASS 6
#define PPR_NOT_ALLOWED 15
#define TEST_CLASS (0 + 1)

static struct peer peer;
static struct euicc_info info;
static struct isd_r_settings settings;
static unsigned number; /* of the next profile */

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    info = euicc_info_default;
    settings = isd_r_settings_default;
    settings.info = &info;
    peer_become(&peer, &settings);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(policy, .init = start, .fini = stop);

#define PPR1 BYTES(0x06, 0x40)
#define PPR2 BYTES(0x05, 0x20)
#define BOTH BYTES(0x05, 0x60)
#define OURS BYTES(0x80, 0x03, 0x00, 0xF1, 0x10)
#define OTHERS BYTES(0x80, 0x03, 0x00, 0xF1, 0x20)

/* 0 if it is installed, or the errorReason. */
static int reason_for(struct bytes owner, struct bytes rules)
{
    const struct package content = package_numbered(++number);
    const struct peer_outcome outcome = peer_download(
        &peer, &(struct peer_binding){.content = &content, .owner = owner, .rules = rules});
    cr_assert(outcome.installed || outcome.command == STORE_METADATA);
    cr_assert(eq(u32, look_resource(&peer, LOOK_APPLICATIONS), outcome.installed));
    if (!outcome.installed)
        return outcome.reason;
    cr_assert(
        eq(int, peer_result(&peer, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0x80), 0xBF34), 0));
    return 0;
}

Test(policy, of_any_kind_is_every_operators_by_default)
{
    cr_assert(eq(int, reason_for(OURS, PPR1), 0));
    cr_assert(eq(int, reason_for(OTHERS, PPR2), 0));
    cr_assert(eq(int, reason_for(OTHERS, BOTH), 0));
    cr_assert(eq(int, reason_for((struct bytes){0}, PPR1), PPR_NOT_ALLOWED));
    cr_assert(eq(int, reason_for((struct bytes){0}, (struct bytes){0}), 0));
}

Test(policy, is_nobodys_without_a_table)
{
    settings.rules = (struct bytes){0};
    cr_assert(eq(int, reason_for(OURS, PPR1), PPR_NOT_ALLOWED));
    cr_assert(eq(int, reason_for(OURS, PPR2), PPR_NOT_ALLOWED));
    cr_assert(eq(int, reason_for(OURS, (struct bytes){0}), 0));
}

Test(policy, is_for_whom_the_table_names)
{
    static const uint8_t ppr1_for_us[] = {0x30, 0x10, 0x80, 0x02, 0x06, 0x40, 0xA1, 0x07, 0x30,
                                          0x05, 0x80, 0x03, 0x00, 0xF1, 0x10, 0x82, 0x01, 0x00};
    settings.rules = bytes_of(ppr1_for_us, sizeof(ppr1_for_us));
    cr_assert(eq(int, reason_for(OURS, PPR1), 0));
    cr_assert(eq(int, reason_for(OURS, PPR2), PPR_NOT_ALLOWED));
    cr_assert(eq(int, reason_for(OURS, BOTH), PPR_NOT_ALLOWED));
    cr_assert(eq(int, reason_for(OTHERS, PPR1), PPR_NOT_ALLOWED));
    cr_assert(eq(int, reason_for(OTHERS, (struct bytes){0}), 0));
}

Test(policy, that_the_chip_forbids_is_nobodys)
{
    info.forbidden_rules = 1u << 2; /* PPR2 */
    cr_assert(eq(int, reason_for(OURS, PPR1), 0));
    cr_assert(eq(int, reason_for(OURS, PPR2), PPR_NOT_ALLOWED));
}

Test(policy, lets_test_profiles_in_where_they_are_supported)
{
    const struct peer_binding test = {.metadata_class = TEST_CLASS};
    cr_assert(ne(u32, info.rsp_capability & EUICC_INFO_TEST_PROFILE, 0));
    info.rsp_capability &= ~EUICC_INFO_TEST_PROFILE;
    const struct peer_outcome outcome = peer_download(&peer, &test);
    cr_assert(eq(int, outcome.command, STORE_METADATA));
    cr_assert(eq(int, outcome.reason, UNSUPPORTED_CLASS));
    info.rsp_capability |= EUICC_INFO_TEST_PROFILE;
    cr_assert(peer_download(&peer, &test).installed);
}
