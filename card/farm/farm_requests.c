#include "card/farm/farm_requests.h"

#include <stdio.h>

#include "apdu/json_writer.h"
#include "fs/text/inventory.h"

#define CHIPS_AT_ONCE 20000

struct slot_question {
    struct slot *slot;
    struct bytes line;
    struct writer *answer;
    const char *why;
};

static void answer_in_loop(void *context)
{
    struct slot_question *question = context;
    question->why = slot_request(question->slot, question->line, question->answer);
}

/* What a client gives to reach it. */
static const char *where(const struct listener *listener, const struct slot *slot,
                         struct writer *answer)
{
    char text[sizeof(listener->name) + sizeof(slot->eid) + 1];
    snprintf(text, sizeof(text), "%s/%s", listener->name, slot->eid);
    json_writer_open_object(answer, NULL);
    json_writer_word(answer, slot->link != NULL ? "reader" : "direct",
                     slot->link != NULL ? slot->link->reader->name : text);
    json_writer_close_object(answer);
    return NULL;
}

static const char *chip(void *context, struct bytes argument, struct writer *answer)
{
    struct bytes eid, blank;
    if (!bytes_take(&argument, DIRECT_EID_DIGITS, &eid) || !bytes_take(&argument, 1, &blank) ||
        blank.data[0] != ' ' || argument.len == 0)
        return "an EID of 32 digits and a request are needed";
    struct slot_question question = {
        .slot = listener_find(context, eid), .line = argument, .answer = answer};
    if (question.slot == NULL)
        return "no chip here has this EID; 'emuicc-ctl --state FARM chips' lists them";
    if (bytes_equal(argument, bytes_of_text("where")))
        return where(context, question.slot, answer);
    return loop_run(question.slot->loop, answer_in_loop, &question) ? question.why
                                                                    : "the farm is shutting down";
}

static bool to_place(struct bytes digits, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || *out > UINT32_MAX)
            return false;
        *out = 10 * *out + (digits.data[i] - (size_t)'0');
    }
    return true;
}

static void put_chip(struct slot *slot, struct writer *answer)
{
    json_writer_open_list(answer, NULL);
    json_writer_word(answer, NULL, slot->eid);
    json_writer_number(answer, NULL, (int64_t)atomic_load(&slot->look.commands));
    json_writer_number(answer, NULL, atomic_load(&slot->look.flags));
    json_writer_number(answer, NULL, atomic_load(&slot->look.faults));
    json_writer_close_list(answer);
}

/* No chip is read for it, nor its loop asked. */
static const char *chips(void *context, struct bytes argument, struct writer *answer)
{
    const struct listener *listener = context;
    size_t first;
    if (!to_place(argument, &first))
        return "the place of the first chip is needed: 'chips 0' lists from the first on";
    json_writer_open_object(answer, NULL);
    json_writer_number(answer, "count", (int64_t)listener->slot_count);
    json_writer_word(answer, "listen", listener->name);
    json_writer_open_list(answer, "chips");
    for (size_t i = first; i < listener->slot_count && i < first + CHIPS_AT_ONCE; i++)
        put_chip(&listener->slots[i], answer);
    json_writer_close_list(answer);
    json_writer_close_object(answer);
    return NULL;
}

/* clang-format off */
static const struct control_request rows[] = {
    {"chip", "EID REQUEST", "What an emuicc can be asked, of one chip: 'chip EID help' lists it; and 'where'.", chip},
    {"chips", "PLACE", "The chips from this place on, at most 20000: EID, commands answered, 1 in memory + 2 in use + 4 ejected, faults.", chips},
};
/* clang-format on */

struct control_table farm_requests_table(struct listener *listener)
{
    return (struct control_table){
        .rows = rows,
        .count = sizeof(rows) / sizeof(rows[0]),
        .unknown = "a farm is asked of its chips: --state FARM/chips/EID; 'chips 0' lists them",
        .answer_max = INVENTORY_MAX,
        .context = listener};
}
