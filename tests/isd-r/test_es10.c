/* The functions that need no session. */
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/info/euicc_info.h"

static struct peer peer;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(es10, .init = start, .fini = stop);

static bool answers(struct bytes request, struct bytes expected)
{
    const uint16_t status = peer_call(&peer, request);
    return status == SW_OK && bytes_equal(writer_bytes(&peer.response), expected);
}

Test(es10, lists_each_function_once)
{
    for (size_t i = 0; i < es10_functions.count; i++) {
        const struct es10_row *row = &es10_functions.rows[i];
        cr_assert(es10_find(row->tag) == row, "%s", row->name);
        cr_assert(row->handle != NULL, "%s", row->name);
        const char *section = row->chips & ES10_CONSUMER ? "SGP.22 §5.7." : "SGP.32 §5.9.";
        cr_assert(strncmp(row->section, section, strlen(section)) == 0 ||
                      strcmp(row->section, "SGP.22 Annex H") == 0, /* no public text numbers it */
                  "%s", row->name);
        cr_assert(row->chips != 0 && (row->chips & ~ES10_ALL) == 0, "%s", row->name);
    }
}

/* Half an answer is none. */
Test(es10, an_answer_that_has_no_room_is_a_failure)
{
    uint8_t room[20];
    for (size_t size = 0; size < sizeof(room); size++) {
        struct writer response = writer_on(room, size);
        cr_assert(eq(int, es10_execute(peer.chip.isd_r, BYTES(0xBF, 0x2E, 0x00), &response),
                     FAILURE_INTERNAL));
    }
}

Test(es10, tells_its_addresses)
{
    static const char root[] = "testrootsmds.example.com";
    struct tlv address;
    struct bytes value = peer_ask(&peer, BYTES(0xBF, 0x3C, 0x00), 0xBF3C);
    cr_assert(tlv_take_tag(&value, 0x81, &address));
    cr_assert(bytes_equal(address.value, bytes_of_text(root)));
    cr_assert(
        eq(int, peer_result(&peer, BYTES(0xBF, 0x3F, 0x05, 0x80, 0x03, 'a', '.', 'b'), 0xBF3F), 0));
    peer_restart_chip(&peer);
    value = peer_ask(&peer, BYTES(0xBF, 0x3C, 0x00), 0xBF3C);
    cr_assert(tlv_take_tag(&value, 0x80, &address));
    cr_assert(bytes_equal(address.value, BYTES('a', '.', 'b')));
    cr_assert(tlv_take_tag(&value, 0x81, &address));
    cr_assert(eq(int, peer_result(&peer, BYTES(0xBF, 0x3F, 0x02, 0x80, 0x00), 0xBF3F), 0));
    value = peer_ask(&peer, BYTES(0xBF, 0x3C, 0x00), 0xBF3C);
    cr_assert(not(tlv_take_tag(&value, 0x80, &address)));
    cr_assert(eq(int, peer_result(&peer, BYTES(0xBF, 0x3F, 0x03, 0x80, 0x01, 0xFF), 0xBF3F), 127));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x3F, 0x00)), SW_WRONG_DATA));
}

/* What GetEuiccConfiguredAddresses answers behind the first two addresses. */
static struct bytes configured_of_v3(void)
{
    struct tlv address;
    struct bytes value = peer_ask(&peer, BYTES(0xBF, 0x3C, 0x00), 0xBF3C);
    (void)tlv_take_tag(&value, 0x80, &address);
    cr_assert(tlv_take_tag(&value, 0x81, &address));
    return value;
}

/* SetDefaultDpAddress to a.b, to be believed by this CI alone. */
static int set_address(struct bytes ci_key_id)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF3F);
    tlv_put(&request, 0x80, bytes_of_text("a.b"));
    tlv_put(&request, 0x81, ci_key_id);
    tlv_close(&request, mark);
    return peer_result(&peer, writer_bytes(&request), 0xBF3F);
}

Test(es10, tells_more_servers_from_v3_on)
{
    struct isd_r_settings settings = *v3_settings(0);
    struct euicc_info info = *settings.info;
    struct tlv list, name, entry, key_id;
    const struct bytes ci = peer_entity(&peer, PKI_CI)->certificate.subject_key_id;
    info.additional_root_ds_addresses = "b.example, c.example,,";
    settings.info = &info;
    cr_assert(eq(sz, configured_of_v3().len, 0));
    cr_assert(eq(int, set_address(BYTES(1, 2)), 0)); /* which a chip of v2 does not look at */
    peer_become(&peer, &settings);
    struct bytes value = configured_of_v3();
    cr_assert(tlv_take_tag(&value, 0xA2, &list));
    cr_assert(tlv_take_tag(&list.value, 0x0C, &name));
    cr_assert(bytes_equal(name.value, bytes_of_text("b.example")));
    cr_assert(tlv_take_tag(&list.value, 0x0C, &name));
    cr_assert(bytes_equal(name.value, bytes_of_text("c.example")));
    cr_assert(eq(sz, list.value.len, 0));
    cr_assert(tlv_take_tag(&value, 0xA4, &list));
    cr_assert(tlv_take_tag(&list.value, DER_SEQUENCE, &entry));
    cr_assert(tlv_take_tag(&entry.value, 0x80, &key_id) && bytes_equal(key_id.value, ci));
    cr_assert(tlv_take_tag(&entry.value, 0x81, &name) && name.value.len > 0);
    cr_assert(eq(sz, list.value.len + value.len, 0));
}

