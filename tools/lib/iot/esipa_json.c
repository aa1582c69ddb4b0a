#include "tools/lib/iot/esipa_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/lib/common/field.h"
#include "tools/lib/iot/esipa_status.h"

#define MEMBER_MAX (4u << 20) /* bytes of one member, decoded */
#define HEADERS_MAX 64        /* tags and lengths around the members */
#define TEXT_MAX 255
#define DIGITS_MAX 16
#define NUMBER_SIZE 8
#define CODES_SIZE 32

enum esipa_function esipa_json_function_of(const char *path)
{
    enum esipa_function function = 0;
    if (strncmp(path, ESIPA_JSON_PATH, strlen(ESIPA_JSON_PATH)) != 0)
        return ESIPA_FUNCTIONS;
    path += strlen(ESIPA_JSON_PATH);
    while (function < ESIPA_FUNCTIONS && strcmp(esipa_messages[function].name, path) != 0)
        function++;
    return function;
}

/* Members on their way from an object to a message; owned until finish(). */
struct members {
    struct blob blobs[ESIPA_FIELDS_MAX];
    struct esipa_values values;
    size_t len; /* of all together */
};

static void finish(struct members *members)
{
    for (size_t i = 0; i < ESIPA_FIELDS_MAX; i++)
        blob_finish(&members->blobs[i]);
}

static enum field_result read_text(const json_t *object, const char *name, struct blob *out)
{
    const char *text;
    const enum field_result result = field_text(object, name, TEXT_MAX, &text);
    if (result != FIELD_OK)
        return result;
    return blob_copy(bytes_of_text(text), out) == 0 ? FIELD_OK : FIELD_INVALID;
}

static enum field_result read_digits(const json_t *object, const char *name, struct blob *out)
{
    uint8_t data[DIGITS_MAX];
    struct writer writer = writer_on(data, sizeof(data));
    const char *text;
    const enum field_result result = field_text(object, name, 2 * DIGITS_MAX, &text);
    if (result != FIELD_OK)
        return result;
    if (!hex_decode(text, &writer) || writer.len == 0)
        return FIELD_INVALID;
    return blob_copy(writer_bytes(&writer), out) == 0 ? FIELD_OK : FIELD_INVALID;
}

static enum field_result read_number(const json_t *object, const char *name, struct blob *out)
{
    uint8_t data[NUMBER_SIZE + 2];
    struct writer writer = writer_on(data, sizeof(data));
    const json_t *member = json_object_get(object, name);
    struct tlv number;
    if (member == NULL)
        return FIELD_ABSENT;
    der_put_integer(&writer, DER_INTEGER, json_integer_value(member));
    if (!json_is_integer(member) || !tlv_whole(writer_bytes(&writer), DER_INTEGER, &number))
        return FIELD_INVALID;
    return blob_copy(number.value, out) == 0 ? FIELD_OK : FIELD_INVALID;
}

static enum field_result read_flag(const json_t *object, const char *name)
{
    bool flag;
    const enum field_result result = field_boolean(object, name, &flag);
    return result == FIELD_OK && !flag ? FIELD_ABSENT : result;
}

static enum field_result read_member(const struct esipa_row *row, const json_t *object,
                                     struct blob *out)
{
    switch (row->kind) {
    case ESIPA_TEXT:
        return read_text(object, row->name, out);
    case ESIPA_DIGITS:
        return read_digits(object, row->name, out);
    case ESIPA_NUMBER:
        return read_number(object, row->name, out);
    case ESIPA_FLAG:
        return read_flag(object, row->name);
    default:
        return field_bytes(object, row->name, MEMBER_MAX, out);
    }
}

/* Whole elements are what they must be: some peers send a signature's content alone. */
static bool is_in_form(const struct esipa_row *row, struct bytes value)
{
    struct tlv element;
    const bool whole = tlv_take(&value, &element) && value.len == 0;
    switch (row->kind) {
    case ESIPA_WHOLE:
        return whole && element.tag == row->tag;
    case ESIPA_RETAGGED:
        return whole && element.tag == row->other;
    case ESIPA_INSIDE:
    case ESIPA_REST:
        return whole;
    default:
        return true;
    }
}

