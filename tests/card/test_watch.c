/* What a card tells those who look: events as they passed, files, data objects, certificates. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card/control/requests.h"
#include "card/control/watch.h"
#include "tests/support/talk.h"
#include "tests/support/temp_card.h"

#define ICCID "8988211000000000011"

static struct card card;

static void start(void)
{
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
}

static void stop(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(watch, .init = start, .fini = stop, .timeout = 60);

/* The answer to a request; *why instead where it is refused. */
static json_t *ask(const char *line, const char **why)
{
    const struct control_table table = requests_table(&card);
    uint8_t *room = malloc(table.answer_max);
    cr_assert_not_null(room);
    struct writer answer = writer_on(room, table.answer_max);
    *why = control_answer(&table, bytes_of_text(line), &answer);
    json_t *said = *why == NULL ? json_loadb((const char *)room, answer.len, 0, NULL) : NULL;
    cr_assert(*why != NULL || said != NULL, "%s", line);
    free(room);
    return said;
}

static json_t *get(const char *line)
{
    const char *why;
    json_t *said = ask(line, &why);
    cr_assert_null(why, "%s: %s", line, why);
    return said;
}

static const char *refusal(const char *line)
{
    const char *why;
    json_t *said = ask(line, &why);
    json_decref(said);
    return why != NULL ? why : "";
}

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static const char *text(const json_t *object, const char *name)
{
    const char *said = json_string_value(json_object_get(object, name));
    return said != NULL ? said : "";
}

Test(watch, events_come_in_order_with_names)
{
    json_t *first = get("watch 0");
    cr_assert_eq(json_array_size(json_object_get(first, "events")), 0);
    card_power(&card, CARD_RESET);
    (void)talk(&card, "00A4040C10A0000005591010FFFFFFFF8900000100");
    (void)talk(&card, "FF");
    observers_note(card.observers, "a line of the trace");
    json_t *said = get("watch 1");
    const json_t *events = json_object_get(said, "events");
    cr_assert_eq(json_array_size(events), 6);
    cr_assert_str_eq(text(json_array_get(events, 0), "power"), "reset");
    const json_t *command = json_array_get(events, 1);
    cr_assert_str_eq(text(command, "instruction"), "SELECT");
    cr_assert_str_eq(text(command, "application"), "UICC");
    cr_assert_str_eq(text(command, "command"), "00A4040C10A0000005591010FFFFFFFF8900000100");
    cr_assert_str_eq(text(json_array_get(events, 2), "response"), "9000");
    cr_assert_str_eq(text(json_array_get(events, 3), "command"), "FF");
    cr_assert_null(json_object_get(json_array_get(events, 3), "channel"));
    cr_assert_str_eq(text(json_array_get(events, 5), "note"), "a line of the trace");
    cr_assert_eq(number(said, "run"), number(first, "run"));
    cr_assert_eq(number(said, "next"), 7);
    json_decref(first);
    json_decref(said);
}

/* Who comes too late is told how many events are gone; what is left is whole. */
Test(watch, a_slow_reader_loses_the_oldest)
{
    const unsigned commands = 2 * WATCH_EVENTS;
    json_decref(get("watch 0"));
    for (unsigned i = 0; i < commands; i++)
        (void)talk(&card, "00A40004023F00");
    json_t *said = get("watch 1");
    const json_t *events = json_object_get(said, "events");
    cr_assert_eq(number(said, "lost"), 2 * commands - WATCH_EVENTS);
    cr_assert_eq(json_array_size(events), WATCH_ANSWER_EVENTS);
    cr_assert_eq(number(json_array_get(events, 0), "n"), 2 * commands - WATCH_EVENTS + 1);
    cr_assert_str_eq(text(json_array_get(events, 0), "command"), "00A40004023F00");
    json_decref(said);
}

/* Long commands push out more than their number. */
Test(watch, the_ring_has_no_more_bytes_than_it_may)
{
    char update[2 * 260 + 1];
    size_t len = (size_t)sprintf(update, "00D60000FF");
    for (int i = 0; i < 255; i++)
        len += (size_t)sprintf(update + len, "%02X", i);
    json_decref(get("watch 0"));
    for (unsigned i = 0; i < WATCH_EVENTS; i++)
        (void)talk(&card, update);
    json_t *said = get("watch 1");
    const json_t *events = json_object_get(said, "events");
    cr_assert_gt(number(said, "lost"), WATCH_EVENTS);
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *event = json_array_get(events, i);
        if (json_object_get(event, "command") != NULL)
            cr_assert_str_eq(text(event, "command"), update);
    }
    json_decref(said);
}

Test(watch, nobody_watches_unasked)
{
    cr_assert_null(card.observers);
    cr_assert_str_neq(refusal("watch -1"), "");
    cr_assert_str_neq(refusal("watch 1234567890123456789"), "");
    cr_assert_null(card.observers);
}

Test(watch, files_are_told_in_words)
{
    json_t *said = get("files " ICCID);
    const json_t *files = json_object_get(said, "files");
    const json_t *file;
    size_t i;
    bool seen = false;
    json_array_foreach(files, i, file)
    {
        if (strcmp(text(file, "name"), "EF.ICCID") != 0)
            continue;
        seen = true;
        cr_assert_str_eq(text(file, "fid"), "2FE2");
        cr_assert_str_eq(text(file, "content"), "988812010000000010F1");
        const json_t *decoded = json_array_get(json_object_get(file, "decoded"), 0);
        cr_assert_str_eq(text(decoded, "value"), ICCID);
        cr_assert(json_is_true(json_object_get(file, "readable")));
    }
    cr_assert(seen);
    cr_assert_str_neq(refusal("files 1"), "");
    json_decref(said);
}

Test(watch, data_objects_are_read_and_only_read)
{
    json_t *said = get("get BF22");
    cr_assert_eq(strncmp(text(said, "data"), "BF22", 4), 0);
    json_decref(said);
    said = get("get BF2D");
    cr_assert_not_null(strstr(text(said, "data"), "988812010000000010F1"));
    json_decref(said);
    cr_assert_str_neq(refusal("get BF33"), ""); /* DeleteProfile */
    cr_assert_str_neq(refusal("get BF2"), "");
}

/* Each of the chip's chain, and no key. */
Test(watch, certificates_are_told)
{
    json_t *said = get("certificates");
    const json_t *list = json_object_get(said, "certificates");
    cr_assert_geq(json_array_size(list), 3);
    cr_assert_str_eq(text(json_array_get(list, 0), "role"), "ci");
    cr_assert_eq(strncmp(text(json_array_get(list, 0), "der"), "3082", 4), 0);
    json_decref(said);
}

Test(watch, a_profile_is_deleted_once)
{
    json_decref(get("delete " ICCID));
    cr_assert_str_neq(refusal("delete " ICCID), "");
    cr_assert_str_neq(refusal("delete x"), "");
}