Test(es10, believes_a_default_server_by_the_ci_that_was_named)
{
    struct tlv allowed, list;
    const struct bytes ci = peer_entity(&peer, PKI_CI)->certificate.subject_key_id;
    peer_become(&peer, v3_settings(0));
    cr_assert(eq(int, set_address(BYTES(1, 2)), 8)); /* unsupportedCiPKId */
    cr_assert(eq(int, set_address(ci), 0));
    peer_restart_chip(&peer);
    struct bytes value = configured_of_v3();
    cr_assert(tlv_take_tag(&value, 0x83, &allowed));
    cr_assert(bytes_equal(allowed.value, ci));
    /* Another address may be anybody's again. */
    cr_assert(
        eq(int, peer_result(&peer, BYTES(0xBF, 0x3F, 0x05, 0x80, 0x03, 'c', '.', 'd'), 0xBF3F), 0));
    value = configured_of_v3();
    cr_assert(tlv_take_tag(&value, 0xA4, &list));
}

Test(es10, tells_the_eid_with_and_without_a_tag_list)
{
    struct tlv eid;
    const struct bytes requests[] = {BYTES(0xBF, 0x3E, 0x00),
                                     BYTES(0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x5A)};
    for (size_t i = 0; i < 2; i++) {
        cr_assert(tlv_whole(peer_ask(&peer, requests[i], 0xBF3E), 0x5A, &eid));
        cr_assert(bytes_equal(eid.value, bytes_of(isd_r_eid(peer.chip.isd_r), 16)));
    }
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x4F)),
                 SW_REFERENCE_NOT_FOUND));
}

Test(es10, gives_a_new_challenge_each_time)
{
    uint8_t first[16];
    struct tlv challenge;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E), 0x80, &challenge));
    cr_assert(bytes_copy_exact(challenge.value, first, sizeof(first)));
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E), 0x80, &challenge));
    cr_assert(not(bytes_equal(challenge.value, bytes_of(first, sizeof(first)))));
}

static void assert_ci_list(struct bytes value, uint32_t tag)
{
    struct tlv list, id;
    cr_assert(tlv_find(value, tag, &list));
    cr_assert(tlv_whole(list.value, DER_OCTET_STRING, &id));
    cr_assert(bytes_equal(id.value, peer_entity(&peer, PKI_CI)->certificate.subject_key_id));
}

Test(es10, tells_info1)
{
    struct tlv svn;
    struct bytes value = peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20);
    assert_ci_list(value, 0xA9);
    assert_ci_list(value, 0xAA);
    cr_assert(tlv_take_tag(&value, 0x82, &svn));
    cr_assert(bytes_equal(svn.value, BYTES(2, 5, 0)));
}

Test(es10, tells_info2_in_the_order_of_the_fields)
{
    static const uint32_t tags[] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x87,
                                    0x88, 0xA9, 0xAA, 0x8B, 0x04, 0x0C};
    struct bytes value = peer_ask(&peer, BYTES(0xBF, 0x22, 0x00), 0xBF22);
    struct tlv field;
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        cr_assert(tlv_take_tag(&value, tags[i], &field), "%X", (unsigned)tags[i]);
    cr_assert(eq(sz, value.len, 0));
}

Test(es10, tells_whose_rules_are_allowed)
{
    cr_assert(answers(BYTES(0xBF, 0x43, 0x00),
                      BYTES(0xBF, 0x43, 0x18, 0xA0, 0x16, 0x30, 0x14, 0x80, 0x02, 0x05, 0x60, 0xA1,
                            0x0B, 0x30, 0x09, 0x80, 0x03, 0xEE, 0xEE, 0xEE, 0x81, 0x00, 0x82, 0x00,
                            0x82, 0x01, 0x00)));
}

