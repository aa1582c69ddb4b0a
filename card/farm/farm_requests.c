#include "card/farm/farm_requests.h"

#include <stdio.h>

#include "apdu/json_writer.h"
#include "fs/text/inventory.h"

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
        return "no chip here has this EID";
    if (bytes_equal(argument, bytes_of_text("where")))
        return where(context, question.slot, answer);
    return loop_run(question.slot->loop, answer_in_loop, &question) ? question.why
                                                                    : "the farm is shutting down";
}

/* clang-format off */
static const struct control_request rows[] = {
    {"chip", "EID REQUEST", "What an emuicc can be asked, of one chip: 'chip EID help' lists it; and 'where'.", chip},
};
/* clang-format on */

struct control_table farm_requests_table(struct listener *listener)
{
    return (struct control_table){.rows = rows,
                                  .count = sizeof(rows) / sizeof(rows[0]),
                                  .unknown = "a farm is asked of its chips: --state FARM/chips/EID",
                                  .answer_max = INVENTORY_MAX,
                                  .context = listener};
}
