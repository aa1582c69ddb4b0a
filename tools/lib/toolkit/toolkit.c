#include "tools/lib/toolkit/toolkit.h"

#include "apdu/status.h"
#include "apdu/comprehension.h"
#include "apdu/trace.h"
#include "tools/lib/transport/exchange.h"

#define WHERE "toolkit"
#define INS_TERMINAL_PROFILE 0x10
#define INS_FETCH 0x12
#define INS_TERMINAL_RESPONSE 0x14
#define INS_ENVELOPE 0xC2

#define TAG_PROACTIVE 0xD0
#define TAG_SMS_DOWNLOAD 0xD1
#define TAG_MENU_SELECTION 0xD3
#define TAG_EVENT_DOWNLOAD 0xD6
#define TAG_TIMER_EXPIRATION 0xD7
#define TAG_DETAILS 0x81
#define TAG_DEVICES 0x82
#define TAG_RESULT 0x83
#define TAG_DURATION 0x84
#define TAG_ADDRESS 0x86
#define TAG_TPDU 0x8B
#define TAG_TEXT 0x8D
#define TAG_ITEM 0x90
#define TAG_LOCATION 0x93
#define TAG_IMEI 0x94
#define TAG_EVENTS 0x99

#define DEVICE_KEYPAD 0x01
#define DEVICE_UICC 0x81
#define DEVICE_TERMINAL 0x82
#define DEVICE_NETWORK 0x83

#define RESULT_DONE 0x00
#define RESULT_ENDED_BY_USER 0x10
#define RESULT_BEYOND_CAPABILITY 0x30
#define RESULT_BIP 0x3A
#define COMMANDS_MAX 4096 /* that a card may ask in a row */
#define DETAILS_LEN 3
#define DEVICES_LEN 2
#define TEXT_8_BIT 0x04

enum command_type {
    REFRESH = 0x01,
    MORE_TIME = 0x02,
    POLL_INTERVAL = 0x03,
    POLLING_OFF = 0x04,
    SET_UP_EVENT_LIST = 0x05,
    SEND_SMS = 0x13,
    DISPLAY_TEXT = 0x21,
    GET_INPUT = 0x23,
    SET_UP_MENU = 0x25,
    LOCAL_INFORMATION = 0x26,
    TIMER = 0x27,
    OPEN_CHANNEL = BEARER_OPEN,
    CLOSE_CHANNEL = BEARER_CLOSE,
    RECEIVE_DATA = BEARER_RECEIVE,
    SEND_DATA = BEARER_SEND,
    GET_CHANNEL_STATUS = BEARER_STATUS,
};
#define REFRESH_RESET 0x04
#define LOCAL_LOCATION 0x00
#define LOCAL_IMEI 0x01

/* One that the card has asked. */
struct asked {
    uint8_t type, qualifier, device;
    struct bytes details, body;
};

/* TERMINAL PROFILE: what is answered below, and no more (TS 102 223 §5.2). */
static const uint8_t profile[] = {
    0x03,                   /* profile download, SMS-PP download */
    0x00, 0xE5,             /* DISPLAY TEXT, GET INPUT, POLL INTERVAL, POLLING OFF, REFRESH */
    0x62,                   /* SEND SHORT MESSAGE, SET UP MENU, PROVIDE LOCAL INFORMATION */
    0x01, 0x00, 0x00, 0x01, /* SET UP EVENT LIST; TIMER MANAGEMENT */
};

/* Bytes of it that only a terminal with channels has: events of data and of the link, the commands
 * (open, close, receive, send, status), the bearer and seven channels, TCP as a client. */
static const struct {
    size_t at;
    uint8_t value;
} profile_of_channels[] = {{5, 0x0C}, {11, 0x1F}, {12, 0xE2}, {16, 0x01}};
#define PROFILE_MAX 17

