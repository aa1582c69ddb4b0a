/* SELECT of ISD-R and ECASD, and what the ECASD tells. */
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"

static struct peer peer;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(select, .init = start, .fini = stop);

static const uint8_t isd_r_aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                    0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};
static const uint8_t ecasd_aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                    0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x02, 0x00};

static int answer(const struct application *application, uint8_t p2, struct bytes aid,
                  struct writer *out)
{
    const struct apdu select = {.ins = 0xA4, .p1 = 0x04, .p2 = p2, .data = aid};
    return application->select(peer.chip.isd_r, &select, aid, out);
}

Test(select, isd_r_tells_its_version)
{
    uint8_t room[64];
    struct tlv whole, field;
    for (uint8_t p2 = 0; p2 <= 4; p2 += 4) {
        struct writer out = writer_on(room, sizeof(room));
        cr_assert(eq(int, answer(&isd_r_application, p2, bytes_of(isd_r_aid, 16), &out), 0));
        cr_assert(tlv_whole(writer_bytes(&out), 0x6F, &whole));
        cr_assert(tlv_take_tag(&whole.value, 0x84, &field));
        cr_assert(bytes_equal(field.value, bytes_of(isd_r_aid, 16)));
        cr_assert(tlv_take_tag(&whole.value, 0xA5, &field));
        cr_assert(bytes_equal(field.value, BYTES(0x9F, 0x65, 0x01, 0xFF)));
        cr_assert(tlv_take_tag(&whole.value, 0xE0, &field));
        cr_assert(bytes_equal(field.value, BYTES(0x82, 0x03, 0x02, 0x05, 0x00)));
        cr_assert(eq(sz, whole.value.len, 0));
    }
}

/* The value of the template in the answer to a SELECT. */
static struct bytes template_now(void)
{
    static uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(eq(int, answer(&isd_r_application, 4, bytes_of(isd_r_aid, 16), &out), 0));
    return peer_find(writer_bytes(&out), 0xE0);
}

/* A chip of v3 says its lowest version, and whether a profile is enabled. */
Test(select, a_template_of_v3_has_the_configuration)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    peer_become(&peer, v3_settings(0));
    cr_assert(bytes_equal(template_now(), BYTES(0x82, 0x03, 0x02, 0x05, 0x00, 0x03, 0x01, 0x00)));
    const struct peer_outcome outcome = peer_download(&peer, &(struct peer_binding){0});
    const size_t mark = tlv_open(&request, 0xBF31);
    const size_t choice = tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, bytes_of(outcome.iccid, outcome.iccid_len));
    tlv_close(&request, choice);
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, mark);
    cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF31), 0));
    cr_assert(
        bytes_equal(template_now(), BYTES(0x82, 0x03, 0x02, 0x05, 0x00, 0x03, 0x02, 0x05, 0x20)));
}

Test(select, answers_what_p2_asks_for)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(eq(int, answer(&isd_r_application, 0x0C, bytes_of(isd_r_aid, 16), &out), 0));
    cr_assert(eq(sz, out.len, 0));
    cr_assert(
        eq(int, answer(&isd_r_application, 0x08, bytes_of(isd_r_aid, 16), &out), SW_WRONG_P1_P2));
    cr_assert(eq(int, answer(&isd_r_application, 0x02, bytes_of(isd_r_aid, 16), &out),
                 SW_FILE_NOT_FOUND));
    cr_assert(eq(int, answer(&ecasd_application, 0x00, bytes_of(ecasd_aid, 16), &out), 0));
    cr_assert(eq(u8, room[0], 0x6F));
}

static bool matches(const struct application *application, struct bytes aid)
{
    const struct apdu select = {.ins = 0xA4, .p1 = 0x04, .data = aid};
    return application->matches(peer.chip.isd_r, &select, aid);
}

Test(select, knows_its_own_aid_and_its_front)
{
    const struct bytes isd_r = bytes_of(isd_r_aid, 16), ecasd = bytes_of(ecasd_aid, 16);
    cr_assert(matches(&isd_r_application, isd_r));
    cr_assert(matches(&isd_r_application, bytes_of(isd_r_aid, 14)));
    cr_assert(matches(&isd_r_application, bytes_of(isd_r_aid, 5)));
    cr_assert(not(matches(&isd_r_application, bytes_of(isd_r_aid, 4))));
    cr_assert(not(matches(&isd_r_application, ecasd)));
    cr_assert(not(matches(&isd_r_application, (struct bytes){0})));
    cr_assert(matches(&ecasd_application, ecasd));
    cr_assert(not(matches(&ecasd_application, isd_r)));
}

static uint16_t get_data(struct bytes apdu, struct writer *out)
{
    return chip_transmit(&peer.chip, &ecasd_application, apdu, out);
}

Test(select, ecasd_tells_the_eid_in_either_class)
{
    uint8_t room[64];
    for (int family = 0; family <= 0x80; family += 0x80) {
        struct writer out = writer_on(room, sizeof(room));
        cr_assert(eq(u16, get_data(BYTES((uint8_t)family, 0xCA, 0x00, 0x5A, 0x00), &out), SW_OK));
        cr_assert(eq(sz, out.len, 18));
        cr_assert(bytes_start_with(writer_bytes(&out), BYTES(0x5A, 0x10)));
        cr_assert(bytes_equal(bytes_of(room + 2, 16), bytes_of(isd_r_eid(peer.chip.isd_r), 16)));
        cr_assert(eq(u16, get_data(BYTES((uint8_t)family, 0xCA, 0x00, 0x66, 0x00), &out),
                     SW_REFERENCE_NOT_FOUND));
        cr_assert(eq(u16, get_data(BYTES((uint8_t)family, 0xCB, 0x00, 0x5A, 0x00), &out),
                     SW_INSTRUCTION));
    }
}

/* LPAs ask the ECASD for the EID between two steps of a download. */
Test(select, leaves_a_session_alone)
{
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 0));
    if (isd_r_application.deselect != NULL)
        isd_r_application.deselect(peer.chip.isd_r, 0);
    cr_assert(eq(u16, get_data(BYTES(0x80, 0xCA, 0x00, 0x5A, 0x00), &out), SW_OK));
    peer_bind(&peer, &(struct peer_binding){0});
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
}
