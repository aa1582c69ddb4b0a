#include "tools/lib/common/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 1024 /* at first */

struct text {
    char *data; /* NULL once memory was short */
    size_t len, room;
};

static void put(struct text *text, const char *data, size_t len)
{
    if (text->data == NULL)
        return;
    if (text->room - text->len < len) {
        text->room = 2 * text->room + len;
        char *larger = realloc(text->data, text->room);
        if (larger == NULL)
            free(text->data);
        text->data = larger;
    }
    if (text->data == NULL)
        return;
    memcpy(text->data + text->len, data, len);
    text->len += len;
}

static int put_part(const char *data, size_t len, void *context)
{
    struct text *text = context;
    put(text, data, len);
    return text->data != NULL ? 0 : -1;
}

/* Visible ASCII that JSON takes as it stands. */
static bool is_plain(const char *data, size_t len)
{
    unsigned odd = 0; /* counted to the end: no branch, so many at once */
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)data[i];
        odd |= (unsigned)(c < ' ') | (unsigned)(c > '~') | (unsigned)(c == '"') |
               (unsigned)(c == '\\');
    }
    return odd == 0;
}

static bool put_plain(struct text *text, const char *data, size_t len)
{
    if (!is_plain(data, len))
        return false;
    put(text, "\"", 1);
    put(text, data, len);
    put(text, "\"", 1);
    return true;
}

static bool put_by_jansson(struct text *text, const json_t *value)
{
    return json_dump_callback(value, put_part, text, JSON_COMPACT | JSON_ENCODE_ANY) == 0;
}

static bool put_key(struct text *text, const char *key)
{
    if (put_plain(text, key, strlen(key)))
        return true;
    json_t *value = json_string(key);
    const bool ok = value != NULL && put_by_jansson(text, value);
    json_decref(value);
    return ok;
}

static bool put_value(struct text *text, const json_t *value)
{
    return (json_is_string(value) &&
            put_plain(text, json_string_value(value), json_string_length(value))) ||
           put_by_jansson(text, value);
}

/* An object's strings one level down, and so on where it has objects: what bodies are made of. */
static bool put_object(struct text *text, const json_t *object)
{
    json_t *const from = (json_t *)object; /* only read */
    const char *before = "{";
    bool ok = true;
    for (void *at = json_object_iter(from); ok && at != NULL;
         at = json_object_iter_next(from, at)) {
        const json_t *value = json_object_iter_value(at);
        put(text, before, 1);
        ok = put_key(text, json_object_iter_key(at));
        put(text, ":", 1);
        ok = ok && (json_is_object(value) ? put_object(text, value) : put_value(text, value));
        before = ",";
    }
    put(text, json_object_size(object) > 0 ? "}" : "{}", json_object_size(object) > 0 ? 1 : 2);
    return ok && text->data != NULL;
}

char *json_text(const json_t *value)
{
    if (!json_is_object(value))
        return value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
    struct text text = {malloc(ROOM), 0, ROOM};
    const bool ok = put_object(&text, value);
    put(&text, "", 1);
    if (ok && text.data != NULL)
        return text.data;
    free(text.data);
    return NULL;
}
