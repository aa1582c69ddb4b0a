#include "fs/toolkit/proactive.h"

#include <stdlib.h>

#include "apdu/apdu.h"
#include "apdu/status.h"
#include "apdu/comprehension.h"
#include "apdu/trace.h"

#define TAG_PROACTIVE 0xD0 /* TS 101 220 §7.2 */
#define TAG_COMMAND_DETAILS 0x81
#define TAG_DEVICE_IDENTITIES 0x82
#define TAG_RESULT 0x83
#define TAG_DURATION 0x84
#define TAG_TEXT 0x8D
#define TAG_EVENTS 0x99
#define DEVICE_UICC 0x81
#define DEVICE_TERMINAL 0x82
#define DEVICE_NETWORK 0x83
#define DEVICE_DISPLAY 0x02
#define DEVICE_EARPIECE 0x03
#define UNIT_MINUTES 0x00
#define UNIT_SECONDS 0x01
#define DURATION_MAX 255      /* of a unit */
#define RESULT_PERFORMED 0x0F /* general results up to here; beyond: not, or not yet */
#define NUMBER_FIRST 0x01
#define NUMBER_LAST 0xFE

/* Bit of TERMINAL PROFILE, as TS 102 223 §5.2 counts: byte 1 to n, bit 1 to 8. */
struct facility {
    uint8_t byte, bit;
};

struct kind {
    const char *name;
    uint8_t type, qualifier; /* TS 102 223 §9.4, §8.6 */
    uint8_t device;          /* that it is for */
    struct facility facility;
};

/* clang-format off */
static const struct kind kinds[PROACTIVE_KINDS] = {
    [PROACTIVE_LOCATION]             = {"PROVIDE LOCAL INFORMATION", 0x26, 0x00, DEVICE_TERMINAL, {4, 7}},
    [PROACTIVE_IMEI]                 = {"PROVIDE LOCAL INFORMATION", 0x26, 0x01, DEVICE_TERMINAL, {4, 7}},
    [PROACTIVE_POLL_INTERVAL]        = {"POLL INTERVAL", 0x03, 0x00, DEVICE_TERMINAL, {3, 6}},
    [PROACTIVE_REFRESH_RESET]        = {"REFRESH", 0x01, 0x04, DEVICE_TERMINAL, {3, 8}},
    [PROACTIVE_REFRESH_STATE_CHANGE] = {"REFRESH", 0x01, 0x09, DEVICE_TERMINAL, {34, 6}},
    [PROACTIVE_SEND_SMS]             = {"SEND SHORT MESSAGE", 0x13, 0x00, DEVICE_NETWORK,  {4, 2}},
    [PROACTIVE_SET_UP_EVENT_LIST]    = {"SET UP EVENT LIST", 0x05, 0x00, DEVICE_TERMINAL, {5, 1}},
    [PROACTIVE_SET_UP_MENU]          = {"SET UP MENU", 0x25, 0x00, DEVICE_TERMINAL, {4, 6}},
    [PROACTIVE_DISPLAY_TEXT]         = {"DISPLAY TEXT", 0x21, 0x80, DEVICE_DISPLAY,  {3, 1}}, /* until the user clears it */
    [PROACTIVE_GET_INPUT]            = {"GET INPUT", 0x23, 0x01, DEVICE_TERMINAL, {3, 3}}, /* characters of the SMS alphabet */
    [PROACTIVE_TIMER_START]          = {"TIMER MANAGEMENT", 0x27, 0x00, DEVICE_TERMINAL, {8, 1}},
    [PROACTIVE_PLAY_TONE]            = {"PLAY TONE", 0x20, 0x00, DEVICE_EARPIECE, {3, 5}},
    [PROACTIVE_REFRESH]              = {"REFRESH", 0x01, 0x01, DEVICE_TERMINAL, {3, 8}},
    [PROACTIVE_TIMER_STOP]           = {"TIMER MANAGEMENT", 0x27, 0x01, DEVICE_TERMINAL, {8, 1}},
    [PROACTIVE_OPEN_CHANNEL]         = {"OPEN CHANNEL", 0x40, 0x01, DEVICE_TERMINAL, {12, 1}},
    [PROACTIVE_CLOSE_CHANNEL]        = {"CLOSE CHANNEL", 0x41, 0x00, DEVICE_TERMINAL, {12, 2}},
    [PROACTIVE_RECEIVE_DATA]         = {"RECEIVE DATA", 0x42, 0x00, DEVICE_TERMINAL, {12, 3}},
    [PROACTIVE_SEND_DATA_STORE]      = {"SEND DATA", 0x43, 0x00, DEVICE_TERMINAL, {12, 4}},
    [PROACTIVE_SEND_DATA]            = {"SEND DATA", 0x43, 0x01, DEVICE_TERMINAL, {12, 4}},
    [PROACTIVE_CHANNEL_STATUS]       = {"GET CHANNEL STATUS", 0x44, 0x00, DEVICE_TERMINAL, {12, 5}},
};
/* clang-format on */