const char *toolkit_command_name(uint8_t type)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {REFRESH, "REFRESH"},
        {MORE_TIME, "MORE TIME"},
        {POLL_INTERVAL, "POLL INTERVAL"},
        {POLLING_OFF, "POLLING OFF"},
        {SET_UP_EVENT_LIST, "SET UP EVENT LIST"},
        {SEND_SMS, "SEND SHORT MESSAGE"},
        {DISPLAY_TEXT, "DISPLAY TEXT"},
        {GET_INPUT, "GET INPUT"},
        {SET_UP_MENU, "SET UP MENU"},
        {LOCAL_INFORMATION, "PROVIDE LOCAL INFORMATION"},
        {TIMER, "TIMER MANAGEMENT"},
        {OPEN_CHANNEL, "OPEN CHANNEL"},
        {CLOSE_CHANNEL, "CLOSE CHANNEL"},
        {RECEIVE_DATA, "RECEIVE DATA"},
        {SEND_DATA, "SEND DATA"},
        {GET_CHANNEL_STATUS, "GET CHANNEL STATUS"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].type == type)
            return names[i].name;
    return "an unknown command";
}

static int send(struct toolkit *toolkit, uint8_t ins, struct bytes data, struct writer *answer,
                struct fault *fault)
{
    const struct exchange_command command = {.cla = CLASS_PROPRIETARY, .ins = ins, .data = data};
    return exchange(toolkit->transport, &command, true, answer, fault);
}

/* What a terminal without a network has to tell. */
static void put_local(const struct asked *asked, struct writer *out)
{
    if (asked->qualifier == LOCAL_LOCATION)
        tlv_put(out, TAG_LOCATION, BYTES(0x00, 0xF1, 0x10, 0x00, 0x01, 0x00, 0x01));
    else if (asked->qualifier == LOCAL_IMEI)
        tlv_put(out, TAG_IMEI, BYTES(0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x80));
}

static void take_events(struct toolkit *toolkit, const struct asked *asked)
{
    struct tlv list;
    toolkit->events = 0;
    for (size_t i = 0; comprehension_find(asked->body, TAG_EVENTS, &list) && i < list.value.len;
         i++)
        toolkit->events |= list.value.data[i] < 32 ? 1u << list.value.data[i] : 0;
}

/* The result, and what goes with it. */
static uint8_t carry_out(struct toolkit *toolkit, const struct asked *asked, struct bytes *data,
                         struct writer *more)
{
    struct tlv tlv;
    switch (asked->type) {
    case REFRESH:
        toolkit->reset_wanted |= asked->qualifier == REFRESH_RESET;
        return RESULT_DONE;
    case SEND_SMS:
        if (!comprehension_find(asked->body, TAG_TPDU, &tlv))
            return RESULT_BEYOND_CAPABILITY;
        *data = tlv.value;
        return RESULT_DONE;
    case DISPLAY_TEXT:
        if (comprehension_find(asked->body, TAG_TEXT, &tlv))
            *data = tlv.value;
        return RESULT_DONE;
    case GET_INPUT:
        if (toolkit->input == NULL)
            return RESULT_ENDED_BY_USER;
        const size_t mark = tlv_open(more, TAG_TEXT);
        writer_put_u8(more, TEXT_8_BIT);
        writer_put(more, bytes_of_text(toolkit->input));
        tlv_close(more, mark);
        return RESULT_DONE;
    case POLL_INTERVAL:
        if (comprehension_find(asked->body, TAG_DURATION, &tlv))
            tlv_put(more, TAG_DURATION, tlv.value);
        return RESULT_DONE;
    case LOCAL_INFORMATION:
        put_local(asked, more);
        return more->len > 0 ? RESULT_DONE : RESULT_BEYOND_CAPABILITY;
    case MORE_TIME:
    case POLLING_OFF:
    case SET_UP_MENU:
        return RESULT_DONE;
    case SET_UP_EVENT_LIST:
        take_events(toolkit, asked);
        return RESULT_DONE;
    case TIMER:
        return stopwatch_manage(&toolkit->stopwatch, asked->qualifier, asked->body, more);
    default:
        return RESULT_BEYOND_CAPABILITY;
    }
}

