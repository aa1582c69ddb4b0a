/* Faults, listed and changed while the card runs. */
#include "apdu/json_writer.h"
#include "card/control/requests_table.h"

static void put_fault(const struct fault *fault, struct writer *answer)
{
    char text[FAULT_TEXT_MAX];
    fault_format(fault, text);
    json_writer_open_object(answer, NULL);
    json_writer_number(answer, "id", fault->id);
    json_writer_word(answer, "fault", text);
    json_writer_number(answer, "passes", fault->seen);
    json_writer_number(answer, "strikes", fault->strikes);
    json_writer_close_object(answer);
}

const char *requests_fault_list(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    (void)argument;
    json_writer_open_object(answer, NULL);
    json_writer_open_list(answer, "faults");
    for (size_t i = 0; i < card->hardware.faults.count; i++)
        put_fault(&card->hardware.faults.list[i], answer);
    json_writer_close_list(answer);
    json_writer_close_object(answer);
    return NULL;
}

const char *requests_fault_add(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    char text[CONTROL_REQUEST_MAX];
    struct fault fault;
    unsigned id;
    if (argument.len >= sizeof(text) || memchr(argument.data, '\0', argument.len) != NULL)
        return "this is no fault";
    memcpy(text, argument.data, argument.len);
    text[argument.len] = '\0';
    const char *why = fault_parse(text, &fault);
    if (why == NULL)
        why = faults_add(&card->hardware.faults, &fault, &id);
    if (why != NULL)
        return why;
    card_arm(card);
    json_writer_open_object(answer, NULL);
    json_writer_number(answer, "id", id);
    json_writer_close_object(answer);
    return NULL;
}

const char *requests_fault_remove(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    unsigned id = 0;
    for (size_t i = 0; i < argument.len; i++) {
        if (argument.data[i] < '0' || argument.data[i] > '9' || id > UINT16_MAX)
            return "a fault is named by its number in the list";
        id = 10 * id + (argument.data[i] - (unsigned)'0');
    }
    if (!faults_remove(&card->hardware.faults, id))
        return "there is no fault of this number; 'fault list' shows them";
    card_arm(card);
    return requests_done(answer);
}

const char *requests_fault_clear(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    (void)argument;
    faults_clear(&card->hardware.faults);
    card_arm(card);
    return requests_done(answer);
}
