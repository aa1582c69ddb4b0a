/* The queue of proactive commands: which are asked, how they are coded, what ends them. */
#include "fs/toolkit/menu.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"

#define LE_OPEN 256

static struct proactive proactive;
static uint8_t full[40]; /* a profile that knows everything */

static void start(void)
{
    memset(full, 0xFF, sizeof(full));
    proactive = (struct proactive){0};
    proactive_reset(&proactive);
}

TestSuite(proactive, .init = start);

static const char *fetch(void)
{
    static char text[HEX_SIZE(PROACTIVE_COMMAND_MAX)];
    uint8_t room[PROACTIVE_COMMAND_MAX];
    struct writer out = writer_on(room, sizeof(room));
    if (proactive_fetch(&proactive, LE_OPEN, &out) != 0)
        return "nothing";
    hex_encode(writer_bytes(&out), text);
    return text;
}

/* Answers what was fetched with this general result. */
static int respond(uint8_t number, uint8_t type, uint8_t qualifier, uint8_t result)
{
    return proactive_respond(&proactive, BYTES(0x81, 0x03, number, type, qualifier, 0x82, 0x02,
                                               0x82, 0x81, 0x83, 0x01, result));
}

Test(proactive, each_kind_is_supported_by_its_bit_alone)
{
    static const struct {
        enum proactive_kind kind;
        size_t byte;
        uint8_t bit;
        const char *command;
    } rows[] = {
        {PROACTIVE_LOCATION, 4, 0x40, "D009810301260082028182"},
        {PROACTIVE_IMEI, 4, 0x40, "D009810301260182028182"},
        {PROACTIVE_POLL_INTERVAL, 3, 0x20, "D00D8103010300820281828402013C"},
        {PROACTIVE_REFRESH_RESET, 3, 0x80, "D009810301010482028182"},
        {PROACTIVE_REFRESH_STATE_CHANGE, 34, 0x20, "D009810301010982028182"},
        {PROACTIVE_SEND_SMS, 4, 0x02, "D009810301130082028183"},
        {PROACTIVE_SET_UP_EVENT_LIST, 5, 0x01, "D009810301050082028182"},
        {PROACTIVE_SET_UP_MENU, 4, 0x20, "D009810301250082028182"},
        {PROACTIVE_DISPLAY_TEXT, 3, 0x01, "D009810301218082028102"},
        {PROACTIVE_GET_INPUT, 3, 0x04, "D009810301230182028182"},
        {PROACTIVE_TIMER_START, 8, 0x01, "D009810301270082028182"},
        {PROACTIVE_PLAY_TONE, 3, 0x10, "D009810301200082028103"},
        {PROACTIVE_REFRESH, 3, 0x80, "D009810301010182028182"},
        {PROACTIVE_TIMER_STOP, 8, 0x01, "D009810301270182028182"},
        {PROACTIVE_OPEN_CHANNEL, 12, 0x01, "D009810301400182028182"},
        {PROACTIVE_CLOSE_CHANNEL, 12, 0x02, "D009810301410082028182"},
        {PROACTIVE_RECEIVE_DATA, 12, 0x04, "D009810301420082028182"},
        {PROACTIVE_SEND_DATA_STORE, 12, 0x08, "D009810301430082028182"},
        {PROACTIVE_SEND_DATA, 12, 0x08, "D009810301430182028182"},
        {PROACTIVE_CHANNEL_STATUS, 12, 0x10, "D009810301440082028182"},
    };
    cr_assert_eq(sizeof(rows) / sizeof(rows[0]), PROACTIVE_KINDS);
    for (size_t i = 0; i < PROACTIVE_KINDS; i++) {
        uint8_t one[40] = {0};
        proactive_reset(&proactive);
        proactive.settings.poll_interval = 0;
        full[rows[i].byte - 1] ^= rows[i].bit;
        proactive_meet(&proactive, bytes_of(full, sizeof(full)));
        full[rows[i].byte - 1] ^= rows[i].bit;
        cr_assert_not(proactive_supports(&proactive, rows[i].kind), "kind %zu", i);
        proactive_ask(&proactive, rows[i].kind);
        cr_assert_not(proactive_is_busy(&proactive), "kind %zu", i);
        one[rows[i].byte - 1] = rows[i].bit;
        proactive_meet(&proactive, bytes_of(one, rows[i].byte - 1));
        cr_assert_eq(proactive.supported, 0, "kind %zu", i);
        proactive_meet(&proactive, bytes_of(one, rows[i].byte));
        cr_assert(proactive_supports(&proactive, rows[i].kind), "kind %zu", i);
        proactive.settings.poll_interval = 60;
        proactive_ask(&proactive, rows[i].kind);
        cr_assert_eq(proactive_waiting(&proactive), strlen(rows[i].command) / 2, "kind %zu", i);
        cr_assert_str_eq(fetch(), rows[i].command, "kind %zu", i);
    }
}

