/* Profiles of a company: each reason not to install one, or what is none beside one, and what may
 * be changed afterwards. */
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/hex.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/state.h"
#include "isd-r/profiles/update_metadata.h"

static struct peer peer;

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(enterprise, .fini = stop, .timeout = 120);

/* A company's profile, without rules and with these. */
#define OF(oid) "BD06 8001" oid "8101 45"
#define WITH(oid, bits) "BD0F 8001" oid "8101 45 A207 8002" bits "8101 01"
#define COMPANY "2A"
#define OTHER "2B"
#define REFERENCE "0780"
#define ONLY "0520" /* which are not in force */
#define REFERENCE_ONLY "05A0"
#define PPR1 "B705 8003 00F110 99020640"
#define TEST_CLASS "950100"

static const struct {
    const char *installed[2]; /* by a device that knows rules */
    const char *arrives;
    bool plain; /* the device knows none */
    uint32_t without;
    int reason; /* of v3 */
} rows[] = {
    {{NULL}, OF(COMPANY), true, EUICC_INFO_ENTERPRISE_PROFILES, 17},
    {{NULL}, OF(COMPANY), true, 0, 0},
    {{NULL}, WITH(COMPANY, REFERENCE), true, 0, 18},
    {{NULL}, WITH(COMPANY, ONLY), true, 0, 18},
    {{NULL}, WITH(COMPANY, REFERENCE), false, 0, 0},
    {{PPR1}, OF(COMPANY), true, 0, 19},
    {{PPR1}, WITH(COMPANY, REFERENCE), true, 0, 19},
    {{PPR1}, "", true, 0, 0},
    {{OF(COMPANY)}, OF(OTHER), true, 0, 20},
    {{OF(COMPANY)}, WITH(OTHER, REFERENCE), false, 0, 20},
    {{OF(COMPANY), ""}, WITH(COMPANY, REFERENCE), false, 0, 0},
    {{WITH(COMPANY, REFERENCE)}, WITH(COMPANY, REFERENCE), false, 0, 21},
    {{WITH(COMPANY, REFERENCE)}, WITH(COMPANY, ONLY), false, 0, 0},
    {{""}, WITH(COMPANY, REFERENCE_ONLY), false, 0, 21},
    {{TEST_CLASS}, WITH(COMPANY, REFERENCE_ONLY), false, 0, 0},
    {{""}, WITH(COMPANY, ONLY), false, 0, 0},
    {{WITH(COMPANY, REFERENCE_ONLY)}, "", false, 0, 22},
    {{WITH(COMPANY, REFERENCE_ONLY)}, "", true, 0, 0},
    {{WITH(COMPANY, REFERENCE_ONLY)}, TEST_CLASS, false, 0, 0},
    {{WITH(COMPANY, REFERENCE_ONLY)}, OF(COMPANY), false, 0, 0},
    {{WITH(COMPANY, ONLY)}, "", false, 0, 0},
};

static void set_device(bool capable)
{
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.enterprise = capable});
}

static void start_with(const char *const installed[2], uint32_t without)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer_become(&peer, v3_settings(without));
    set_device(true);
    for (unsigned i = 0; i < 2 && installed[i] != NULL; i++)
        cr_assert(eq(int, v3_reason_for(&peer, 1 + i, installed[i], true), 0));
}

/* A server of v2 has nothing to say of companies, nor is it told of them. */
Test(enterprise, rules_hold_at_installation)
{
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start_with(rows[i].installed, rows[i].without);
        set_device(!rows[i].plain);
        cr_assert(eq(int, v3_reason_for(&peer, 3, rows[i].arrives, true), rows[i].reason), "row %u",
                  i);
        if (rows[i].reason != 0)
            cr_assert(eq(int, v3_reason_for(&peer, 3, rows[i].arrives, false),
                         rows[i].reason == 22 ? 127 : 0),
                      "row %u", i);
        peer_stop(&peer);
    }
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

static int update(size_t target, const char *text)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    int answer = -1;
    cr_assert(hex_decode(text, &request));
    cr_assert(chip_update_metadata(&peer.chip, target, writer_bytes(&request), &answer) == 0);
    return answer;
}

Test(enterprise, is_updated_within_the_rules)
{
    /* One after the other. */
    static const struct {
        size_t target;
        const char *request;
        bool plain;
        int result;
    } updates[] = {{0, OF(OTHER), false, 6},
                   {1, OF(OTHER), false, 6},
                   {0, WITH(COMPANY, REFERENCE), true, 6},
                   {0, WITH(COMPANY, REFERENCE_ONLY), false, 6},
                   {0, WITH(COMPANY, REFERENCE), false, 0},
                   {1, WITH(COMPANY, REFERENCE), false, 6},
                   {1, OF(COMPANY), false, 0},
                   {0, WITH(COMPANY, REFERENCE_ONLY), false, 0}};
    start_with((const char *const[2]){OF(COMPANY), ""}, 0);
    for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++) {
        set_device(!updates[i].plain);
        cr_assert(eq(int, update(updates[i].target, updates[i].request), updates[i].result),
                  "row %zu", i);
    }
}
