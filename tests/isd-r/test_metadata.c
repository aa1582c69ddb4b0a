/* The elements of a profile's metadata, those of SGP.22 v3 among them: their limits, who is shown
 * them, and what UpdateMetadata makes of them. */
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/state.h"
#include "isd-r/profiles/update_metadata.h"

#define MANAGER "300A 8002 8837 8102 0308 5C00"

/* Value of an element, in hexadecimal, and whether it may have it. */
static const struct {
    uint32_t tag;
    const char *value;
    bool holds;
} values[] = {
    {0xBF22, "", true},
    {0xBF22, "3009 8002 8837 A103 0C01 41", true},
    {0xBF22, "3004 8002 8837", false},
    {0xBF22, "8002 8837", false},
    {0xBF23, "3009 8002 8837 A103 0C01 41", true},
    {0xBF23, "3009 8002 8837 A103 0C01", false},
    {0xBA, "A00C " MANAGER " 8301 2A", true},
    {0xBA, "A000 8301 2A", true},
    {0xBA, "A00C " MANAGER " 8101 61 8202 0102 8301 2A", true},
    {0xBA, "A00C " MANAGER, false},          /* no owner */
    {0xBA, "8301 2A", false},                /* no managers */
    {0xBA, "A004 3002 8100 8301 2A", false}, /* no OID */
    {0xBA, "A006 3004 8001 2A 8100 8301 2A", false},
    {0xBA, "A008 3006 8001 2A 5C01 9F 8301 2A", false}, /* half a tag */
    {0xBA, "A000 8101 FF 8301 2A", false},
    {0x9B, "612E62", true},
    {0x9B, "FF", false},
    {0xBE, "8101 41", true},
    {0xBE, "8002 6465 8101 41", true},
    {0xBE, "8002 6465", false},
    {0xBE, "8101 FF", false},
    {0xBC, "8001 61", true},
    {0xBC, "8001 61 8101 62 8200", true},
    {0xBC, "8101 62", false},
    {0xBC, "8001 61 8201 00", false},
    {0xBD, "8001 2A 8101 45", true},
    {0xBD, "8001 2A 8101 45 A207 8002 0580 8101 01", true},
    {0xBD, "8001 2A", false},
    {0xBD, "8001 2A 8101 45 A204 8002 0580", false},
    {0x9F1F, "06C0", true},
    {0x9F1F, "", false},
    {0xBF20, "A003 8001 61", true},
    {0xBF20, "A009 8001 61 8102 0102 8200 8300", false},
    {0xBF20, "A00B 8001 61 8102 0102 8200 8300", true},
    {0xBF20, "A103 8001 61", true},
    {0xBF20, "A105 8001 61 8100", true},
    {0xBF20, "A102 8100", false},
    {0xBF20, "A203 8001 61", false},
    {0x9F21, "0100", true},
    {0x9F21, "FF", false},
    {0xBF76, "", true},
    {0xBF76, "E204 E100 E300", true},
    {0xBF76, "E2", true}, /* a phone's to read */
    {0x95, "02", true},
    {0x99, "0560", true},
};

static struct peer peer;

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(metadata);

/* Hexadecimal text as bytes, valid until the fourth call after it. */
static struct bytes hex(const char *text)
{
    static uint8_t room[4][2048];
    static unsigned next;
    struct writer writer = writer_on(room[next++ % 4], sizeof(room[0]));
    cr_assert(hex_decode(text, &writer), "%s", text);
    return writer_bytes(&writer);
}

Test(metadata, has_values_within_their_limits)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct package content = package_numbered(1);
        uint8_t room[1024], extra_room[256];
        char extra_text[HEX_SIZE(sizeof(extra_room))];
        struct writer out = writer_on(room, sizeof(room));
        struct writer extra = writer_on(extra_room, sizeof(extra_room));
        struct metadata metadata;
        tlv_put(&extra, values[i].tag, hex(values[i].value));
        hex_encode(writer_bytes(&extra), extra_text);
        v3_put_metadata(&content, extra_text, &out);
        cr_assert(
            eq(int, metadata_parse(writer_bytes(&out), UINT32_MAX, &metadata), values[i].holds),
            "%X %s", (unsigned)values[i].tag, values[i].value);
    }
}

