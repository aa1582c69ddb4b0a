/* Profiles of a company: each reason not to install one, or what is none beside one, what may be
 * changed afterwards, and what its rules say of enabling. */
#include "tests/isd-r/peer_rpm.h"
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "isd-r/info/euicc_info.h"

static struct peer peer;

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(enterprise, .fini = stop, .timeout = 120);

/* A company's profile, without rules and with these. */
#define OF(oid) "BD06 8001" oid "8101 45"
#define WITH_OTHERS(oid, bits, others) "BD0F 8001" oid "8101 45 A207 8002" bits "8101" others
#define WITH(oid, bits) WITH_OTHERS(oid, bits, "01")
#define COMPANY "2A"
#define OTHER "2B"
#define REFERENCE "0780"
#define ONLY "0520" /* which are not in force */
#define REFERENCE_ONLY "05A0"
#define PRIORITY "06C0"
#define PRIORITY_NOT_IN_FORCE "0640"
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

/* EnableProfile of the profile with this number, without REFRESH. */
static int enable(unsigned number)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const struct package content = package_numbered(number);
    const size_t whole = tlv_open(&request, 0xBF31);
    const size_t identifier = tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
    tlv_close(&request, identifier);
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, whole);
    return peer_result(&peer, writer_bytes(&request), 0xBF31);
}

#define FORBIDDEN 6 /* disallowedByEnterpriseRule */

/* Profile 1 is the company's, with these rules; 2 is enabled after it. */
static const struct {
    const char *rules, *other;
    bool company_first; /* 1 is enabled before */
    bool plain;         /* the device knows no rules */
    int result;
} enablings[] = {
    {OF(COMPANY), "", false, false, 0},
    {WITH(COMPANY, REFERENCE), "", false, false, 0},
    {WITH_OTHERS(COMPANY, REFERENCE, "00"), "", false, false, FORBIDDEN},
    {WITH_OTHERS(COMPANY, REFERENCE, "00"), "", true, false, FORBIDDEN},
    {WITH_OTHERS(COMPANY, REFERENCE, "00"), "", false, true, 0},
    {WITH_OTHERS(COMPANY, REFERENCE, "00"), OF(COMPANY), false, false, 0},
    {WITH_OTHERS(COMPANY, REFERENCE, "00"), TEST_CLASS, false, false, 0},
    {WITH_OTHERS(COMPANY, REFERENCE, "00"), "950101", false, false, 0},
    {WITH_OTHERS(COMPANY, ONLY, "00"), "", false, false, 0},
    {WITH(COMPANY, PRIORITY), "", false, false, FORBIDDEN},
    {WITH(COMPANY, PRIORITY), "", true, false, FORBIDDEN},
    {WITH(COMPANY, PRIORITY), "", false, true, 0},
    {WITH(COMPANY, PRIORITY), OF(COMPANY), false, false, 0},
    {WITH(COMPANY, PRIORITY), TEST_CLASS, true, false, 0},
    {WITH(COMPANY, PRIORITY_NOT_IN_FORCE), "", false, false, 0},
};

