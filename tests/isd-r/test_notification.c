/* ListNotification, RetrieveNotificationsList, RemoveNotificationFromList. */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"

static struct peer peer;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(notification, .init = start, .fini = stop);

#define ICCID_1 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10

static void change(uint8_t tag)
{
    cr_assert(
        eq(int,
           peer_result(&peer,
                       BYTES(0xBF, tag, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, ICCID_1, 0x81, 0x01, 0x00),
                       0xBF00u | tag),
           0));
}

static size_t list(struct bytes request, uint32_t *sequences)
{
    struct tlv whole, one, field;
    size_t count = 0;
    cr_assert(tlv_whole(peer_ask(&peer, request, 0xBF28), 0xA0, &whole));
    while (tlv_take_tag(&whole.value, 0xBF2F, &one)) {
        cr_assert(tlv_take_tag(&one.value, 0x80, &field));
        cr_assert(der_to_unsigned(field.value, UINT32_MAX, &sequences[count++]));
        cr_assert(tlv_take_tag(&one.value, 0x81, &field));
        cr_assert(ge(sz, field.value.len, 2));
        cr_assert(tlv_take_tag(&one.value, DER_UTF8_STRING, &field));
        cr_assert(tlv_take_tag(&one.value, 0x5A, &field));
    }
    cr_assert(eq(sz, whole.value.len, 0));
    return count;
}

static int remove_number(uint32_t number)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF30);
    der_put_integer(&request, 0x80, number);
    tlv_close(&request, mark);
    return peer_result(&peer, writer_bytes(&request), 0xBF30);
}

Test(notification, is_listed_by_operation)
{
    uint32_t sequences[32];
    change(0x31);
    change(0x32);
    change(0x31);
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 7));
    for (size_t i = 0; i < 7; i++)
        cr_assert(eq(u32, sequences[i], 1 + (uint32_t)i));
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x04, 0x81, 0x02, 0x07, 0x80), sequences), 2));
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x04, 0x81, 0x02, 0x06, 0x40), sequences), 4));
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x04, 0x81, 0x02, 0x05, 0x60), sequences), 5));
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x04, 0x81, 0x02, 0x04, 0x10), sequences), 0));
    cr_assert(eq(sz, peer_count_notifications(&peer, 1u << 2), 1));
    cr_assert(eq(sz, peer_count_notifications(&peer, 0), 7));
}

Test(notification, is_retrieved_by_number_with_the_same_bytes)
{
    static uint8_t first[8192];
    const struct bytes request = BYTES(0xBF, 0x2B, 0x05, 0xA0, 0x03, 0x80, 0x01, 0x02);
    const struct bytes answer = peer_ask(&peer, request, 0xBF2B);
    struct writer copy = writer_on(first, sizeof(first));
    writer_put(&copy, answer);
    cr_assert(gt(sz, answer.len, 100));
    change(0x31);
    peer_restart_chip(&peer);
    cr_assert(bytes_equal(peer_ask(&peer, request, 0xBF2B), writer_bytes(&copy)));
}

/* A chip that answers with an error where there is none answers no other way where there is one. */
Test(notification, is_retrieved_from_a_chip_with_an_error_for_none)
{
    static struct isd_r_settings settings;
    settings = isd_r_settings_default;
    settings.quirks |= ISD_R_QUIRK_RETRIEVE_ERROR;
    peer_become(&peer, &settings);
    struct bytes answer =
        peer_ask(&peer, BYTES(0xBF, 0x2B, 0x05, 0xA0, 0x03, 0x80, 0x01, 0x02), 0xBF2B);
    struct tlv tlv;
    cr_assert(tlv_take_tag(&answer, 0xA0, &tlv));
    cr_assert(gt(sz, tlv.value.len, 100));
    answer = peer_ask(&peer, BYTES(0xBF, 0x2B, 0x05, 0xA0, 0x03, 0x80, 0x01, 0x63), 0xBF2B);
    cr_assert(bytes_equal(answer, BYTES(0x81, 0x01, 0x01)));
}