Test(es10, lists_nothing_as_an_empty_list)
{
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x00), BYTES(0xBF, 0x2D, 0x02, 0xA0, 0x00)));
    cr_assert(answers(BYTES(0xBF, 0x28, 0x00), BYTES(0xBF, 0x28, 0x02, 0xA0, 0x00)));
    cr_assert(answers(BYTES(0xBF, 0x2B, 0x00), BYTES(0xBF, 0x2B, 0x02, 0xA0, 0x00)));
    cr_assert(answers(BYTES(0xBF, 0x2B, 0x05, 0xA0, 0x03, 0x80, 0x01, 0x07),
                      BYTES(0xBF, 0x2B, 0x02, 0xA0, 0x00)));
}

#define ICCID_1 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10

Test(es10, shows_profiles_as_asked)
{
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    const struct package second = package_numbered(2);
    cr_assert(peer_download(&peer, &(struct peer_binding){.content = &second, .metadata_class = 1})
                  .installed);
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x16, 0xA0, 0x0C, 0x5A, 0x0A, ICCID_1, 0x5C, 0x06, 0x95,
                            0x92, 0x9F, 0x70, 0x5A, 0x90),
                      BYTES(0xBF, 0x2D, 0x1D, 0xA0, 0x1B, 0xE3, 0x19, 0x5A, 0x0A, ICCID_1, 0x9F,
                            0x70, 0x01, 0x00, 0x92, 0x04, 'N', 'a', 'm', 'e', 0x95, 0x01, 0x02)));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x08, 0xA0, 0x03, 0x95, 0x01, 0x00, 0x5C, 0x01, 0x95),
                      BYTES(0xBF, 0x2D, 0x07, 0xA0, 0x05, 0xE3, 0x03, 0x95, 0x01, 0x00)));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x05, 0xA0, 0x03, 0x95, 0x01, 0x01),
                      BYTES(0xBF, 0x2D, 0x02, 0xA0, 0x00)));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x06, 0x5C, 0x04, 0xB8, 0xB8, 0xBF, 0x7F),
                      BYTES(0xBF, 0x2D, 0x14, 0xA0, 0x12, 0xE3, 0x07, 0xB8, 0x05, 0x80, 0x03, 0x88,
                            0x37, 0x0A, 0xE3, 0x07, 0xB8, 0x05, 0x80, 0x03, 0x88, 0x37, 0x0A)));
}

Test(es10, shows_what_is_usual_unasked)
{
    static const uint32_t tags[] = {0x5A, 0x4F, 0x9F70, 0x91, 0x92, 0x95};
    struct tlv list, profile, field;
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    cr_assert(tlv_whole(list.value, 0xE3, &profile));
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        cr_assert(tlv_take_tag(&profile.value, tags[i], &field), "%X", (unsigned)tags[i]);
    cr_assert(eq(sz, profile.value.len, 0));
}

static int set_nickname(uint32_t tag, struct bytes nickname)
{
    uint8_t room[400];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF29);
    tlv_put(&request, 0x5A, BYTES(ICCID_1));
    tlv_put(&request, tag, nickname);
    tlv_close(&request, mark);
    return peer_result(&peer, writer_bytes(&request), 0xBF29);
}

/* All that a profile may have, of which some is for those that ask. */
Test(es10, shows_nickname_and_icon_unasked_and_no_policy)
{
    static const uint32_t unasked[] = {0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95};
    static const uint32_t asked[] = {0xB6, 0xB7, 0xB8, 0x99};
    static const uint8_t metadata[] = {
        0xBF, 0x25, 0x4B, 0x5A, 0x0A, ICCID_1, 0x91, 0x01, 'P',  0x92, 0x01, 'N',  0x93, 0x01,
        0x01, 0x94, 0x03, 0x89, 'P',  'N',     0x95, 0x01, 0x02, 0xB6, 0x21, 0x30, 0x1F, 0x80,
        0x02, 0x04, 0xF0, 0x81, 0x19, 't',     'e',  's',  't',  's',  'm',  'd',  'p',  'p',
        'l',  'u',  's',  '1',  '.',  'e',     'x',  'a',  'm',  'p',  'l',  'e',  '.',  'c',
        'o',  'm',  0xB7, 0x05, 0x80, 0x03,    0x00, 0xF1, 0x10, 0x99, 0x02, 0x06, 0x40};
    struct tlv list, profile, field;
    cr_assert(peer_download(
                  &peer, &(struct peer_binding){.metadata = bytes_of(metadata, sizeof(metadata))})
                  .installed);
    cr_assert(eq(int, set_nickname(0x90, BYTES('x')), 0));
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    cr_assert(tlv_whole(list.value, 0xE3, &profile));
    for (size_t i = 0; i < sizeof(unasked) / sizeof(unasked[0]); i++)
        cr_assert(tlv_take_tag(&profile.value, unasked[i], &field), "%X", (unsigned)unasked[i]);
    cr_assert(eq(sz, profile.value.len, 0));
    cr_assert(tlv_whole(
        peer_ask(&peer, BYTES(0xBF, 0x2D, 0x06, 0x5C, 0x04, 0x99, 0xB8, 0xB6, 0xB7), 0xBF2D), 0xA0,
        &list));
    cr_assert(tlv_whole(list.value, 0xE3, &profile));
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
        cr_assert(tlv_take_tag(&profile.value, asked[i], &field), "%X", (unsigned)asked[i]);
    cr_assert(eq(sz, profile.value.len, 0));
}