Test(enterprise, rules_hold_at_enabling)
{
    for (size_t i = 0; i < sizeof(enablings) / sizeof(enablings[0]); i++) {
        start_with((const char *const[2]){enablings[i].rules, enablings[i].other}, 0);
        set_device(!enablings[i].plain);
        if (enablings[i].company_first)
            cr_assert(eq(int, enable(1), 0), "row %zu", i);
        cr_assert(eq(int, enable(2), enablings[i].result), "row %zu", i);
        const bool company = enablings[i].result != 0 && enablings[i].company_first;
        cr_assert(eq(int, (int)isd_r_enabled_profile(peer.chip.isd_r),
                     enablings[i].result == 0 ? 2 : company),
                  "row %zu", i);
        peer_stop(&peer);
    }
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

/* A chip that does not say that it knows such profiles does not look at their rules. */
Test(enterprise, rules_are_for_chips_that_know_them)
{
    start_with((const char *const[2]){"", NULL}, EUICC_INFO_ENTERPRISE_PROFILES);
    cr_assert(eq(int, v3_reason_for(&peer, 2, WITH_OTHERS(COMPANY, REFERENCE, "00"), false), 0));
    cr_assert(eq(int, enable(1), 0));
}

Test(enterprise, rules_of_enabling_change_with_the_metadata)
{
    start_with((const char *const[2]){WITH(COMPANY, REFERENCE), ""}, 0);
    cr_assert(eq(int, update(0, WITH_OTHERS(COMPANY, REFERENCE, "00")), 0));
    cr_assert(eq(int, enable(2), FORBIDDEN));
    cr_assert(eq(int, update(0, WITH(COMPANY, REFERENCE)), 0));
    cr_assert(eq(int, enable(2), 0));
    cr_assert(eq(int, update(0, WITH(COMPANY, PRIORITY)), 0));
    cr_assert(eq(int, enable(1), 0));
    cr_assert(eq(int, enable(2), FORBIDDEN));
}

/* RpmConfiguration in hexadecimal: this server may update the company's rules. */
static const char *manager(void)
{
    static char text[256];
    uint8_t room[128];
    struct writer writer = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(&writer, 0xBA);
    const size_t list = tlv_open(&writer, 0xA0);
    const size_t entry = tlv_open(&writer, DER_SEQUENCE);
    tlv_put(&writer, 0x80, peer_entity(&peer, PKI_DP_AUTH)->certificate.registered_id);
    tlv_put(&writer, 0x5C, BYTES(0xBD));
    tlv_close(&writer, entry);
    tlv_close(&writer, list);
    tlv_put(&writer, 0x83, BYTES(0x2A, 0x03));
    tlv_close(&writer, whole);
    hex_encode(writer_bytes(&writer), text);
    return text;
}

/* One updateMetadata command of a package for profile 1; its result. */
static uint8_t update_remotely(const char *element)
{
    uint8_t room[128], package_room[256];
    struct writer request = writer_on(room, sizeof(room));
    struct writer package = writer_on(package_room, sizeof(package_room));
    const struct package content = package_numbered(1);
    const size_t mark = tlv_open(&request, 0xBF2A);
    cr_assert(hex_decode(element, &request));
    tlv_close(&request, mark);
    peer_put_rpm_command(0xA5, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE),
                         writer_bytes(&request), false, &package);
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}), 0));
    const struct peer_rpm_result result =
        peer_load_rpm(&peer, &(struct peer_rpm_request){.package = writer_bytes(&package)});
    cr_assert(result.is_signed && result.error == 0);
    const struct bytes code = peer_find(result.results, 0x9F2A);
    cr_assert(eq(sz, code.len, 1));
    return code.data[0];
}

Test(enterprise, rules_of_enabling_are_a_servers_to_change)
{
    char first[512];
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer_become(&peer, v3_settings(0));
    set_device(true);
    snprintf(first, sizeof(first), "%s%s", WITH(COMPANY, REFERENCE), manager());
    cr_assert(eq(int, v3_reason_for(&peer, 1, first, true), 0));
    cr_assert(eq(int, v3_reason_for(&peer, 2, "", true), 0));
    cr_assert(eq(int, update_remotely(WITH_OTHERS(COMPANY, REFERENCE, "00")), 0));
    cr_assert(eq(int, enable(2), FORBIDDEN));
    cr_assert(eq(int, update_remotely(WITH(OTHER, REFERENCE)), 6));
    cr_assert(eq(int, update_remotely(WITH(COMPANY, PRIORITY)), 0));
    cr_assert(eq(int, enable(2), FORBIDDEN));
    cr_assert(eq(int, update_remotely(OF(COMPANY)), 0));
    cr_assert(eq(int, enable(2), 0));
}
