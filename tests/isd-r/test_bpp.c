/* LoadBoundProfilePackage: every way to cut a package, every reason to refuse one. */
#include "tests/isd-r/look.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"

static struct peer peer;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

/* What depends on the session's keys is tried on either curve. */
static void start_on(enum ec_curve curve)
{
    peer_start(&peer, &curve, 1);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(bpp, .init = start, .fini = stop);
TestSuite(bpp_on, .fini = stop);

#define BOTH_CURVES(name)                                                                          \
    ParameterizedTestParameters(bpp_on, name)                                                      \
    {                                                                                              \
        static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};                            \
        return cr_make_param_array(enum ec_curve, curves, EC_CURVES);                              \
    }                                                                                              \
    ParameterizedTest(enum ec_curve *curve, bpp_on, name)

static void bind_with(const struct peer_binding *binding)
{
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 0));
    peer_bind(&peer, binding);
}

static size_t count_profiles(void)
{
    struct tlv list, one;
    size_t count = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one))
        count++;
    return count;
}

BOTH_CURVES(installs_and_tells)
{
    start_on(*curve);
    static const uint8_t first_aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                        0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x10, 0x00};
    const struct package content = package_numbered(1);
    const struct peer_outcome outcome = peer_download(&peer, &(struct peer_binding){0});
    cr_assert(outcome.installed);
    cr_assert(outcome.has_pe_response);
    cr_assert(bytes_equal(bytes_of(outcome.aid, outcome.aid_len),
                          bytes_of(first_aid, sizeof(first_aid))));
    cr_assert(bytes_equal(bytes_of(outcome.iccid, outcome.iccid_len),
                          bytes_of(content.file_iccid, sizeof(content.file_iccid))));
    cr_assert(eq(sz, count_profiles(), 1));
    /* The result itself, and what the metadata asks for at installation. */
    cr_assert(eq(sz, peer_count_notifications(&peer, 1u << 0), 2));
    peer_restart_chip(&peer);
    cr_assert(eq(sz, count_profiles(), 1));
    cr_assert(eq(sz, peer_count_notifications(&peer, 0), 2));
}

static void install_in_every_cut(size_t block, const struct peer_binding *template)
{
    for (int cut = 0; cut < PEER_CUTS; cut++) {
        const struct package content = package_with_usim(100 + (unsigned)cut);
        struct peer_binding binding = *template;
        binding.content = &content;
        peer.block = CHIP_BLOCK_MAX;
        bind_with(&binding);
        peer.block = block;
        const struct peer_outcome outcome = peer_load(&peer, cut);
        cr_assert(outcome.answered && outcome.installed, "cut %d, block %zu: reason %d", cut, block,
                  outcome.reason);
    }
    peer.block = CHIP_BLOCK_MAX;
    cr_assert(eq(sz, count_profiles(), PEER_CUTS));
}

BOTH_CURVES(takes_every_cut_in_full_blocks)
{
    start_on(*curve);
    install_in_every_cut(255, &(struct peer_binding){0});
}

Test(bpp, takes_every_cut_in_lpac_blocks)
{
    install_in_every_cut(120, &(struct peer_binding){0});
}

Test(bpp, takes_every_cut_in_small_blocks)
{
    install_in_every_cut(7, &(struct peer_binding){0});
}

BOTH_CURVES(takes_a_configuration_in_two_segments)
{
    start_on(*curve);
    install_in_every_cut(254, &(struct peer_binding){.split_configuration = true});
}

BOTH_CURVES(takes_elements_under_session_keys)
{
    start_on(*curve);
    install_in_every_cut(255, &(struct peer_binding){.session_keys = true});
}

Test(bpp, takes_many_small_segments)
{
    install_in_every_cut(255, &(struct peer_binding){.segment = 5});
}

static struct bytes repeat(uint8_t byte, size_t count)
{
    static uint8_t room[4096];
    memset(room, byte, count);
    return bytes_of(room, count);
}