static bool wrap(const struct esipa_row *row, struct blob *blob)
{
    const size_t room = blob->len + TLV_HEADER_MAX;
    uint8_t *data = malloc(room);
    if (data == NULL)
        return false;
    struct writer writer = writer_on(data, room);
    tlv_put(&writer, row->tag, blob_bytes(blob));
    blob_finish(blob);
    *blob = (struct blob){data, writer.len};
    return true;
}

static bool read_row(const struct esipa_row *row, const json_t *object, struct members *members,
                     size_t at)
{
    struct blob *blob = &members->blobs[at];
    const enum field_result result = read_member(row, object, blob);
    if (result == FIELD_ABSENT)
        return row->optional;
    if (result != FIELD_OK)
        return false;
    if (!is_in_form(row, blob_bytes(blob)) &&
        (row->kind != ESIPA_WHOLE || (row->tag & 0x20) != 0 || !wrap(row, blob)))
        return false;
    esipa_set(&members->values, at, blob_bytes(blob));
    members->len += blob->len + TLV_HEADER_MAX;
    return true;
}

static bool read_rows(const struct esipa_form *form, const json_t *object, struct members *members,
                      const char **name)
{
    for (size_t i = 0; i < form->count; i++) {
        *name = form->rows[i].name;
        if (!read_row(&form->rows[i], object, members, i))
            return false;
    }
    *name = NULL;
    return true;
}

/* Room for a message with these members. */
static bool make_room(const struct members *members, struct blob *out)
{
    const size_t room = members->len + HEADERS_MAX;
    *out = (struct blob){malloc(room), room};
    return out->data != NULL;
}

bool esipa_json_read_request(const struct esipa_message *message, const json_t *object,
                             struct blob *out, const char **name)
{
    struct members members = {0};
    bool good = read_rows(&message->request, object, &members, name) && make_room(&members, out);
    if (good) {
        struct writer writer = writer_on(out->data, out->len);
        esipa_put_request(message, &members.values, &writer);
        out->len = writer_bytes(&writer).len;
    }
    finish(&members);
    return good;
}

static json_t *number_json(struct bytes value)
{
    int64_t number;
    return der_to_integer(value, &number) ? json_integer(number) : NULL;
}

static int set_digits(json_t *object, const char *name, struct bytes value)
{
    char digits[HEX_SIZE(DIGITS_MAX)];
    if (value.len > DIGITS_MAX)
        return -1;
    hex_encode(value, digits);
    return field_set_text(object, name, digits);
}

/* The element with its other tag, as the chip has answered it. */
static int set_retagged(json_t *object, const struct esipa_row *row, struct bytes whole)
{
    struct tlv element;
    struct blob copy = {0};
    if (!tlv_take(&whole, &element) || blob_copy(element.value, &copy) != 0)
        return -1;
    const struct esipa_row other = {.tag = row->other};
    const int result =
        wrap(&other, &copy) ? field_set_bytes(object, row->name, blob_bytes(&copy)) : -1;
    blob_finish(&copy);
    return result;
}

static int set_member(json_t *object, const struct esipa_row *row, struct bytes value)
{
    switch (row->kind) {
    case ESIPA_TEXT:
        return json_object_set_new(object, row->name,
                                   json_stringn((const char *)value.data, value.len));
    case ESIPA_DIGITS:
        return set_digits(object, row->name, value);
    case ESIPA_NUMBER:
        return json_object_set_new(object, row->name, number_json(value));
    case ESIPA_FLAG:
        return json_object_set_new(object, row->name, json_true());
    case ESIPA_RETAGGED:
        return set_retagged(object, row, value);
    default:
        return field_set_bytes(object, row->name, value);
    }
}

