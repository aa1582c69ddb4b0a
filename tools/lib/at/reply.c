#include "tools/lib/at/reply.h"

#include "apdu/trace.h"

#define TRACED_CHARACTERS 80

/* Lines that end an answer badly. */
static const char *const errors[] = {"+CME ERROR:", "+CMS ERROR:", "ERROR", "NO CARRIER"};

void reply_begin(struct reply *reply, const char *echo, const char *name, bool bare)
{
    *reply = (struct reply){.echo = echo, .name = name, .bare = bare};
    reply->value = writer_on(reply->value_room, sizeof(reply->value_room));
    reply->error = writer_on(reply->error_room, sizeof(reply->error_room));
    reply->line = writer_on(reply->line_room, sizeof(reply->line_room));
}

static bool take_front(struct bytes *line, const char *front)
{
    struct bytes taken;
    return bytes_start_with(*line, bytes_of_text(front)) && bytes_take(line, strlen(front), &taken);
}

static bool is_number(struct bytes line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] < '0' || line.data[i] > '9')
            return false;
    return line.len > 0;
}

static bool is_result(const struct reply *reply, struct bytes *line)
{
    struct bytes rest = *line;
    if (reply->name == NULL)
        return false;
    if (!take_front(&rest, reply->name) || !take_front(&rest, ":"))
        return reply->bare && is_number(*line);
    *line = rest;
    return true;
}

static bool is_error(struct reply *reply, struct bytes line)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (!take_front(&line, errors[i]))
            continue;
        reply->error_name = errors[i];
        while (line.len > 0 && line.data[0] == ' ')
            take_front(&line, " ");
        writer_put(&reply->error, line);
        return true;
    }
    return false;
}

static enum reply_state judge(struct reply *reply, struct bytes line)
{
    if (line.len == 0 || bytes_equal(line, bytes_of_text(reply->echo)))
        return REPLY_OPEN;
    if (bytes_equal(line, BYTES('O', 'K')))
        return REPLY_OK;
    if (is_error(reply, line))
        return REPLY_ERROR;
    if (!reply->has_value && is_result(reply, &line)) {
        writer_put(&reply->value, line);
        reply->has_value = true;
    } else {
        trace_detail("the modem says unasked: %.*s",
                     line.len < TRACED_CHARACTERS ? (int)line.len : TRACED_CHARACTERS,
                     (const char *)line.data);
    }
    return REPLY_OPEN;
}

/* Both ends count, so that an echo, which has only the first, is a line as well. */
static bool is_end(uint8_t character)
{
    return character == '\r' || character == '\n';
}

enum reply_state reply_feed(struct reply *reply, struct bytes *input)
{
    uint8_t character;
    while (reply->state == REPLY_OPEN && bytes_take_u8(input, &character)) {
        if (!is_end(character)) {
            writer_put_u8(&reply->line, character);
            continue;
        }
        reply->state = judge(reply, writer_bytes(&reply->line));
        writer_reset(&reply->line);
    }
    return reply->state;
}