Test(proactive, data_go_with_a_command_in_their_order)
{
    uint8_t much[PROACTIVE_DATA_MAX + 1] = {0};
    struct proactive other = {0};
    cr_assert_not(proactive_send(&proactive, PROACTIVE_SEND_SMS, BYTES(0x8B, 0x00)));
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    cr_assert(proactive_send(&proactive, PROACTIVE_SEND_SMS, BYTES(0x8B, 0x01, 0x41)));
    cr_assert(proactive_send(&proactive, PROACTIVE_SEND_SMS, BYTES(0x8B, 0x01, 0x42)));
    cr_assert_not(proactive_send(&proactive, PROACTIVE_SEND_SMS, bytes_of(much, sizeof(much))));
    cr_assert(proactive_send(&proactive, PROACTIVE_SEND_SMS, bytes_of(much, PROACTIVE_DATA_MAX)));
    cr_assert_str_eq(fetch(), "D00C8103011300820281838B0141");
    cr_assert_eq(respond(1, 0x13, 0x00, 0), 0);
    proactive_settle(&proactive);
    proactive_move(&proactive, &other);
    cr_assert_not(proactive_is_busy(&proactive));
    proactive_move(&other, &proactive);
    cr_assert_str_eq(fetch(), "D00C8103021300820281838B0142");
    cr_assert_eq(respond(2, 0x13, 0x00, 0), 0);
    proactive_settle(&proactive);
    cr_assert_eq(proactive_waiting(&proactive), 255);
    for (int i = 0; i < PROACTIVE_QUEUE_MAX - 1; i++)
        cr_assert(proactive_send(&proactive, PROACTIVE_DISPLAY_TEXT, BYTES(0x8D, 0x00)));
    cr_assert_not(proactive_send(&proactive, PROACTIVE_DISPLAY_TEXT, BYTES(0x8D, 0x00)));
    proactive_reset(&proactive);
    cr_assert_not(proactive_is_busy(&proactive));
}