/* The result as it is sent: of channels with what goes with it. */
static struct bearer_result result_of(struct toolkit *toolkit, const struct asked *asked,
                                      struct bytes *data, struct writer *more)
{
    if (asked->type < OPEN_CHANNEL || asked->type > GET_CHANNEL_STATUS ||
        toolkit->bearer.reach == BEARER_NONE)
        return (struct bearer_result){carry_out(toolkit, asked, data, more), 0};
    const struct bearer_command command = {.type = asked->type,
                                           .qualifier = asked->qualifier,
                                           .device = asked->device,
                                           .body = asked->body};
    return bearer_carry_out(&toolkit->bearer, &command, more);
}

static int answer(struct toolkit *toolkit, const struct asked *asked, struct fault *fault)
{
    uint8_t room[255], more_room[255], nothing[8];
    struct writer out = writer_on(room, sizeof(room)),
                  more = writer_on(more_room, sizeof(more_room)),
                  none = writer_on(nothing, sizeof(nothing));
    struct bytes data = {0};
    const struct bearer_result result = result_of(toolkit, asked, &data, &more);
    trace_detail("the card asks %s: %02X", toolkit_command_name(asked->type), result.general);
    if (toolkit->told != NULL)
        toolkit->told(toolkit->context, asked->type, asked->qualifier, data);
    tlv_put(&out, TAG_DETAILS, asked->details);
    tlv_put(&out, TAG_DEVICES, BYTES(DEVICE_TERMINAL, DEVICE_UICC));
    tlv_put(&out, TAG_RESULT,
            bytes_of((uint8_t[]){result.general, result.additional},
                     result.general == RESULT_BIP ? 2 : 1));
    writer_put(&out, writer_bytes(&more));
    return send(toolkit, INS_TERMINAL_RESPONSE, writer_bytes(&out), &none, fault);
}

static bool read_asked(struct bytes command, struct asked *out)
{
    struct tlv whole, details, devices;
    if (!tlv_whole(command, TAG_PROACTIVE, &whole) ||
        !comprehension_find(whole.value, TAG_DETAILS, &details) ||
        details.value.len != DETAILS_LEN ||
        !comprehension_find(whole.value, TAG_DEVICES, &devices) || devices.value.len != DEVICES_LEN)
        return false;
    *out = (struct asked){details.value.data[1], details.value.data[2], devices.value.data[1],
                          details.value, whole.value};
    return true;
}

/* One command of the card. The status word, or -1 after a fault. */
static int serve(struct toolkit *toolkit, uint8_t len, struct fault *fault)
{
    uint8_t room[TRANSPORT_RESPONSE_MAX];
    struct writer command = writer_on(room, sizeof(room));
    struct asked asked;
    const struct exchange_command fetch = {
        .cla = CLASS_PROPRIETARY, .ins = INS_FETCH, .has_le = true, .le = len};
    const int status = exchange(toolkit->transport, &fetch, true, &command, fault);
    if (status < 0)
        return status;
    if (!exchange_is_success(status)) {
        exchange_refused(fault, WHERE, status);
        return -1;
    }
    if (!read_asked(writer_bytes(&command), &asked)) {
        fault_raise(fault, WHERE, "the card asks something that is no proactive command");
        return -1;
    }
    return answer(toolkit, &asked, fault);
}

bool toolkit_run(struct toolkit *toolkit, int status, struct fault *fault)
{
    for (int i = 0; status >> 8 == SW_PROACTIVE >> 8; i++) {
        if (i == COMMANDS_MAX)
            return fault_raise(fault, WHERE, "the card asks without end");
        status = serve(toolkit, (uint8_t)status, fault);
    }
    return status >= 0;
}

static size_t put_profile(const struct toolkit *toolkit, uint8_t room[PROFILE_MAX])
{
    memset(room, 0, PROFILE_MAX);
    memcpy(room, profile, sizeof(profile));
    if (toolkit->bearer.reach == BEARER_NONE)
        return sizeof(profile);
    for (size_t i = 0; i < sizeof(profile_of_channels) / sizeof(profile_of_channels[0]); i++)
        room[profile_of_channels[i].at] |= profile_of_channels[i].value;
    return PROFILE_MAX;
}

