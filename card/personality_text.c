/* The lines of a personality's text. */
#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality_table.h"

#define LINE_MAX_BYTES 1024
#define ROWS_MAX 128
#define BLANKS " \t"

struct place {
    const char *name;
    unsigned line;
};

/* Cuts blanks off both ends; what is left begins there. */
static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t len = strlen(text);
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

/* A # begins a comment at the line's start or after a blank. */
static void cut_comment(char *line)
{
    for (char *at = strchr(line, '#'); at != NULL; at = strchr(at + 1, '#'))
        if (at == line || strchr(BLANKS, at[-1]) != NULL) {
            *at = '\0';
            return;
        }
}

/* The next line, without its end; false after a trace line if it is none of a text. */
static bool take_line(struct bytes *text, const struct place *place, char line[LINE_MAX_BYTES])
{
    const uint8_t *end = memchr(text->data, '\n', text->len);
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    struct bytes whole;
    bytes_take(text, end != NULL ? len + 1 : len, &whole);
    if (len > 0 && whole.data[len - 1] == '\r')
        len--;
    if (len >= LINE_MAX_BYTES || memchr(whole.data, '\0', len) != NULL) {
        trace_error("%s:%u: %s", place->name, place->line,
                    len >= LINE_MAX_BYTES ? "the line is too long" : "this is no text");
        return false;
    }
    memcpy(line, whole.data, len);
    line[len] = '\0';
    return true;
}

static int read_value(struct personality *personality, const struct place *place,
                      const struct personality_row *row, const char *value, bool again)
{
    if (again && !row->repeatable)
        trace_error("%s:%u: %s has a value already", place->name, place->line, row->key);
    else if (!row->read(personality, row, value, again))
        trace_error("%s:%u: %s = %s: a value is %s", place->name, place->line, row->key, value,
                    row->form);
    else
        return 0;
    return FAILURE_INTERNAL;
}

static int read_line(struct personality *personality, const struct place *place, char *line,
                     bool seen[ROWS_MAX])
{
    cut_comment(line);
    char *key = trim(line), *equals = strchr(key, '=');
    if (key[0] == '\0')
        return 0;
    if (equals == NULL) {
        trace_error("%s:%u: a line is 'key = value' or a comment with #", place->name, place->line);
        return FAILURE_INTERNAL;
    }
    *equals = '\0';
    key = trim(key);
    const struct personality_row *row = personality_table_find(key);
    if (row == NULL) {
        trace_error("%s:%u: %s is no key; 'emuicc --personality keys' prints those there are",
                    place->name, place->line, key);
        return FAILURE_INTERNAL;
    }
    const size_t number = (size_t)(row - personality_table);
    const bool again = seen[number];
    seen[number] = true;
    return read_value(personality, place, row, trim(equals + 1), again);
}

int personality_read(struct personality *personality, const char *name, struct bytes text)
{
    struct place place = {name, 0};
    bool seen[ROWS_MAX] = {false};
    char line[LINE_MAX_BYTES];
    while (text.len > 0) {
        place.line++;
        if (!take_line(&text, &place, line) || read_line(personality, &place, line, seen) != 0)
            return FAILURE_INTERNAL;
    }
    if ((personality->info.platform_label == NULL) ==
        (personality->info.discovery_base_url == NULL))
        return 0;
    trace_error("%s: platform-label and discovery-base-url need each other", name);
    return FAILURE_INTERNAL;
}