/* StoreMetadata with one element replaced or added. */
static struct bytes metadata_with(uint32_t tag, struct bytes value)
{
    static uint8_t room[8192];
    static const uint32_t tags[] = {0x5A, 0x91, 0x92};
    const struct package content = package_numbered(1);
    const struct bytes values[] = {bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE),
                                   bytes_of_text("Provider"), bytes_of_text("Name")};
    struct writer out = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&out, 0xBF25);
    bool put = false;
    for (size_t i = 0; i < 3; i++) {
        put |= tags[i] == tag;
        if (tags[i] != tag || value.data != NULL)
            tlv_put(&out, tags[i], tags[i] == tag ? value : values[i]);
    }
    if (!put)
        tlv_put(&out, tag, value);
    tlv_close(&out, mark);
    return writer_bytes(&out);
}

/* All that metadata may hold, each at its limit, and what a newer release may add. */
static struct bytes metadata_at_limits(struct bytes icon)
{
    static uint8_t room[4096];
    char provider[2 * 32], name[3 * 64];
    const struct package content = package_numbered(1);
    struct writer out = writer_on(room, sizeof(room));
    for (size_t i = 0; i < sizeof(provider); i += 2)
        memcpy(provider + i, "\xC3\xA9", 2);
    for (size_t i = 0; i < sizeof(name); i += 3)
        memcpy(name + i, "\xE2\x82\xAC", 3);
    const size_t mark = tlv_open(&out, 0xBF25);
    tlv_put(&out, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
    tlv_put(&out, 0x91, bytes_of(provider, sizeof(provider)));
    tlv_put(&out, 0x92, bytes_of(name, sizeof(name)));
    tlv_put_u8(&out, 0x93, 1);
    tlv_put(&out, 0x94, icon);
    tlv_put_u8(&out, 0x95, 2);
    tlv_put(&out, 0xBF22, BYTES(0x80, 0x01, 0x00));
    tlv_put(&out, 0xBF7A, (struct bytes){0});
    tlv_close(&out, mark);
    cr_assert(not(out.overflow));
    return writer_bytes(&out);
}

static struct bytes long_proprietary(void)
{
    static uint8_t room[256];
    struct writer out = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&out, 0xBF24);
    const size_t data = tlv_open(&out, 0xB8);
    tlv_put(&out, 0x80, BYTES(0x88, 0x37, 0x0A));
    tlv_put(&out, 0x81, repeat(0, 124));
    tlv_close(&out, data);
    tlv_close(&out, mark);
    return writer_bytes(&out);
}

static void refuse(const char *what, const struct peer_binding *binding, int command, int reason)
{
    static uint8_t room[4096];
    bind_with(binding);
    const struct peer_outcome outcome = peer_load(&peer, PEER_CUT_LPAC);
    cr_assert(outcome.answered, "%s: no answer", what);
    cr_assert(not(outcome.installed), "%s: installed", what);
    cr_assert(eq(int, outcome.command, command), "%s: command %d, reason %d", what, outcome.command,
              outcome.reason);
    cr_assert(eq(int, outcome.reason, reason), "%s: reason %d", what, outcome.reason);
    /* The same bytes wait as a notification. */
    struct writer answer = writer_on(room, sizeof(room));
    writer_put(&answer, writer_bytes(&peer.response));
    cr_assert(bytes_equal(look_notification(&peer, outcome.sequence), writer_bytes(&answer)), "%s",
              what);
    /* And the chip is ready for the next session, not for more of this one. */
    cr_assert(eq(u16, peer_call(&peer, writer_bytes(&peer.bpp)), SW_CONDITIONS_NOT_SATISFIED));
}

