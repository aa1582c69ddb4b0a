#include "tools/lib/iot/operation.h"

#include <stdio.h>
#include <string.h>

#include "apdu/der.h"
#include "tools/lib/iot/operation_show.h"
#include "tools/lib/iot/operation_table.h"

#define CODE_MAX 0xFFFF
#define LIST_OK 0xA0
#define LIST_ERROR 0x81
#define TOKEN 0x84
#define NESTED_CODE 0x80

const char *operation_list_name(enum operation_list list)
{
    return list == OPERATION_PSMO ? "psmo" : "eco";
}

static const struct operation_row *find_name(enum operation_list list, const char *name)
{
    for (size_t i = 0; i < operation_row_count; i++) {
        const struct operation_row *row = &operation_rows[i];
        if (row->list == list && row->tag != 0 &&
            (strcmp(row->name, name) == 0 || (row->other != NULL && strcmp(row->other, name) == 0)))
            return row;
    }
    return NULL;
}

/* One operation: an object with one member, whose name is the operation's. */
static bool encode_one(enum operation_list list, const json_t *operation, struct writer *out,
                       char detail[OPERATION_DETAIL_SIZE])
{
    void *member = json_object_iter((json_t *)(uintptr_t)operation);
    const char *name = member != NULL ? json_object_iter_key(member) : "";
    const struct operation_row *row = find_name(list, name);
    if (row == NULL || json_object_size(operation) != 1) {
        snprintf(detail, OPERATION_DETAIL_SIZE, "'%.40s' is no operation of %s", name,
                 operation_list_name(list));
        return false;
    }
    const size_t mark = tlv_open(out, row->tag);
    const bool written = row->write(json_object_iter_value(member), out, detail);
    tlv_close(out, mark);
    return written;
}

bool operation_encode(enum operation_list list, const json_t *operations, struct writer *out,
                      char detail[OPERATION_DETAIL_SIZE])
{
    if (json_array_size(operations) == 0) {
        snprintf(detail, OPERATION_DETAIL_SIZE, "%s holds no operation", operation_list_name(list));
        return false;
    }
    for (size_t i = 0; i < json_array_size(operations); i++)
        if (!encode_one(list, json_array_get(operations, i), out, detail))
            return false;
    if (out->overflow)
        snprintf(detail, OPERATION_DETAIL_SIZE, "the operations are too long for one package");
    return !out->overflow;
}

const char *operation_not_in_v1_0(enum operation_list list, const json_t *operations)
{
    for (size_t i = 0; i < json_array_size(operations); i++) {
        json_t *operation = json_array_get(operations, i);
        void *member = json_object_iter(operation);
        const struct operation_row *row =
            member != NULL ? find_name(list, json_object_iter_key(member)) : NULL;
        if (row != NULL && row->not_in_v1_0)
            return row->name;
    }
    return NULL;
}

static const struct operation_row *find_result(enum operation_list list, uint32_t tag)
{
    for (size_t i = 0; i < operation_row_count; i++)
        if (operation_rows[i].result == tag &&
            (operation_rows[i].list == list || operation_rows[i].list == OPERATION_LISTS))
            return &operation_rows[i];
    return NULL;
}

static const struct operation_code *find_code(const struct operation_row *row, uint32_t code)
{
    static const struct operation_code ok = {0, "ok", true}, unknown = {0, "unknown error", false};
    if (code == 0)
        return row->result != DER_INTEGER ? &ok : &unknown; /* what ended early is never good */
    const struct operation_code *codes = row->codes;
    while (codes->code != 0 && codes->code != code)
        codes++;
    return codes->code != 0 ? codes : &unknown;
}

static bool read_code(const struct operation_row *row, struct bytes value,
                      struct operation_result *out)
{
    if (!der_to_unsigned(value, CODE_MAX, &out->code))
        return false;
    const struct operation_code *code = find_code(row, out->code);
    out->ok = code->done;
    out->text = code->text;
    return true;
}

static bool read_choice(const struct operation_row *row, uint32_t good, uint32_t bad,
                        struct bytes value, struct operation_result *out)
{
    struct tlv choice;
    if (!tlv_take(&value, &choice) || value.len > 0)
        return false;
    if (choice.tag == bad)
        return read_code(row, choice.value, out);
    out->ok = choice.tag == good;
    out->text = "ok";
    out->value = choice.value;
    return out->ok;
}

static bool read_value(const struct operation_row *row, struct bytes value,
                       struct operation_result *out)
{
    switch (row->answer) {
    case OPERATION_ANSWER_CODE:
        return read_code(row, value, out);
    case OPERATION_ANSWER_NESTED:
        return read_choice(row, 0, NESTED_CODE, value, out);
    case OPERATION_ANSWER_LIST:
        return read_choice(row, LIST_OK, LIST_ERROR, value, out);
    case OPERATION_ANSWER_TOKEN:
        if (!read_choice(row, TOKEN, DER_INTEGER, value, out))
            return false;
        out->token = out->value;
        out->value = (struct bytes){0};
        return true;
    case OPERATION_ANSWER_RULES:
        out->ok = true;
        out->text = "ok";
        out->value = value;
        return true;
    }
    return false;
}

static const char unknown_key[] = "unknownResult";

bool operation_result_take(struct bytes *results, enum operation_list list,
                           struct operation_result *out)
{
    struct tlv element;
    if (!tlv_take(results, &element))
        return false;
    const struct operation_row *row = find_result(list, element.tag);
    struct operation_result read = {.name = row != NULL ? row->name : "unknown",
                                    .key = row != NULL ? row->key : unknown_key,
                                    .text = "unknown result",
                                    .tag = element.tag};
    if (row != NULL && !read_value(row, element.value, &read))
        return false;
    *out = read;
    return true;
}

bool operation_result_is_unknown(const struct operation_result *result)
{
    return strcmp(result->key, unknown_key) == 0;
}

json_t *operation_result_json(const struct operation_result *result)
{
    json_t *value = operation_show(result);
    json_t *object = value != NULL ? json_object() : NULL;
    if (json_object_set_new(object, result->key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}