bool toolkit_start(struct toolkit *toolkit, struct fault *fault)
{
    uint8_t room[8], told[PROFILE_MAX];
    struct writer none = writer_on(room, sizeof(room));
    const size_t len = put_profile(toolkit, told);
    toolkit_reset(toolkit);
    return toolkit_run(
        toolkit, send(toolkit, INS_TERMINAL_PROFILE, bytes_of(told, len), &none, fault), fault);
}

int toolkit_deliver(struct toolkit *toolkit, struct bytes center, struct bytes tpdu,
                    struct writer *report, struct fault *fault)
{
    uint8_t room[255];
    struct writer envelope = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&envelope, TAG_SMS_DOWNLOAD);
    tlv_put(&envelope, TAG_DEVICES, BYTES(DEVICE_NETWORK, DEVICE_UICC));
    if (center.len > 0)
        tlv_put(&envelope, TAG_ADDRESS, center);
    tlv_put(&envelope, TAG_TPDU, tpdu);
    tlv_close(&envelope, mark);
    if (envelope.overflow) {
        fault_raise(fault, WHERE, "a message of %zu bytes does not fit into an ENVELOPE", tpdu.len);
        return -1;
    }
    const int status = send(toolkit, INS_ENVELOPE, writer_bytes(&envelope), report, fault);
    return status >= 0 && toolkit_run(toolkit, status, fault) ? status : -1;
}

bool toolkit_choose(struct toolkit *toolkit, uint8_t item, struct fault *fault)
{
    uint8_t room[32], nothing[8];
    struct writer envelope = writer_on(room, sizeof(room)),
                  none = writer_on(nothing, sizeof(nothing));
    const size_t mark = tlv_open(&envelope, TAG_MENU_SELECTION);
    tlv_put(&envelope, TAG_DEVICES, BYTES(DEVICE_KEYPAD, DEVICE_UICC));
    tlv_put_u8(&envelope, TAG_ITEM, item);
    tlv_close(&envelope, mark);
    return toolkit_run(toolkit, send(toolkit, INS_ENVELOPE, writer_bytes(&envelope), &none, fault),
                       fault);
}

bool toolkit_has_channel(const struct toolkit *toolkit)
{
    return bearer_is_open(&toolkit->bearer);
}

bool toolkit_is_active(const struct toolkit *toolkit)
{
    return toolkit_has_channel(toolkit) || stopwatch_timeout(&toolkit->stopwatch) >= 0;
}

size_t toolkit_poll(const struct toolkit *toolkit, struct pollfd *out, int *timeout_ms)
{
    *timeout_ms = stopwatch_timeout(&toolkit->stopwatch);
    return bearer_poll(&toolkit->bearer, out);
}

void toolkit_reset(struct toolkit *toolkit)
{
    bearer_reset(&toolkit->bearer);
    stopwatch_reset(&toolkit->stopwatch);
    toolkit->events = 0;
}

/* An ENVELOPE of which this is the value, and what the card asks then. */
static bool tell(struct toolkit *toolkit, uint8_t tag, struct bytes value, struct fault *fault)
{
    uint8_t room[64], nothing[8];
    struct writer envelope = writer_on(room, sizeof(room)),
                  none = writer_on(nothing, sizeof(nothing));
    tlv_put(&envelope, tag, value);
    trace_detail("the card is told of %s", tag == TAG_TIMER_EXPIRATION ? "a timer" : "its channel");
    return toolkit_run(toolkit, send(toolkit, INS_ENVELOPE, writer_bytes(&envelope), &none, fault),
                       fault);
}

bool toolkit_proceed(struct toolkit *toolkit, struct fault *fault)
{
    uint8_t room[48], event;
    struct writer value = writer_on(room, sizeof(room));
    while (bearer_next_event(&toolkit->bearer, &value, &event)) {
        if ((toolkit->events & 1u << event) != 0 &&
            !tell(toolkit, TAG_EVENT_DOWNLOAD, writer_bytes(&value), fault))
            return false;
        writer_reset(&value);
    }
    while (stopwatch_next(&toolkit->stopwatch, &value)) {
        if (!tell(toolkit, TAG_TIMER_EXPIRATION, writer_bytes(&value), fault))
            return false;
        writer_reset(&value);
    }
    return true;
}