#define REFUSED(command, reason, ...)                                                              \
    refuse(#__VA_ARGS__, &(struct peer_binding){__VA_ARGS__}, command, reason)

BOTH_CURVES(refuses_a_wrong_key_agreement)
{
    start_on(*curve);
    REFUSED(0, 1, .host_id_len = 17);
    REFUSED(0, 1, .wrong_point = true);
    REFUSED(0, 2, .wrong_signature = true);
    REFUSED(0, 3, .wrong_transaction_id = true);
    REFUSED(0, 4, .key_type = 0x89);
    REFUSED(0, 4, .key_len = 0x20);
    REFUSED(0, 5, .remote_operation = 2);
    cr_assert(peer_download(&peer, &(struct peer_binding){.host_id_len = 16}).installed);
}

BOTH_CURVES(refuses_a_wrong_configuration)
{
    start_on(*curve);
    REFUSED(1, 1, .configuration = BYTES(0xBF, 0x25, 0x00));
    REFUSED(1, 1, .configuration = BYTES(0xBF, 0x24, 0x01));
    REFUSED(1, 1, .configuration = BYTES(0xBF, 0x24, 0x02, 0xB8, 0x00));
    REFUSED(1, 1, .configuration = long_proprietary());
    REFUSED(1, 8, .corrupt = 0x87);
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

BOTH_CURVES(refuses_wrong_metadata)
{
    start_on(*curve);
    REFUSED(2, 1, .metadata = BYTES(0xBF, 0x24, 0x00));
    REFUSED(2, 1, .metadata = metadata_with(0x5A, repeat(0x98, 9)));
    REFUSED(2, 1, .metadata = metadata_with(0x91, repeat('x', 33)));
    REFUSED(2, 1, .metadata = metadata_with(0x92, repeat('x', 65)));
    REFUSED(2, 1, .metadata = metadata_with(0x92, (struct bytes){0}));
    REFUSED(2, 1, .metadata = metadata_with(0x93, BYTES(2)));
    REFUSED(2, 1, .metadata = metadata_with(0x94, repeat(0, 16)));
    REFUSED(2, 1, .metadata = metadata_with(0xB6, BYTES(0x30, 0x00)));
    REFUSED(2, 1, .metadata = metadata_with(0xB7, BYTES(0x80, 0x02, 0x00, 0xF1)));
    REFUSED(2, 6, .metadata_class = 1 + 3);
    REFUSED(2, 8, .corrupt = 0x88);
    REFUSED(2, 15, .rules = BYTES(0x06, 0x40));
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

/* What the icon shows is the LPA's affair. */
Test(bpp, takes_metadata_at_its_limits)
{
    struct tlv list, profile, icon;
    REFUSED(2, 1, .metadata = metadata_at_limits(repeat(0x5A, 1025)));
    bind_with(&(struct peer_binding){.metadata = metadata_at_limits(repeat(0x5A, 1024))});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    cr_assert(
        tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x03, 0x5C, 0x01, 0x94), 0xBF2D), 0xA0, &list));
    cr_assert(tlv_whole(list.value, 0xE3, &profile));
    cr_assert(tlv_whole(profile.value, 0x94, &icon));
    cr_assert(bytes_equal(icon.value, repeat(0x5A, 1024)));
}

BOTH_CURVES(refuses_an_iccid_twice)
{
    start_on(*curve);
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    REFUSED(2, 9, 0);
    cr_assert(eq(sz, count_profiles(), 1));
}