/* A chip that learns of an element later keeps profiles in which it is none. */
Test(metadata, is_read_where_an_element_is_unknown)
{
    const struct package content = package_numbered(1);
    uint8_t room[1024];
    struct writer out = writer_on(room, sizeof(room));
    struct metadata metadata;
    v3_put_metadata(&content, "BA00", &out);
    cr_assert(not(metadata_parse(writer_bytes(&out), EUICC_INFO_RPM, &metadata)));
    cr_assert(metadata_parse(writer_bytes(&out), ~(uint32_t)EUICC_INFO_RPM, &metadata));
    cr_assert(metadata.rpm_configuration.data == NULL);
}

Test(metadata, has_each_element_once)
{
    for (size_t i = 0; i < METADATA_FIELDS; i++)
        cr_assert(metadata_find_field(metadata_fields[i].tag) == &metadata_fields[i], "%zu", i);
}

/* One of each. */
#define VENDOR_DATA "BF220B 3009 8002 8837 A103 0C0141"
#define VENDOR_DATA_NOT_STORED "BF230B 3009 8002 8837 A103 0C0142"
#define RPM "BA11 A00C 300A 8002 8837 8102 0308 5C00 8301 2A"
#define HRI "9B03 612E62"
#define MESSAGE "BE07 8002 6465 8101 41"
#define LPR "BC03 8001 61"
#define ENTERPRISE "BD06 8001 2A 8101 45"
#define DESCRIPTION "9F1F02 06C0"
#define DEVICE_CHANGE "BF2005 A003 8001 61"
#define SIZE "9F2102 4000"
#define ALL                                                                                        \
    VENDOR_DATA VENDOR_DATA_NOT_STORED RPM HRI MESSAGE LPR ENTERPRISE DESCRIPTION DEVICE_CHANGE SIZE

static void install(unsigned number, const char *extra)
{
    uint8_t room[4096];
    struct writer metadata = writer_on(room, sizeof(room));
    const struct package content = package_numbered(number);
    v3_put_metadata(&content, extra, &metadata);
    const struct peer_binding binding = {.content = &content, .metadata = writer_bytes(&metadata)};
    const struct peer_outcome outcome = peer_download(&peer, &binding);
    cr_assert(outcome.installed, "reason %d", outcome.reason);
}

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer_become(&peer, v3_settings(0));
}

TestSuite(stored_metadata, .init = start, .fini = stop, .timeout = 60);

/* What stands in ProfileInfo of the only profile when asked for these tags; NULL: unasked. */
static struct bytes info(const char *tag_list)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv list, one;
    const size_t mark = tlv_open(&request, 0xBF2D);
    if (tag_list != NULL)
        tlv_put(&request, 0x5C, hex(tag_list));
    tlv_close(&request, mark);
    cr_assert(tlv_whole(peer_ask(&peer, writer_bytes(&request), 0xBF2D), 0xA0, &list));
    cr_assert(tlv_whole(list.value, 0xE3, &one));
    return one.value;
}

/* A tag list, the answer, and what the chip must be able to. */
static const struct {
    const char *tag_list, *answer;
    uint32_t capability;
} shown[] = {
    {"BF22", VENDOR_DATA, EUICC_INFO_SERVICE_SPECIFIC_DATA},
    {"BF23", "", 0},
    {"BA", RPM, EUICC_INFO_RPM},
    {"9B", HRI, EUICC_INFO_HRI_SERVER_ADDRESS},
    {"BE", MESSAGE, EUICC_INFO_SERVICE_PROVIDER_MESSAGE},
    {"BC", LPR, EUICC_INFO_LPA_PROXY},
    {"BD", ENTERPRISE, EUICC_INFO_ENTERPRISE_PROFILES},
    {"9F1F", DESCRIPTION, EUICC_INFO_SERVICE_DESCRIPTION},
    {"BF20", DEVICE_CHANGE, EUICC_INFO_DEVICE_CHANGE},
    {"9F21", SIZE, EUICC_INFO_ESTIMATED_PROFILE_SIZE},
    {"BC9BBF20", HRI LPR DEVICE_CHANGE, 0}, /* in the order of ProfileInfo */
};