#define AID_OF_FIRST                                                                               \
    0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x10, 0x00

Test(es10, finds_profiles_by_iccid_and_aid)
{
    const struct package second = package_numbered(2);
    const struct bytes found = BYTES(0xBF, 0x2D, 0x10, 0xA0, 0x0E, 0xE3, 0x0C, 0x5A, 0x0A, ICCID_1);
    const struct bytes nothing = BYTES(0xBF, 0x2D, 0x02, 0xA0, 0x00);
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    cr_assert(peer_download(&peer, &(struct peer_binding){.content = &second}).installed);
    cr_assert(
        answers(BYTES(0xBF, 0x2D, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, ICCID_1, 0x5C, 0x01, 0x5A), found));
    cr_assert(answers(
        BYTES(0xBF, 0x2D, 0x17, 0xA0, 0x12, 0x4F, 0x10, AID_OF_FIRST, 0x5C, 0x01, 0x5A), found));
    cr_assert(
        answers(BYTES(0xBF, 0x2D, 0x09, 0xA0, 0x07, 0x4F, 0x05, 0xA0, 0, 0, 5, 0x59), nothing));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x0A, 0xA0, 0x05, 0x5A, 0x03, 0x98, 0, 0, 0x5C, 0x01, 0x5A),
                      nothing));
}

Test(es10, refuses_a_search_that_makes_no_sense)
{
    const struct bytes error = BYTES(0xBF, 0x2D, 0x03, 0x81, 0x01, 0x01);
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x02, 0xA0, 0x00), error));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x05, 0xA0, 0x03, 0x95, 0x01, 0x03), error));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x05, 0xA0, 0x03, 0x91, 0x01, 0x00), error));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x03, 0x5C, 0x01, 0x9F), error));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x02, 0x91, 0x00), error));
}

Test(es10, sets_nicknames)
{
    uint8_t letters[3 * 65];
    cr_assert(eq(int, set_nickname(0x90, BYTES('x')), 1));
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    cr_assert(eq(int, set_nickname(0x90, BYTES('x', 'y')), 0));
    const struct bytes shown =
        BYTES(0xBF, 0x2D, 0x08, 0xA0, 0x06, 0xE3, 0x04, 0x90, 0x02, 'x', 'y');
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x03, 0x5C, 0x01, 0x90), shown));
    peer_restart_chip(&peer);
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x03, 0x5C, 0x01, 0x90), shown));
    for (size_t i = 0; i < sizeof(letters); i += 3)
        memcpy(letters + i, "\xE2\x82\xAC", 3);
    cr_assert(eq(int, set_nickname(0x8F, bytes_of(letters, 3 * 64)), 0));
    cr_assert(eq(int, set_nickname(0x90, bytes_of(letters, 3 * 65)), 127));
    cr_assert(eq(int, set_nickname(0x90, BYTES(0xC0)), 127));
    cr_assert(eq(int, set_nickname(0x90, (struct bytes){0}), 0));
    cr_assert(answers(BYTES(0xBF, 0x2D, 0x03, 0x5C, 0x01, 0x90),
                      BYTES(0xBF, 0x2D, 0x04, 0xA0, 0x02, 0xE3, 0x00)));
}

/* An error that names the session needs a request that names it. */
Test(es10, no_error_of_a_session_without_its_name)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    const struct es10_row *row = es10_find(ES10_PREPARE_DOWNLOAD);
    cr_assert_eq(row->error_form, ES10_ERROR_SESSION);
    cr_expect_eq(es10_put_error(row, BYTES(0x30, 0x00), 2, &out), SW_WRONG_DATA);
    cr_expect_eq(es10_put_error(row, BYTES(0x04, 0x03, 0x80, 0x01, 0x07), 2, &out), SW_WRONG_DATA);
    cr_expect_eq(es10_put_error(row, BYTES(0x30, 0x03, 0x81, 0x01, 0x07), 2, &out), SW_WRONG_DATA);
    cr_expect_eq(out.len, 0);
    cr_expect_eq(es10_put_error(row, BYTES(0x30, 0x03, 0x80, 0x01, 0x07), 2, &out), 0);
    cr_expect(bytes_equal(writer_bytes(&out),
                          BYTES(0xBF, 0x21, 0x08, 0xA1, 0x06, 0x80, 0x01, 0x07, 0x02, 0x01, 0x02)));
}
