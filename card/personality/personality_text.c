/* The lines of a personality's text. */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality/personality_table.h"
#include "card/text/text_line.h"

#define ROWS_MAX 128

static int read_value(struct personality *personality, const struct text_line *line,
                      const struct personality_row *row, const char *value, bool again)
{
    if (again && !row->repeatable)
        trace_error("%s:%u: %s has a value already", line->name, line->number, row->key);
    else if (!row->read(personality, row, value, again))
        trace_error("%s:%u: %s = %s: a value is %s", line->name, line->number, row->key, value,
                    row->form);
    else
        return 0;
    return FAILURE_INTERNAL;
}

static int read_line(struct personality *personality, struct text_line *line, bool seen[ROWS_MAX])
{
    char *key, *value;
    if (!text_line_split(line->text, &key, &value)) {
        trace_error("%s:%u: a line is 'key = value' or a comment with #", line->name, line->number);
        return FAILURE_INTERNAL;
    }
    const struct personality_row *row = personality_table_find(key);
    if (row == NULL) {
        trace_error("%s:%u: %s is no key; 'emuicc --personality keys' prints those there are",
                    line->name, line->number, key);
        return FAILURE_INTERNAL;
    }
    const size_t number = (size_t)(row - personality_table);
    const bool again = seen[number];
    seen[number] = true;
    return read_value(personality, line, row, value, again);
}

int personality_read(struct personality *personality, const char *name, struct bytes text)
{
    struct text_line line = {.name = name};
    bool seen[ROWS_MAX] = {false};
    int more;
    while ((more = text_line_next(&text, &line)) > 0)
        if (read_line(personality, &line, seen) != 0)
            return FAILURE_INTERNAL;
    if (more < 0)
        return more;
    if ((personality->info.platform_label == NULL) ==
        (personality->info.discovery_base_url == NULL))
        return 0;
    trace_error("%s: platform-label and discovery-base-url need each other", name);
    return FAILURE_INTERNAL;
}