Test(stored_metadata, is_shown_to_who_asks_where_the_chip_knows_it)
{
    install(1, ALL);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        peer_become(&peer, v3_settings(0));
        cr_assert(bytes_equal(info(shown[i].tag_list), hex(shown[i].answer)), "%s",
                  shown[i].tag_list);
        if (shown[i].capability == 0)
            continue;
        peer_become(&peer, v3_settings(shown[i].capability));
        cr_assert(eq(sz, info(shown[i].tag_list).len, 0), "%s", shown[i].tag_list);
    }
}

/* The same elements on a chip of v2 and one of v3. */
Test(stored_metadata, is_not_shown_unasked)
{
    static const uint32_t tags[] = {0x5A, 0x4F, 0x9F70, 0x91, 0x92, 0x95};
    install(1, ALL);
    for (int v3 = 0; v3 < 2; v3++) {
        struct tlv field;
        peer_become(&peer, v3 ? v3_settings(0) : NULL);
        struct bytes value = info(NULL);
        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
            cr_assert(tlv_take_tag(&value, tags[i], &field), "%X", (unsigned)tags[i]);
        cr_assert(eq(sz, value.len, 0));
    }
}

Test(stored_metadata, tells_a_size_that_is_the_profiles)
{
    uint32_t size;
    struct tlv field;
    struct package large = package_numbered(1);
    large.filling = 20000;
    cr_assert(peer_download(&peer, &(struct peer_binding){.content = &large}).installed);
    cr_assert(tlv_whole(info("9F25"), 0x9F25, &field));
    cr_assert(der_to_unsigned(field.value, UINT32_MAX, &size));
    cr_assert(gt(u32, size, 20000));
    peer_become(&peer, v3_settings(EUICC_INFO_PROFILE_SIZE));
    cr_assert(eq(sz, info("9F25").len, 0));
}

Test(stored_metadata, may_be_what_an_earlier_chip_did_not_know)
{
    peer_become(&peer, NULL);
    install(1, "BA00" HRI);
    peer_become(&peer, v3_settings(0));
    cr_assert(bytes_equal(info("9B91"), hex("910850726F7669646572" HRI)));
}

/* Phones ask for them by their tag, of chips and servers of every release. */
Test(stored_metadata, has_access_rules_for_apps)
{
    static const char rules[] = "BF760A E208 E106 C10401020304";
    const struct bytes expected = hex("910850726F7669646572 BF760A E208 E106 C10401020304");
    peer_become(&peer, NULL);
    install(1, rules);
    cr_assert(bytes_equal(info("BF7691"), expected));
    peer_become(&peer, v3_settings(0));
    cr_assert(bytes_equal(info("BF7691"), expected));
    cr_assert(eq(int, v3_reason_for(&peer, 2, rules, false), 0));
    cr_assert(eq(int, v3_reason_for(&peer, 3, rules, true), 0));
}

/* v3 servers are told what the chip does not know of what they send; v2's is passed over. */
Test(stored_metadata, is_known_whole_in_a_v3_session)
{
    static const struct {
        const char *extra;
        uint32_t without;
        int reason;
    } rows[] = {
        {ALL, 0, 0},
        {"9F7B01FF", 0, 26},
        {HRI, EUICC_INFO_HRI_SERVER_ADDRESS, 26},
        {RPM, EUICC_INFO_RPM, 26},
        {LPR, EUICC_INFO_LPA_PROXY, 23},
        {ENTERPRISE, EUICC_INFO_ENTERPRISE_PROFILES, 17},
    };
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        peer_become(&peer, v3_settings(rows[i].without));
        cr_assert(eq(int, v3_reason_for(&peer, 100 + i, rows[i].extra, true), rows[i].reason),
                  "row %u", i);
        cr_assert(eq(int, v3_reason_for(&peer, 200 + i, rows[i].extra, false), 0), "row %u", i);
    }
}