Test(proactive, an_interval_is_told_in_seconds_or_in_minutes)
{
    static const struct {
        uint32_t seconds;
        const char *duration;
    } rows[] = {{1, "84020101"},     {255, "840201FF"},       {256, "84020004"},
                {600, "8402000A"},   {15300, "840200FF"},     {15360, "840200FF"},
                {86400, "840200FF"}, {UINT32_MAX, "840200FF"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        proactive.settings.poll_interval = rows[i].seconds;
        proactive_reset(&proactive);
        proactive_meet(&proactive, bytes_of(full, sizeof(full)));
        const char *command = fetch();
        cr_assert_str_eq(command + strlen(command) - 8, rows[i].duration, "row %zu", i);
    }
}

Test(proactive, nothing_is_asked_before_a_profile_and_by_default_nothing_after)
{
    proactive_ask(&proactive, PROACTIVE_REFRESH_RESET);
    cr_assert_eq(proactive_waiting(&proactive), 0);
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    cr_assert_eq(proactive_waiting(&proactive), 0);
    cr_assert_str_eq(fetch(), "nothing");
    cr_assert_eq(respond(1, 0x01, 0x04, 0), SW_CONDITIONS_NOT_SATISFIED);
}

Test(proactive, a_command_stays_until_it_is_answered)
{
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    proactive_ask(&proactive, PROACTIVE_REFRESH_RESET);
    proactive_ask(&proactive, PROACTIVE_IMEI);
    proactive_ask(&proactive, PROACTIVE_REFRESH_RESET);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(proactive_waiting(&proactive), 11);
    cr_assert_eq(respond(1, 0x01, 0x04, 0), SW_CONDITIONS_NOT_SATISFIED);
    for (int i = 0; i < 3; i++) {
        cr_assert_str_eq(fetch(), "D009810301010482028182");
        cr_assert_eq(proactive_waiting(&proactive), 0);
    }
    cr_assert_eq(respond(1, 0x01, 0x04, 0), 0);
    proactive_forget_answer(&proactive);
    proactive_settle(&proactive);
    cr_assert_eq(proactive.count, 2);
    cr_assert_eq(respond(1, 0x01, 0x04, 0), 0);
    proactive_settle(&proactive);
    cr_assert_str_eq(fetch(), "D009810302260182028182");
    cr_assert_eq(respond(1, 0x26, 0x01, 0), SW_WRONG_DATA);
    cr_assert_eq(respond(2, 0x26, 0x01, 0), 0);
    proactive_settle(&proactive);
    cr_assert_not(proactive_is_busy(&proactive));
}

Test(proactive, what_was_fetched_is_told_again_after_another_profile)
{
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    proactive_ask(&proactive, PROACTIVE_REFRESH_RESET);
    fetch();
    proactive_meet(&proactive, bytes_of(full, 3));
    cr_assert_eq(proactive_waiting(&proactive), 11);
    proactive_reset(&proactive);
    cr_assert_not(proactive_is_busy(&proactive));
    cr_assert_not(proactive.terminal);
}

Test(proactive, general_results_up_to_0f_mean_done)
{
    for (unsigned result = 0; result <= 0xFF; result++) {
        proactive_reset(&proactive);
        proactive_meet(&proactive, bytes_of(full, sizeof(full)));
        proactive_ask(&proactive, PROACTIVE_REFRESH_STATE_CHANGE);
        fetch();
        cr_assert_eq(respond(1, 0x01, 0x09, (uint8_t)result), 0);
        cr_assert(proactive.answer.given);
        cr_assert_eq(proactive.answer.kind, PROACTIVE_REFRESH_STATE_CHANGE);
        cr_assert_eq(proactive.answer.done, result <= 0x0F, "result %02X", result);
    }
}

Test(proactive, numbers_go_round_from_fe_to_01)
{
    uint8_t number = 1;
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    for (int i = 0; i < 600; i++) {
        proactive_ask(&proactive, PROACTIVE_IMEI);
        fetch();
        cr_assert_eq(respond(number, 0x26, 0x01, 0), 0);
        proactive_settle(&proactive);
        number = number == 0xFE ? 1 : number + 1;
    }
}

/* Every cut of an answer, and every other byte in it but the result's. */
Test(proactive, answers_that_are_cut_or_for_another_are_refused)
{
    const struct bytes right =
        BYTES(0x81, 0x03, 0x01, 0x01, 0x09, 0x82, 0x02, 0x82, 0x81, 0x83, 0x01, 0x00);
    uint8_t wrong[12];
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    proactive_ask(&proactive, PROACTIVE_REFRESH_STATE_CHANGE);
    fetch();
    for (size_t len = 0; len < right.len; len++)
        cr_assert_eq(proactive_respond(&proactive, bytes_of(right.data, len)), SW_WRONG_DATA);
    for (size_t i = 0; i < right.len - 1; i++) {
        memcpy(wrong, right.data, sizeof(wrong));
        wrong[i] ^= 0x04;
        cr_assert_eq(proactive_respond(&proactive, bytes_of(wrong, sizeof(wrong))), SW_WRONG_DATA);
    }
    cr_assert_not(proactive.answer.given);
    cr_assert_eq(proactive_respond(&proactive, right), 0);
}

Test(proactive, a_wrong_le_is_told_the_right_one)
{
    uint8_t room[PROACTIVE_COMMAND_MAX];
    struct writer out = writer_on(room, sizeof(room));
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    proactive_ask(&proactive, PROACTIVE_REFRESH_RESET);
    for (uint32_t le = 1; le < LE_OPEN; le++) {
        if (le != 11)
            cr_assert_eq(proactive_fetch(&proactive, le, &out), 0x6C0B);
    }
    cr_assert_eq(out.len, 0);
    cr_assert_eq(proactive_waiting(&proactive), 11);
    cr_assert_eq(proactive_fetch(&proactive, 11, &out), 0);
}

/* The built-in menu: what it asks, and what comes of what it is told. */
static const char *next(void)
{
    const char *command = fetch();
    const struct proactive_entry *first = &proactive.queue[0];
    static const uint8_t types[PROACTIVE_KINDS][2] = {
        [PROACTIVE_SET_UP_EVENT_LIST] = {0x05, 0x00}, [PROACTIVE_SET_UP_MENU] = {0x25, 0x00},
        [PROACTIVE_DISPLAY_TEXT] = {0x21, 0x80},      [PROACTIVE_GET_INPUT] = {0x23, 0x01},
        [PROACTIVE_TIMER_START] = {0x27, 0x00},
    };
    if (!proactive_is_busy(&proactive))
        return command;
    const uint8_t *type = types[first->kind];
    cr_assert_eq(proactive_respond(&proactive,
                                   BYTES(0x81, 0x03, proactive.number, type[0], type[1], 0x82, 0x02,
                                         0x82, 0x81, 0x83, 0x01, 0x00, 0x8D, 0x03, 0x04, 'H', 'i')),
                 0);
    menu_answered(&proactive);
    proactive_settle(&proactive);
    return command + strlen("D00981030125008202828182") - 2;
}

static void tell(uint32_t tag, struct bytes value)
{
    menu_envelope(&proactive, &(struct tlv){.tag = tag, .value = value});
}

Test(proactive, a_menu_for_tests)
{
    proactive.settings.test_menu = 1;
    cr_assert(menu_is_on(&proactive));
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    menu_begin(&proactive);
    cr_expect_str_eq(next(), "990104");
    cr_expect_str_eq(next(), "8506656D75696363" /* emuicc */
                             "8F0E0153617920736F6D657468696E67"
                             "8F0C0254656E207365636F6E6473");
    cr_expect_str_eq(next(), "nothing");
    tell(0xD3, BYTES(0x82, 0x02, 0x01, 0x81, 0x90, 0x01, 0x01));
    cr_expect_str_eq(next(), "8D14045468697320697320612074657374206D656E75");
    cr_expect_str_eq(next(), "8D0E0453617920736F6D657468696E6791020114");
    cr_expect_str_eq(next(), "8D0D04596F7520736169643A204869"); /* You said: Hi */
    tell(0xD3, BYTES(0x82, 0x02, 0x01, 0x81, 0x10, 0x01, 0x02));
    cr_expect_str_eq(next(), "A40101A503000001");
    tell(0xD7, BYTES(0x82, 0x02, 0x82, 0x81, 0x24, 0x01, 0x01));
    cr_expect_str_eq(next(), "8D19045468652074656E207365636F6E647320617265206F766572");
    tell(0xD6, BYTES(0x19, 0x01, 0x04));
    cr_expect_str_eq(next(), "8D1204536F6D65626F6479206973207468657265");
    /* Not its own. */
    tell(0xD3, BYTES(0x90, 0x01, 0x03));
    tell(0xD3, BYTES(0x90, 0x02, 0x01, 0x01));
    tell(0xD7, BYTES(0xA4, 0x01, 0x02));
    tell(0xD6, BYTES(0x99, 0x01, 0x05));
    tell(0xD8, BYTES(0x90, 0x01, 0x01));
    cr_expect_str_eq(next(), "nothing");
}

/* A list takes the place of the one before it: those who listen to something else keep it. */
Test(proactive, listeners_share_one_event_list)
{
    static const char *const lists[] = {"990104", "99020409", "990109", "9900"};
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    cr_expect(proactive_listen(&proactive, PROACTIVE_EVENT_USER_ACTIVITY));
    cr_expect(proactive_listen(&proactive, PROACTIVE_EVENT_DATA_AVAILABLE));
    cr_expect(proactive_listen(&proactive, PROACTIVE_EVENT_DATA_AVAILABLE)); /* is there already */
    proactive_stop_listening(&proactive, PROACTIVE_EVENT_USER_ACTIVITY);
    proactive_stop_listening(&proactive, PROACTIVE_EVENT_USER_ACTIVITY);
    proactive_stop_listening(&proactive, PROACTIVE_EVENT_DATA_AVAILABLE);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const char *command = fetch();
        cr_expect_str_eq(strstr(command, "99"), lists[i], "%s", command);
        cr_assert_eq(respond((uint8_t)(i + 1), 0x05, 0x00, 0x00), 0);
        proactive_settle(&proactive);
    }
    cr_expect_str_eq(fetch(), "nothing");
}

Test(proactive, a_channel_is_a_device)
{
    proactive_meet(&proactive, bytes_of(full, sizeof(full)));
    cr_expect(proactive_send_to(&proactive, PROACTIVE_RECEIVE_DATA, 0x21, BYTES(0xB7, 0x01, 0xED)));
    cr_expect_str_eq(fetch(), "D00C810301420082028121B701ED");
}