BOTH_CURVES(refuses_wrong_keys)
{
    start_on(*curve);
    REFUSED(4, 1, .keys = BYTES(0xBF, 0x26, 0x00));
    REFUSED(4, 1, .keys = BYTES(0xBF, 0x26, 0x06, 0x80, 0x00, 0x81, 0x00, 0x82, 0x00));
    REFUSED(4, 8, .corrupt = 0x8A);
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

BOTH_CURVES(refuses_wrong_elements)
{
    start_on(*curve);
    struct package unfinished = package_numbered(1), demanding = package_numbered(1),
                   large = package_numbered(1);
    unfinished.unfinished = true;
    demanding.unknown_service = true;
    large.filling = 2 << 20;
    REFUSED(5, 7, .short_segment = true);
    REFUSED(5, 7, .no_elements = true);
    REFUSED(5, 7, .excess = 3);
    REFUSED(5, 8, .corrupt = 0x86);
    REFUSED(5, 10, .content = &large);
    REFUSED(5, 12, .content = &unfinished);
    REFUSED(5, 12, .content = &demanding);
    REFUSED(5, 12, .package = BYTES(0xFF, 0xFF, 0xFF, 0xFF));
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

BOTH_CURVES(refuses_a_package_that_is_not_what_its_metadata_says)
{
    start_on(*curve);
    static const uint8_t here[] = {0x80, 0x03, 0x00, 0xF1, 0x10};
    static const uint8_t elsewhere[] = {0x80, 0x03, 0x00, 0xF1, 0x20};
    static const uint8_t long_mnc[] = {0x80, 0x03, 0x00, 0x11, 0x10};
    static const uint8_t group[] = {0x80, 0x03, 0x00, 0xF1, 0x10, 0x81, 0x01, 0x0A};
    static const uint8_t second_group[] = {0x80, 0x03, 0x00, 0xF1, 0x10, 0x82, 0x01, 0x0A};
    struct package usim = package_with_usim(1), other_file = package_numbered(1),
                   other_header = package_numbered(1), grouped = package_with_usim(2);
    other_file.file_iccid[9] ^= 0x10;
    other_header.iccid[9] ^= 0x01;
    grouped.gid1 = BYTES(0x0A);
    REFUSED(5, 13, .content = &other_header);
    REFUSED(5, 13, .content = &other_file);
    REFUSED(5, 13, .content = &usim, .owner = bytes_of(elsewhere, sizeof(elsewhere)));
    REFUSED(5, 13, .content = &usim, .owner = bytes_of(long_mnc, sizeof(long_mnc)));
    REFUSED(5, 13, .content = &usim, .owner = bytes_of(group, sizeof(group)));
    REFUSED(5, 13, .content = &usim, .owner = bytes_of(second_group, sizeof(second_group)));
    REFUSED(5, 13, .content = &grouped, .owner = bytes_of(here, sizeof(here)));
    REFUSED(5, 14, .content = &usim, .metadata_class = 1);
    bind_with(&(struct peer_binding){.content = &usim, .owner = bytes_of(here, sizeof(here))});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    bind_with(&(struct peer_binding){
        .content = &grouped, .owner = bytes_of(group, sizeof(group)), .rules = BYTES(0x05, 0x60)});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
}

BOTH_CURVES(takes_a_test_profile_with_a_test_key)
{
    start_on(*curve);
    struct package usim = package_with_usim(1), other = package_with_usim(2);
    usim.algorithm = 3;
    other.key[0] = 0;
    other.key[15] = 1;
    bind_with(&(struct peer_binding){.content = &usim, .metadata_class = 1});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    bind_with(&(struct peer_binding){.content = &other, .metadata_class = 1});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    /* Test profiles tell nobody but the server they come from. */
    cr_assert(eq(sz, peer_count_notifications(&peer, 0), 2));
}

/* Sends the package with one byte changed where a tag stands. */
static struct peer_outcome load_with_tag(uint8_t tag, uint8_t instead)
{
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, part;
    while (rest.len > 0) {
        const size_t at = whole.len - rest.len;
        if (at > 0 && rest.data[0] == tag) {
            peer.bpp.data[at] = instead;
            break;
        }
        (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &part);
    }
    return peer_load(&peer, PEER_CUT_ONE);
}

BOTH_CURVES(refuses_sections_out_of_order)
{
    start_on(*curve);
    static const struct {
        uint8_t tag, instead;
        int command;
    } rows[] = {
        {0xA0, 0xA1, 1}, {0xA1, 0xA2, 2}, {0x88, 0x87, 2},
        {0xA2, 0xA0, 4}, {0xA3, 0xA2, 5}, {0x86, 0x88, 5},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bind_with(&(struct peer_binding){0});
        const struct peer_outcome outcome = load_with_tag(rows[i].tag, rows[i].instead);
        cr_assert(outcome.answered && !outcome.installed, "%02X", rows[i].tag);
        cr_assert(eq(int, outcome.command, rows[i].command), "%02X", rows[i].tag);
        cr_assert(eq(int, outcome.reason, 7), "%02X", rows[i].tag);
    }
}

/* Replaces the first '86' by one of this many bytes, whose MAC is wrong. */
static struct peer_outcome load_with_segment(size_t len)
{
    struct writer *bpp = &peer.bpp;
    struct bytes whole = writer_bytes(bpp), rest = whole, part;
    while (rest.data[0] != 0xA3)
        (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &part);
    bpp->len = whole.len - rest.len;
    const size_t mark = tlv_open(bpp, 0xA3);
    tlv_put_header(bpp, 0x86, len - 4);
    writer_fill(bpp, 0, len - 4);
    tlv_close(bpp, mark);
    /* The package's own length, two bytes long before and after. */
    whole = writer_bytes(bpp);
    cr_assert(eq(u8, whole.data[2], 0x82));
    bpp->data[3] = (uint8_t)((whole.len - 5) >> 8);
    bpp->data[4] = (uint8_t)(whole.len - 5);
    return peer_load(&peer, PEER_CUT_LPAC);
}

/* osmo-smdpp sends '86' of 1036 bytes. */
BOTH_CURVES(bounds_its_segments)
{
    start_on(*curve);
    bind_with(&(struct peer_binding){0});
    cr_assert(eq(int, load_with_segment(1036).reason, 8));
    bind_with(&(struct peer_binding){0});
    cr_assert(eq(int, load_with_segment(1037).reason, 7));
}

Test(bpp, bounds_its_segments_as_it_is_made)
{
    struct isd_r_settings settings = isd_r_settings_default;
    settings.segment_max = 1020;
    isd_r_destroy(peer.chip.isd_r);
    cr_assert(
        eq(int, isd_r_create(peer.chip.store, &peer.chip.random, &settings, &peer.chip.isd_r), 0));
    bind_with(&(struct peer_binding){0});
    cr_assert(eq(int, load_with_segment(1020).reason, 8));
    bind_with(&(struct peer_binding){0});
    cr_assert(eq(int, load_with_segment(1021).reason, 7));
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

BOTH_CURVES(needs_a_prepared_session)
{
    start_on(*curve);
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x36, 0x03, 0xBF, 0x23, 0x00)),
                 SW_CONDITIONS_NOT_SATISFIED));
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x36, 0x03, 0xBF, 0x23, 0x00)),
                 SW_CONDITIONS_NOT_SATISFIED));
}