/* Nor does a server of v2 say who may manage the profile; and what it says so is not looked at. */
Test(stored_metadata, of_a_v2_session_has_nothing_of_v3)
{
    peer_become(&peer, v3_settings(0));
    cr_assert(eq(int, v3_reason_for(&peer, 1, ALL, false), 0));
    cr_assert(
        bytes_equal(info("9192BF22BA9B"), hex("910850726F7669646572 92044E616D65" VENDOR_DATA)));
    cr_assert(eq(int, v3_reason_for(&peer, 2, "BA00", false), 0));
    cr_assert(eq(int, v3_reason_for(&peer, 3, "BA00", true), 1));
    cr_assert(eq(int, v3_reason_for(&peer, 4, "BA", false), 1));
}

static int update(const char *request)
{
    int answer = -1;
    cr_assert(chip_update_metadata(&peer.chip, 0, hex(request), &answer) == 0);
    cr_assert(store_commit(peer.chip.store) == 0);
    return answer;
}

#define BEFORE ICON RULES RPM LPR
#define ICON "930101 940155"
#define RULES "99020560"
#define EVERYTHING "9192939499BF22BA9BBCBDBF20"

/* UpdateMetadataRequest, its result, and what of the profile's metadata follows. */
static const struct {
    const char *request;
    int result;
    const char *after;
    uint32_t without;
} updates[] = {
    {"", 0, "910850726F7669646572 92044E616D65" ICON RULES RPM LPR, 0},
    {"910141", 0, "910141 92044E616D65" ICON RULES RPM LPR, 0},
    {"920141", 0, "910850726F7669646572 920141" ICON RULES RPM LPR, 0},
    {"930100 940142", 0, "910850726F7669646572 92044E616D65 930100 940142" RULES RPM LPR, 0},
    {"5C0194", 0, "910850726F7669646572 92044E616D65" RULES RPM LPR, 0},
    {"5C029394", 0, "910850726F7669646572 92044E616D65" RULES RPM LPR, 0},
    {"5C02BCBA", 0, "910850726F7669646572 92044E616D65" ICON RULES, 0},
    {"5C01BC 9B0161", 0, "910850726F7669646572 92044E616D65" ICON RULES RPM "9B0161", 0},
    {"99020540", 0, "910850726F7669646572 92044E616D65" ICON "99020640" RPM LPR, 0},
    {"99020520", 0, "910850726F7669646572 92044E616D65" ICON "99020520" RPM LPR, 0},
    {"990100", 0, "910850726F7669646572 92044E616D65" ICON "990100" RPM LPR, 0},
    {VENDOR_DATA, 0, "910850726F7669646572 92044E616D65" ICON RULES VENDOR_DATA RPM LPR, 0},
    {HRI, 0, "910850726F7669646572 92044E616D65" ICON RULES RPM HRI LPR, 0},
    {ENTERPRISE, 0, "910850726F7669646572 92044E616D65" ICON RULES RPM LPR ENTERPRISE, 0},
    {DEVICE_CHANGE, 0, "910850726F7669646572 92044E616D65" ICON RULES RPM LPR DEVICE_CHANGE, 0},
    {"BA05 A000 8301 2B", 0, "910850726F7669646572 92044E616D65" ICON RULES "BA05 A000 8301 2B" LPR,
     0},
    /* Refusals: nothing changes, not even what was in order. */
    {"910141 9901FF", 7, NULL, 0},
    {"99020780", 12, NULL, 0},
    {"910141 BA03 8301 2B", 14, NULL, 0},
    {"5C0191", 15, NULL, 0},
    {"5C0192", 15, NULL, 0},
    {"5C0199", 15, NULL, 0},
    {"5C01BD", 15, NULL, 0},
    {"5C015A", 15, NULL, 0},
    {"5C029F7B", 15, NULL, 0},
    {"5C019F", 7, NULL, 0},
    {"5C01BC 5C01BA", 7, NULL, 0},
    {"5C01BC BC038001 62", 7, NULL, 0},
    {"930100", 7, NULL, 0},
    {"940142", 7, NULL, 0},
    {"910141 910142", 7, NULL, 0},
    {"9101FF", 7, NULL, 0},
    {"5A0A 98000000000000000010", 7, NULL, 0},
    {"950102", 7, NULL, 0},
    {"9F1F02 06C0", 7, NULL, 0},
    {"9F7B01FF", 7, NULL, 0},
    {"9101", 7, NULL, 0},
    {HRI, 7, NULL, EUICC_INFO_HRI_SERVER_ADDRESS},
    {LPR, 7, NULL, EUICC_INFO_LPA_PROXY},
    {ENTERPRISE, 6, NULL, EUICC_INFO_ENTERPRISE_PROFILES},
    {"BD03 8001 2A", 7, NULL, 0},
};