Test(notification, is_removed_once)
{
    uint32_t sequences[32];
    cr_assert(eq(int, remove_number(2), 0));
    cr_assert(eq(int, remove_number(2), 1));
    cr_assert(eq(int, remove_number(77), 1));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x30, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(int, peer_result(&peer, BYTES(0xBF, 0x30, 0x03, 0x80, 0x01, 0xFF), 0xBF30), 1));
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 1));
}

/* The number of one that is gone is not given again, also not after a restart. */
Test(notification, numbers_only_grow)
{
    uint32_t sequences[32];
    cr_assert(eq(int, remove_number(1), 0));
    cr_assert(eq(int, remove_number(2), 0));
    peer_restart_chip(&peer);
    change(0x31);
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 2));
    cr_assert(eq(u32, sequences[0], 3));
    cr_assert(eq(u32, sequences[1], 4));
}

TestSuite(first_notification, .fini = stop);

Test(first_notification, has_the_number_the_chip_is_made_with)
{
    uint32_t sequences[32];
    struct isd_r_settings settings = isd_r_settings_default;
    settings.first_notification = 1000;
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    isd_r_destroy(peer.chip.isd_r);
    cr_assert(
        eq(int, isd_r_create(peer.chip.store, &peer.chip.random, &settings, &peer.chip.isd_r), 0));
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 2));
    cr_assert(eq(u32, sequences[0], 1000));
    /* From there on the chip's own memory counts. */
    peer_restart_chip(&peer);
    change(0x31);
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 4));
    cr_assert(eq(u32, sequences[2], 1002));
}

/* What a failed commit undoes, numbers included. */
Test(notification, numbers_go_back_with_a_rollback)
{
    uint32_t sequences[32];
    uint8_t room[64];
    struct writer data = writer_on(room, sizeof(room));
    const struct apdu apdu = {
        .p1 = 0x91,
        .data = BYTES(0xBF, 0x31, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, ICCID_1, 0x81, 0x01, 0x00)};
    cr_assert(eq(int, isd_r_application.commands.rows[0].handle(peer.chip.isd_r, &apdu, &data), 0));
    cr_assert(ne(u32, isd_r_enabled_profile(peer.chip.isd_r), 0));
    store_rollback(peer.chip.store);
    cr_assert(eq(int, isd_r_rollback(peer.chip.isd_r), 0));
    cr_assert(eq(u32, isd_r_enabled_profile(peer.chip.isd_r), 0));
    change(0x31);
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 4));
    cr_assert(eq(u32, sequences[2], 3));
}

Test(notification, outlives_its_profile)
{
    cr_assert(eq(int, peer_result(&peer, BYTES(0xBF, 0x33, 0x0C, 0x5A, 0x0A, ICCID_1), 0xBF33), 0));
    cr_assert(eq(sz, peer_count_notifications(&peer, 1u << 3), 1));
    cr_assert(eq(sz, peer_count_notifications(&peer, 0), 3));
}

/* More than one answer can hold: the oldest come first, the rest once they are removed. */
Test(notification, come_as_many_as_fit)
{
    uint32_t sequences[256];
    for (int i = 0; i < 40; i++) {
        change(0x31);
        change(0x32);
    }
    cr_assert(eq(sz, list(BYTES(0xBF, 0x28, 0x00), sequences), 122));
    size_t removed = 0;
    while (removed < 122) {
        const size_t shown = peer_count_notifications(&peer, 0);
        cr_assert(gt(sz, shown, 0));
        cr_assert(lt(sz, shown, 122));
        for (size_t i = 0; i < shown; i++)
            cr_assert(eq(int, remove_number((uint32_t)++removed), 0));
    }
    cr_assert(eq(sz, peer_count_notifications(&peer, 0), 0));
}