void proactive_reset(struct proactive *proactive)
{
    for (size_t i = 0; i < proactive->count; i++)
        free(proactive->queue[i].data);
    *proactive = (struct proactive){.settings = proactive->settings, .number = NUMBER_FIRST};
}

static bool has_facility(struct bytes profile, struct facility facility)
{
    return profile.len >= facility.byte &&
           (profile.data[facility.byte - 1] & 1u << (facility.bit - 1)) != 0;
}

void proactive_meet(struct proactive *proactive, struct bytes profile)
{
    const bool first = !proactive->terminal;
    proactive->terminal = true;
    proactive->fetched = false;
    proactive->supported = 0;
    for (unsigned kind = 0; kind < PROACTIVE_KINDS; kind++)
        if (has_facility(profile, kinds[kind].facility))
            proactive->supported |= 1u << kind;
    for (unsigned kind = 0; first && kind < PROACTIVE_SEND_SMS; kind++)
        if (proactive->settings.at_start & 1u << kind)
            proactive_ask(proactive, kind);
    if (first && proactive->settings.poll_interval > 0)
        proactive_ask(proactive, PROACTIVE_POLL_INTERVAL);
}

bool proactive_supports(const struct proactive *proactive, enum proactive_kind kind)
{
    return (proactive->supported & 1u << kind) != 0;
}

static bool is_asked(const struct proactive *proactive, enum proactive_kind kind)
{
    for (size_t i = 0; i < proactive->count; i++)
        if (proactive->queue[i].kind == kind)
            return true;
    return false;
}

void proactive_ask(struct proactive *proactive, enum proactive_kind kind)
{
    if (proactive_supports(proactive, kind) && !is_asked(proactive, kind) &&
        proactive->count < PROACTIVE_QUEUE_MAX)
        proactive->queue[proactive->count++] =
            (struct proactive_entry){.kind = kind, .qualifier = kinds[kind].qualifier};
}

static bool enqueue(struct proactive *proactive, enum proactive_kind kind,
                    struct proactive_entry entry, struct bytes data)
{
    if (!proactive_supports(proactive, kind) || proactive->count == PROACTIVE_QUEUE_MAX ||
        data.len > PROACTIVE_DATA_MAX)
        return false;
    entry.kind = kind;
    entry.len = (uint8_t)data.len;
    entry.data = malloc(data.len + 1);
    if (entry.data == NULL)
        return false;
    if (data.len > 0)
        memcpy(entry.data, data.data, data.len);
    proactive->queue[proactive->count++] = entry;
    return true;
}

bool proactive_send(struct proactive *proactive, enum proactive_kind kind, struct bytes data)
{
    return enqueue(proactive, kind, (struct proactive_entry){.qualifier = kinds[kind].qualifier},
                   data);
}

bool proactive_send_qualified(struct proactive *proactive, enum proactive_kind kind,
                              uint8_t qualifier, struct bytes data)
{
    return enqueue(proactive, kind, (struct proactive_entry){.qualifier = qualifier}, data);
}

bool proactive_send_to(struct proactive *proactive, enum proactive_kind kind, uint8_t device,
                       struct bytes data)
{
    const struct proactive_entry entry = {.qualifier = kinds[kind].qualifier, .device = device};
    return enqueue(proactive, kind, entry, data);
}

static bool send_events(struct proactive *proactive, uint32_t events)
{
    uint8_t room[PROACTIVE_EVENT_MAX + 1], list_room[sizeof(room) + 2];
    struct writer numbers = writer_on(room, sizeof(room)),
                  list = writer_on(list_room, sizeof(list_room));
    for (uint8_t event = 0; event <= PROACTIVE_EVENT_MAX; event++)
        if ((events & 1u << event) != 0)
            writer_put_u8(&numbers, event);
    tlv_put(&list, TAG_EVENTS, writer_bytes(&numbers));
    if (!proactive_send(proactive, PROACTIVE_SET_UP_EVENT_LIST, writer_bytes(&list)))
        return false;
    proactive->events = events;
    return true;
}

bool proactive_listen(struct proactive *proactive, uint32_t events)
{
    return (proactive->events & events) == events ||
           send_events(proactive, proactive->events | events);
}

void proactive_stop_listening(struct proactive *proactive, uint32_t events)
{
    if ((proactive->events & events) != 0)
        (void)send_events(proactive, proactive->events & ~events);
}

void proactive_move(struct proactive *from, struct proactive *to)
{
    proactive_reset(to);
    *to = *from;
    from->count = 0;
    proactive_reset(from);
}

bool proactive_is_busy(const struct proactive *proactive)
{
    return proactive->count > 0;
}