static struct bytes metadata_of(struct bytes iccid, uint8_t kind)
{
    static uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&out, 0xBF25);
    tlv_put(&out, 0x5A, iccid);
    tlv_put(&out, 0x91, bytes_of_text("Provider"));
    tlv_put(&out, 0x92, bytes_of_text("Name"));
    tlv_put_u8(&out, 0x95, kind);
    tlv_close(&out, mark);
    return writer_bytes(&out);
}

Test(bpp, installs_a_package_from_the_field)
{
    char path[512];
    static uint8_t package[1 << 17];
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(path, sizeof(path), "%s/data/ts48/TS48v5_SAIP2.3_BERTLV_SUCI.der",
             shared != NULL ? shared : "../shared");
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        cr_skip("%s is not there", path);
    const size_t len = fread(package, 1, sizeof(package), file);
    fclose(file);
    static const uint8_t iccid[] = {0x98, 0x00, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0x14};
    for (uint8_t kind = 0; kind < 3; kind++) {
        bind_with(
            &(struct peer_binding){.package = bytes_of(package, len),
                                   .metadata = metadata_of(bytes_of(iccid, sizeof(iccid)), kind)});
        const struct peer_outcome outcome = peer_load(&peer, PEER_CUT_LPAC);
        cr_assert(outcome.installed, "class %u: command %d, reason %d", kind, outcome.command,
                  outcome.reason);
        uint8_t room[16];
        struct writer request = writer_on(room, sizeof(room));
        const size_t mark = tlv_open(&request, 0xBF33);
        tlv_put(&request, 0x5A, bytes_of(iccid, sizeof(iccid)));
        tlv_close(&request, mark);
        cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF33), 0));
    }
}
