#include "tools/lib/common/field.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/common/base64.h"

#include <stdlib.h>

/* Base64 may come in lines: room for a line end after each group of four digits is plenty. */
#define BASE64_LOOSE_SIZE(len) (2 * BASE64_SIZE(len))

enum field_result field_text(const json_t *object, const char *name, size_t max, const char **out)
{
    *out = NULL;
    const json_t *member = json_object_get(object, name);
    if (member == NULL || json_is_null(member))
        return FIELD_ABSENT;
    const char *text = json_string_value(member);
    if (text == NULL || json_string_length(member) > max ||
        strlen(text) != json_string_length(member))
        return FIELD_INVALID;
    *out = text;
    return FIELD_OK;
}

enum field_result field_boolean(const json_t *object, const char *name, bool *out)
{
    const json_t *member = json_object_get(object, name);
    if (member == NULL || json_is_null(member))
        return FIELD_ABSENT;
    if (!json_is_boolean(member))
        return FIELD_INVALID;
    *out = json_is_true(member);
    return FIELD_OK;
}

static enum field_result decode(struct bytes text, size_t max, struct blob *out)
{
    const size_t room = BASE64_DECODED_MAX(text.len);
    uint8_t *data = malloc(room);
    if (data == NULL)
        return FIELD_INVALID;
    struct writer writer = writer_on(data, room);
    if (!base64_decode(text, &writer) || writer.len > max) {
        free(data);
        return FIELD_INVALID;
    }
    *out = (struct blob){data, writer.len};
    return FIELD_OK;
}

enum field_result field_bytes(const json_t *object, const char *name, size_t max, struct blob *out)
{
    *out = (struct blob){0};
    const char *text;
    const enum field_result result = field_text(object, name, BASE64_LOOSE_SIZE(max), &text);
    return result == FIELD_OK ? decode(bytes_of_text(text), max, out) : result;
}

enum field_result field_transaction_id(const json_t *object, const char *name, struct writer *out)
{
    const char *text;
    const enum field_result result = field_text(object, name, 2 * FIELD_TRANSACTION_ID_MAX, &text);
    if (result != FIELD_OK)
        return result;
    const size_t before = out->len;
    return hex_decode(text, out) && out->len > before ? FIELD_OK : FIELD_INVALID;
}

static int set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) == 0)
        return 0;
    trace_error("no memory for the answer's %s", name);
    return FAILURE_INTERNAL;
}

int field_set_text(json_t *object, const char *name, const char *text)
{
    return set(object, name, json_string(text));
}

int field_set_bytes(json_t *object, const char *name, struct bytes bytes)
{
    char *text = malloc(BASE64_SIZE(bytes.len));
    if (text == NULL) {
        trace_error("no memory for the answer's %s", name);
        return FAILURE_INTERNAL;
    }
    base64_encode(bytes, text);
    const int result = set(object, name, json_string_nocheck(text)); /* ASCII, as it is made */
    free(text);
    return result;
}

int field_set_transaction_id(json_t *object, const char *name, struct bytes transaction_id)
{
    char digits[HEX_SIZE(FIELD_TRANSACTION_ID_MAX)];
    if (transaction_id.len > FIELD_TRANSACTION_ID_MAX)
        return FAILURE_INTERNAL;
    hex_encode(transaction_id, digits);
    return field_set_text(object, name, digits);
}
