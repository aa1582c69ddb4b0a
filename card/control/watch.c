#include "card/control/watch.h"

#include <stdlib.h>
#include <time.h>

#include "apdu/decode/transcript_line.h"
#include "apdu/json_writer.h"
#include "card/clock.h"

#define NUMBER_DIGITS_MAX 18

enum watch_kind { WATCH_POWER, WATCH_COMMAND, WATCH_RESPONSE, WATCH_NOTE };

struct watch_event {
    enum watch_kind kind;
    enum card_power power;
    int channel; /* -1: no command */
    const char *application, *instruction;
    int64_t us;
    uint64_t at; /* of its first byte, counted from the ring's begin */
    size_t len;
};

struct watch {
    struct observer observer;
    const struct card *card; /* borrowed */
    int64_t run, asked;      /* asked: clock_ms() of the last request */
    uint64_t next, written;  /* events and bytes so far */
    uint64_t oldest;         /* event that is there with all its bytes */
    struct watch_event events[WATCH_EVENTS];
    uint8_t bytes[WATCH_BYTES];
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct watch_event *event_at(struct watch *watch, uint64_t number)
{
    return &watch->events[number % WATCH_EVENTS];
}

/* What the new bytes and the new event have overwritten is no longer there. */
static void drop_oldest(struct watch *watch)
{
    while (watch->oldest < watch->next &&
           (watch->next - watch->oldest > WATCH_EVENTS ||
            watch->written - event_at(watch, watch->oldest)->at > WATCH_BYTES))
        watch->oldest++;
}

static void put_in_ring(struct watch *watch, struct bytes bytes)
{
    const size_t start = watch->written % WATCH_BYTES;
    const size_t front = bytes.len < WATCH_BYTES - start ? bytes.len : WATCH_BYTES - start;
    if (front > 0)
        memcpy(watch->bytes + start, bytes.data, front);
    if (bytes.len > front)
        memcpy(watch->bytes, bytes.data + front, bytes.len - front);
    watch->written += bytes.len;
}

static void add(struct watch *watch, struct watch_event event, struct bytes bytes)
{
    if (bytes.len > WATCH_BYTES)
        return;
    event.us = now_us();
    event.at = watch->written;
    event.len = bytes.len;
    *event_at(watch, watch->next++) = event;
    put_in_ring(watch, bytes);
    drop_oldest(watch);
}

static bool is_asleep(const struct watch *watch)
{
    return clock_ms() - watch->asked > WATCH_IDLE_MS;
}

static void note_power(struct observer *self, enum card_power power, struct bytes atr)
{
    struct watch *watch = (struct watch *)self;
    if (!is_asleep(watch))
        add(watch, (struct watch_event){.kind = WATCH_POWER, .power = power}, atr);
}

static void note_command(struct observer *self, struct bytes command)
{
    struct watch *watch = (struct watch *)self;
    struct watch_event event = {.kind = WATCH_COMMAND, .channel = -1};
    struct apdu apdu;
    if (is_asleep(watch))
        return;
    if (apdu_parse(command, &apdu) == 0) {
        const struct command_row *row =
            channel_look(&watch->card->channels, apdu, &event.application);
        event.channel = apdu.channel;
        event.instruction = row != NULL ? row->name : "unknown instruction";
    }
    add(watch, event, command);
}

static void note_response(struct observer *self, struct bytes response)
{
    struct watch *watch = (struct watch *)self;
    if (!is_asleep(watch))
        add(watch, (struct watch_event){.kind = WATCH_RESPONSE}, response);
}

static void note_text(struct observer *self, const char *text)
{
    struct watch *watch = (struct watch *)self;
    if (!is_asleep(watch))
        add(watch, (struct watch_event){.kind = WATCH_NOTE}, bytes_of_text(text));
}

static void end(struct observer *self)
{
    struct watch *watch = (struct watch *)self;
    wipe(watch->bytes, sizeof(watch->bytes));
    free(watch);
}

static const struct observer_kind kind = {note_power, note_command, note_response, note_text, end};

static struct watch *find(const struct card *card)
{
    struct observer *at = card->observers;
    while (at != NULL && at->kind != &kind)
        at = at->next;
    return (struct watch *)at;
}

static struct watch *find_or_make(struct card *card)
{
    struct watch *watch = find(card);
    if (watch != NULL)
        return watch;
    watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        return NULL;
    watch->observer.kind = &kind;
    watch->card = card;
    watch->run = now_us();
    watch->next = watch->oldest = 1;
    card_observe(card, &watch->observer);
    return watch;
}

/* The bytes of an event, which may go over the ring's end, in digits. */
static void put_bytes(struct writer *out, const char *name, const struct watch *watch,
                      const struct watch_event *event, bool text)
{
    uint8_t room[APDU_COMMAND_MAX + APDU_RESPONSE_MAX];
    struct writer bytes = writer_on(room, sizeof(room));
    const size_t start = event->at % WATCH_BYTES;
    const size_t front = event->len < WATCH_BYTES - start ? event->len : WATCH_BYTES - start;
    writer_put(&bytes, bytes_of(watch->bytes + start, front));
    writer_put(&bytes, bytes_of(watch->bytes, event->len - front));
    (text ? json_writer_text : json_writer_hex)(out, name, writer_bytes(&bytes));
    wipe(room, bytes.len);
}

static void put_event(struct writer *out, const struct watch *watch, uint64_t number,
                      const struct watch_event *event)
{
    static const char *const names[] = {
        [WATCH_POWER] = "atr", "command", "response", [WATCH_NOTE] = "note"};
    json_writer_open_object(out, NULL);
    json_writer_number(out, "n", (int64_t)number);
    json_writer_number(out, "us", event->us);
    if (event->kind == WATCH_POWER)
        json_writer_word(out, "power", transcript_power_word(event->power));
    if (event->kind == WATCH_COMMAND && event->channel >= 0) {
        json_writer_number(out, "channel", event->channel);
        json_writer_word(out, "application", event->application);
        json_writer_word(out, "instruction", event->instruction);
    }
    put_bytes(out, names[event->kind], watch, event, event->kind == WATCH_NOTE);
    json_writer_close_object(out);
}

static bool to_number(struct bytes digits, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        *out = 10 * *out + (digits.data[i] - (uint64_t)'0');
    }
    return digits.len > 0 && digits.len <= NUMBER_DIGITS_MAX;
}

const char *watch_request(void *context, struct bytes argument, struct writer *answer)
{
    uint64_t from;
    if (!to_number(argument, &from))
        return "an event is named by its number; 0: from now on";
    struct watch *watch = find_or_make(context);
    if (watch == NULL)
        return "no memory to watch the card";
    watch->asked = clock_ms();
    if (from == 0 || from > watch->next)
        from = watch->next;
    const uint64_t first = from < watch->oldest ? watch->oldest : from;
    uint64_t next = first;
    json_writer_open_object(answer, NULL);
    json_writer_number(answer, "run", watch->run);
    json_writer_number(answer, "lost", (int64_t)(first - from));
    json_writer_open_list(answer, "events");
    for (; next < watch->next && next < first + WATCH_ANSWER_EVENTS; next++)
        put_event(answer, watch, next, event_at(watch, next));
    json_writer_close_list(answer);
    json_writer_number(answer, "next", (int64_t)next);
    json_writer_close_object(answer);
    return NULL;
}