static void put_poll_interval(const struct proactive *proactive, struct writer *out)
{
    const uint32_t seconds = proactive->settings.poll_interval;
    const bool in_seconds = seconds <= DURATION_MAX;
    const uint32_t minutes = seconds / 60 < DURATION_MAX ? seconds / 60 : DURATION_MAX;
    tlv_put(
        out, TAG_DURATION,
        BYTES(in_seconds ? UNIT_SECONDS : UNIT_MINUTES, (uint8_t)(in_seconds ? seconds : minutes)));
}

static void put_command(const struct proactive *proactive, struct writer *out)
{
    const struct proactive_entry *first = &proactive->queue[0];
    const enum proactive_kind what = first->kind;
    const size_t mark = tlv_open(out, TAG_PROACTIVE);
    tlv_put(out, TAG_COMMAND_DETAILS, BYTES(proactive->number, kinds[what].type, first->qualifier));
    tlv_put(out, TAG_DEVICE_IDENTITIES,
            BYTES(DEVICE_UICC, first->device != 0 ? first->device : kinds[what].device));
    if (what == PROACTIVE_POLL_INTERVAL)
        put_poll_interval(proactive, out);
    writer_put(out, bytes_of(first->data, first->len));
    tlv_close(out, mark);
}

uint8_t proactive_waiting(const struct proactive *proactive)
{
    uint8_t room[PROACTIVE_COMMAND_MAX];
    struct writer command = writer_on(room, sizeof(room));
    if (proactive->count == 0 || proactive->fetched)
        return 0;
    put_command(proactive, &command);
    return (uint8_t)command.len;
}

int proactive_fetch(struct proactive *proactive, uint32_t le, struct writer *out)
{
    uint8_t room[PROACTIVE_COMMAND_MAX];
    struct writer command = writer_on(room, sizeof(room));
    if (proactive->count == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    put_command(proactive, &command);
    if (le != command.len && le != APDU_LE_SHORT_MAX)
        return SW_WRONG_LE | (int)command.len;
    proactive->fetched = true;
    trace_detail("the card asks the terminal: %s, %zu bytes", kinds[proactive->queue[0].kind].name,
                 command.len);
    writer_put(out, writer_bytes(&command));
    return 0;
}

int proactive_respond(struct proactive *proactive, struct bytes data)
{
    struct tlv details, devices, result, text;
    if (!proactive->fetched)
        return SW_CONDITIONS_NOT_SATISFIED;
    const enum proactive_kind what = proactive->queue[0].kind;
    const struct bytes asked =
        BYTES(proactive->number, kinds[what].type, proactive->queue[0].qualifier);
    if (!comprehension_take(&data, TAG_COMMAND_DETAILS, &details) ||
        !bytes_equal(details.value, asked) ||
        !comprehension_take(&data, TAG_DEVICE_IDENTITIES, &devices) ||
        !bytes_equal(devices.value, BYTES(DEVICE_TERMINAL, DEVICE_UICC)) ||
        !comprehension_take(&data, TAG_RESULT, &result) || result.value.len == 0)
        return SW_WRONG_DATA;
    proactive->answer =
        (struct proactive_answer){.given = true,
                                  .kind = what,
                                  .done = result.value.data[0] <= RESULT_PERFORMED,
                                  .result = result.value.data[0],
                                  .additional = result.value.len > 1 ? result.value.data[1] : 0,
                                  .rest = data};
    trace_detail("the terminal answers %s: %02X", kinds[what].name, proactive->answer.result);
    if (comprehension_find(data, TAG_TEXT, &text) && text.value.len <= PROACTIVE_TEXT_MAX) {
        proactive->answer.text_len = text.value.len;
        memcpy(proactive->answer.text, text.value.data, text.value.len);
    }
    return 0;
}

static void drop(struct proactive *proactive, size_t at)
{
    free(proactive->queue[at].data);
    proactive->count--;
    memmove(proactive->queue + at, proactive->queue + at + 1,
            (proactive->count - at) * sizeof(proactive->queue[0]));
}

/* The first is over. */
static void drop_first(struct proactive *proactive)
{
    proactive_forget_answer(proactive);
    proactive->fetched = false;
    proactive->number = proactive->number < NUMBER_LAST ? proactive->number + 1 : NUMBER_FIRST;
    drop(proactive, 0);
}

void proactive_settle(struct proactive *proactive)
{
    if (proactive->answer.given)
        drop_first(proactive);
}

void proactive_withdraw(struct proactive *proactive, enum proactive_kind kind)
{
    for (size_t at = proactive->count; at-- > 1;)
        if (proactive->queue[at].kind == kind)
            drop(proactive, at);
    if (proactive->count > 0 && proactive->queue[0].kind == kind &&
        (!proactive->fetched || proactive->answer.given))
        drop_first(proactive);
}

void proactive_forget_answer(struct proactive *proactive)
{
    proactive->answer = (struct proactive_answer){0};
}
