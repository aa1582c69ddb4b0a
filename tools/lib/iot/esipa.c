#include "tools/lib/iot/esipa.h"

#include "apdu/der.h"

#define ERROR_MAX 0xFFFF

enum esipa_function esipa_function_of(struct bytes request)
{
    struct tlv message;
    if (!tlv_take(&request, &message) || request.len > 0)
        return ESIPA_FUNCTIONS;
    enum esipa_function function = 0;
    while (function < ESIPA_FUNCTIONS && esipa_messages[function].tag != message.tag)
        function++;
    return function;
}

/* The value of an element, as the row's kind has it. */
static bool value_of(const struct esipa_row *row, const struct tlv *element, struct bytes *out)
{
    struct bytes content = element->value;
    struct tlv inside;
    switch (row->kind) {
    case ESIPA_WHOLE:
    case ESIPA_REST:
    case ESIPA_RETAGGED:
        *out = element->whole;
        return true;
    case ESIPA_INSIDE:
        *out = content;
        return tlv_take(&content, &inside) && content.len == 0;
    default:
        *out = content;
        return true;
    }
}

static bool take_row(const struct esipa_row *row, struct bytes *from, struct tlv *out)
{
    if (row->kind == ESIPA_REST)
        return tlv_take(from, out);
    return row->optional ? tlv_take_optional(from, row->tag, out)
                         : tlv_take_tag(from, row->tag, out);
}

/* What comes after the last row is a later version's, and passed over. */
static bool read_rows(const struct esipa_form *form, struct bytes content, struct esipa_values *out)
{
    *out = (struct esipa_values){0};
    for (size_t i = 0; i < form->count; i++) {
        struct tlv element;
        if (!take_row(&form->rows[i], &content, &element))
            return false;
        out->has[i] = element.whole.len > 0;
        if (out->has[i] && !value_of(&form->rows[i], &element, &out->at[i]))
            return false;
    }
    return true;
}

bool esipa_read_request(const struct esipa_message *message, struct bytes whole,
                        struct esipa_values *out)
{
    struct tlv outer;
    return tlv_whole(whole, message->tag, &outer) && read_rows(&message->request, outer.value, out);
}

/* Of an answer whose rows stand in the message itself the first element must be one of theirs. */
static bool begins_row(const struct esipa_form *form, uint32_t tag)
{
    for (size_t i = 0; i < form->count; i++)
        if (form->rows[i].tag == tag || (form->rows[i].kind == ESIPA_REST && tag != 0))
            return true;
    return false;
}

bool esipa_read_answer(const struct esipa_message *message, struct bytes whole, size_t *answer,
                       uint32_t *error, struct esipa_values *out)
{
    struct tlv outer, first = {0};
    *out = (struct esipa_values){0};
    *error = 0;
    if (!tlv_whole(whole, message->tag, &outer))
        return false;
    const struct bytes content = outer.value;
    if (content.len > 0 && !tlv_take(&outer.value, &first))
        return false;
    if (first.tag != 0 && first.tag == message->error)
        return der_to_unsigned(first.value, ERROR_MAX, error) && *error != 0;
    for (*answer = 0; *answer < message->answer_count; ++*answer) {
        const struct esipa_form *form = &message->answers[*answer];
        if (form->choice != 0 &&
            (form->choice == first.tag || (first.tag == 0 && form->count == 0)))
            return read_rows(form, first.value, out);
        if (form->choice == 0 && begins_row(form, first.tag))
            return read_rows(form, content, out);
    }
    return false;
}

/* The content of a whole element; itself if it is none. */
static struct bytes content_of(struct bytes whole)
{
    struct tlv element;
    return tlv_take(&whole, &element) ? element.value : (struct bytes){0};
}

static void put_row(const struct esipa_row *row, struct bytes value, struct writer *out)
{
    switch (row->kind) {
    case ESIPA_WHOLE:
    case ESIPA_REST:
        writer_put(out, value);
        break;
    case ESIPA_RETAGGED:
        tlv_put(out, row->tag, content_of(value));
        break;
    default:
        tlv_put(out, row->tag, value);
        break;
    }
}

static void put_form(uint32_t tag, const struct esipa_form *form, const struct esipa_values *values,
                     struct writer *out)
{
    const size_t outer = tlv_open(out, tag);
    const size_t choice = form->choice != 0 ? tlv_open(out, form->choice) : 0;
    for (size_t i = 0; i < form->count; i++)
        if (values->has[i])
            put_row(&form->rows[i], values->at[i], out);
    if (form->choice != 0)
        tlv_close(out, choice);
    tlv_close(out, outer);
}

void esipa_put_request(const struct esipa_message *message, const struct esipa_values *values,
                       struct writer *out)
{
    put_form(message->tag, &message->request, values, out);
}

void esipa_put_answer(const struct esipa_message *message, size_t answer,
                      const struct esipa_values *values, struct writer *out)
{
    put_form(message->tag, &message->answers[answer], values, out);
}

void esipa_put_error(const struct esipa_message *message, uint32_t error, struct writer *out)
{
    const size_t outer = tlv_open(out, message->tag);
    der_put_integer(out, message->error, error);
    tlv_close(out, outer);
}

void esipa_set_element(struct esipa_values *values, size_t at, uint32_t tag, struct bytes value,
                       struct writer *room)
{
    const size_t start = room->len;
    struct tlv element;
    if (tlv_whole(value, tag, &element))
        writer_put(room, value);
    else
        tlv_put(room, tag, value);
    esipa_set(values, at, bytes_of(room->data + start, room->len - start));
}