static json_t *write_rows(const struct esipa_form *form, const struct esipa_values *values,
                          json_t *object)
{
    for (size_t i = 0; i < form->count; i++) {
        if (values->has[i] && set_member(object, &form->rows[i], values->at[i]) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

json_t *esipa_json_write_request(const struct esipa_message *message, struct bytes whole)
{
    struct esipa_values values;
    if (!esipa_read_request(message, whole, &values))
        return NULL;
    return write_rows(&message->request, &values, json_object());
}

static enum esipa_function function_of(const struct esipa_message *message)
{
    return (enum esipa_function)(message - esipa_messages);
}

/* The error as a member where the message has one for it, or as status codes. */
static json_t *failure(const struct esipa_message *message, uint32_t error)
{
    if (message->error_name != NULL)
        return json_pack("{s:{s:{s:s}}, s:i}", "header", "functionExecutionStatus", "status",
                         "Executed-Success", message->error_name, (int)error);
    const char *codes = esipa_status_codes(function_of(message), error);
    const char *reason = strchr(codes, '/') + 1;
    return json_pack("{s:{s:{s:s, s:{s:s%, s:s}}}}", "header", "functionExecutionStatus", "status",
                     "Failed", "statusCodeData", "subjectCode", codes, (size_t)(reason - codes - 1),
                     "reasonCode", reason);
}

json_t *esipa_json_write_answer(const struct esipa_message *message, struct bytes whole)
{
    struct esipa_values values;
    uint32_t error;
    size_t answer;
    if (!esipa_read_answer(message, whole, &answer, &error, &values))
        return NULL;
    if (error != 0)
        return failure(message, error);
    return write_rows(&message->answers[answer], &values,
                      json_pack("{s:{s:{s:s}}}", "header", "functionExecutionStatus", "status",
                                "Executed-Success"));
}

/* The error that an answer tells, 0 for none. */
static uint32_t error_of(const struct esipa_message *message, const json_t *object)
{
    const json_t *status =
        json_object_get(json_object_get(object, "header"), "functionExecutionStatus");
    const char *text = json_string_value(json_object_get(status, "status"));
    const json_t *member =
        message->error_name != NULL ? json_object_get(object, message->error_name) : NULL;
    if (json_integer_value(member) > 0 && json_integer_value(member) <= ESIPA_UNDEFINED_ERROR)
        return (uint32_t)json_integer_value(member);
    if (text == NULL || strcmp(text, "Failed") != 0)
        return 0;
    const json_t *data = json_object_get(status, "statusCodeData");
    const char *subject = json_string_value(json_object_get(data, "subjectCode"));
    const char *reason = json_string_value(json_object_get(data, "reasonCode"));
    char codes[CODES_SIZE];
    snprintf(codes, sizeof(codes), "%s/%s", subject != NULL ? subject : "",
             reason != NULL ? reason : "");
    return esipa_status_error(function_of(message), codes);
}

static bool put_error(const struct esipa_message *message, uint32_t error, struct blob *out)
{
    const struct members none = {0};
    if (!make_room(&none, out))
        return false;
    struct writer writer = writer_on(out->data, out->len);
    esipa_put_error(message, error, &writer);
    out->len = writer.len;
    return true;
}

/* The alternative whose members are there: the one with none is the last resort. */
static bool read_alternative(const struct esipa_message *message, const json_t *object,
                             struct blob *out, const char **name)
{
    bool good = false;
    for (size_t i = 0; !good && i < message->answer_count; i++) {
        struct members members = {0};
        good = read_rows(&message->answers[i], object, &members, name) && make_room(&members, out);
        if (good) {
            struct writer writer = writer_on(out->data, out->len);
            esipa_put_answer(message, i, &members.values, &writer);
            out->len = writer_bytes(&writer).len;
        }
        finish(&members);
    }
    return good;
}

bool esipa_json_read_answer(const struct esipa_message *message, const json_t *object,
                            struct blob *out, const char **name)
{
    const uint32_t error = error_of(message, object);
    *name = NULL;
    if (error != 0)
        return put_error(message, error, out);
    return read_alternative(message, object, out, name);
}