static void install_for_updates(void)
{
    install(1, "B705 8003 00F110" BEFORE);
}

Test(stored_metadata, is_updated_whole_or_not_at_all)
{
    for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++) {
        const char *after = updates[i].after != NULL
                                ? updates[i].after
                                : "910850726F7669646572 92044E616D65" ICON RULES RPM LPR;
        if (i > 0)
            cr_assert(store_profile_delete(peer.chip.store, peer.chip.isd_r->registry.list[0].id) ==
                      0);
        cr_assert(store_commit(peer.chip.store) == 0);
        peer_become(&peer, v3_settings(0));
        install_for_updates();
        peer_become(&peer, v3_settings(updates[i].without));
        cr_assert(eq(int, update(updates[i].request), updates[i].result), "%s", updates[i].request);
        for (int again = 0; again < 2; again++) {
            peer_become(&peer, v3_settings(0));
            const struct bytes got = info(EVERYTHING);
            cr_assert(bytes_equal(got, hex(after)), "%s", updates[i].request);
        }
    }
}

/* What the chip does not know of, and what it does not show, stays where it was. */
Test(stored_metadata, keeps_what_an_update_does_not_name)
{
    struct tlv whole, field;
    peer.v3 = false; /* which passes over what nobody knows */
    install(1, "B705 8003 00F110 9F7B01FF" VENDOR_DATA_NOT_STORED);
    cr_assert(eq(int, update("920141"), 0));
    const struct bytes metadata = peer.chip.isd_r->registry.list[0].metadata.whole;
    cr_assert(tlv_whole(metadata, 0xBF25, &whole));
    cr_assert(tlv_find(whole.value, 0xB7, &field));
    cr_assert(tlv_find(whole.value, 0xBF23, &field));
    cr_assert(tlv_find(whole.value, 0x9F7B, &field));
    cr_assert(tlv_find(whole.value, 0xB6, &field));
}

/* More than the chip keeps of one profile's metadata. */
Test(stored_metadata, has_a_limit_as_a_whole)
{
    static uint8_t room[4096];
    struct writer request = writer_on(room, sizeof(room));
    int answer;
    install_for_updates();
    const size_t data = tlv_open(&request, 0xBF22);
    const size_t entry = tlv_open(&request, DER_SEQUENCE);
    tlv_put(&request, 0x80, BYTES(0x2A));
    tlv_put_header(&request, 0xA1, 3950);
    writer_fill(&request, 0x00, 3950);
    tlv_close(&request, entry);
    tlv_close(&request, data);
    cr_assert(not(request.overflow));
    cr_assert(eq(int, chip_update_metadata(&peer.chip, 0, writer_bytes(&request), &answer), 0));
    cr_assert(eq(int, answer, 7));
}

Test(metadata, of_no_profile_are_not_updated_from_afar)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    cr_assert(eq(int, isd_r_update_metadata(peer.chip.isd_r, hex("BF2A 03 920141")),
                 SW_CONDITIONS_NOT_SATISFIED));
    stop();
}

Test(metadata, update_is_within_a_tag_list)
{
    static const struct {
        const char *request, *tag_list;
        bool within;
    } rows[] = {
        {"910141", "91", true},
        {"910141", "92", false},
        {"910141 920141", "91", false},
        {"910141 920141", "9291", true},
        {"5C0194", "5C", false},
        {"5C0194", "94", true},
        {"5C02BF22", "BF22", true},
        {"5C0394BF22", "94", false},
        {"", "", true},
        {"910141", "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert(eq(int, update_metadata_is_within(hex(rows[i].request), hex(rows[i].tag_list)),
                     rows[i].within),
                  "row %zu", i);
}
