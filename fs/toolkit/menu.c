#include "fs/toolkit/menu.h"

#include "apdu/comprehension.h"

#define ENVELOPE_MENU 0xD3
#define ENVELOPE_EVENT 0xD6
#define ENVELOPE_TIMER 0xD7

#define TAG_TITLE 0x85
#define TAG_TEXT 0x8D
#define TAG_ITEM 0x8F
#define TAG_ITEM_CHOSEN 0x90
#define TAG_LENGTHS 0x91
#define TAG_EVENTS 0x99
#define TAG_TIMER 0xA4
#define TAG_TIMER_VALUE 0xA5

#define TEXT_8_BIT 0x04
#define EVENT_USER_ACTIVITY 0x04
#define TIMER_NUMBER 0x01
#define INPUT_MIN 1
#define INPUT_MAX 20

enum item { ITEM_INPUT = 1, ITEM_TIMER = 2 };

static const struct {
    enum item item;
    const char *name;
} items[] = {{ITEM_INPUT, "Say something"}, {ITEM_TIMER, "Ten seconds"}};

static void put_text(struct writer *out, const char *front, struct bytes text)
{
    const size_t mark = tlv_open(out, TAG_TEXT);
    writer_put_u8(out, TEXT_8_BIT);
    writer_put(out, bytes_of_text(front));
    writer_put(out, text);
    tlv_close(out, mark);
}

static void show(struct proactive *proactive, const char *front, struct bytes text)
{
    uint8_t room[PROACTIVE_DATA_MAX];
    struct writer data = writer_on(room, sizeof(room));
    put_text(&data, front, text);
    (void)proactive_send(proactive, PROACTIVE_DISPLAY_TEXT, writer_bytes(&data));
}

static void set_up_menu(struct proactive *proactive)
{
    uint8_t room[PROACTIVE_DATA_MAX];
    struct writer data = writer_on(room, sizeof(room));
    tlv_put(&data, TAG_TITLE, bytes_of_text("emuicc"));
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        const size_t mark = tlv_open(&data, TAG_ITEM);
        writer_put_u8(&data, (uint8_t)items[i].item);
        writer_put(&data, bytes_of_text(items[i].name));
        tlv_close(&data, mark);
    }
    (void)proactive_send(proactive, PROACTIVE_SET_UP_MENU, writer_bytes(&data));
}

void menu_begin(struct proactive *proactive)
{
    (void)proactive_listen(proactive, PROACTIVE_EVENT_USER_ACTIVITY);
    set_up_menu(proactive);
}

static void ask(struct proactive *proactive)
{
    uint8_t room[PROACTIVE_DATA_MAX];
    struct writer data = writer_on(room, sizeof(room));
    show(proactive, "This is a test menu", (struct bytes){0});
    put_text(&data, "Say something", (struct bytes){0});
    tlv_put(&data, TAG_LENGTHS, BYTES(INPUT_MIN, INPUT_MAX));
    (void)proactive_send(proactive, PROACTIVE_GET_INPUT, writer_bytes(&data));
}

static void choose(struct proactive *proactive, struct bytes in)
{
    struct tlv item;
    if (!comprehension_find(in, TAG_ITEM_CHOSEN, &item) || item.value.len != 1)
        return;
    if (item.value.data[0] == ITEM_INPUT)
        ask(proactive);
    else if (item.value.data[0] == ITEM_TIMER) /* 00:00:10, digits swapped */
        (void)proactive_send(
            proactive, PROACTIVE_TIMER_START,
            BYTES(TAG_TIMER, 0x01, TIMER_NUMBER, TAG_TIMER_VALUE, 0x03, 0x00, 0x00, 0x01));
}

static bool names(struct bytes in, uint32_t tag, uint8_t value)
{
    struct tlv tlv;
    return comprehension_find(in, tag, &tlv) && tlv.value.len == 1 && tlv.value.data[0] == value;
}

void menu_envelope(struct proactive *proactive, const struct tlv *envelope)
{
    switch (envelope->tag) {
    case ENVELOPE_MENU:
        choose(proactive, envelope->value);
        break;
    case ENVELOPE_TIMER:
        if (names(envelope->value, TAG_TIMER, TIMER_NUMBER))
            show(proactive, "The ten seconds are over", (struct bytes){0});
        break;
    case ENVELOPE_EVENT:
        if (names(envelope->value, TAG_EVENTS, EVENT_USER_ACTIVITY))
            show(proactive, "Somebody is there", (struct bytes){0});
        break;
    default:
        break;
    }
}

void menu_answered(struct proactive *proactive)
{
    const struct proactive_answer *answer = &proactive->answer;
    if (answer->given && answer->kind == PROACTIVE_GET_INPUT && answer->done &&
        answer->text_len > 1)
        show(proactive, "You said: ", bytes_of(answer->text + 1, answer->text_len - 1));
}
