#include "tools/modem/line.h"

#include <ctype.h>
#include <strings.h>

#define BACKSPACE 0x08
#define DELETE 0x7F

void line_init(struct line *line)
{
    line->text = writer_on(line->room, sizeof(line->room));
}

static void erase_last(struct line *line)
{
    if (line->text.len > 0 && !line->text.overflow)
        line->text.len--;
}

/* A line of a shell's echo ends in LF; the LF after a CR ends an empty line, which is none. */
static bool is_end(uint8_t character)
{
    return character == '\r' || character == '\n';
}

static bool is_blank(uint8_t character)
{
    return character == ' ' || character == '\t';
}

/* Blanks count within strings and nowhere else (V.250 §5.2.1). */
static size_t drop_blanks(char *text, size_t len)
{
    size_t kept = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        quoted ^= text[i] == '"';
        if (quoted || !is_blank((uint8_t)text[i]))
            text[kept++] = text[i];
    }
    return kept;
}

static enum line_end judge(struct bytes text, bool too_long, struct bytes *commands)
{
    struct bytes front;
    if (text.len == 0 && !too_long)
        return LINE_EMPTY;
    if (too_long || !bytes_take(&text, 2, &front) ||
        strncasecmp((const char *)front.data, "AT", 2) != 0)
        return LINE_REFUSED;
    *commands = text;
    return LINE_WHOLE;
}

enum line_end line_take(struct line *line, struct bytes *input, struct writer *echo,
                        struct bytes *text)
{
    uint8_t character;
    while (bytes_take_u8(input, &character)) {
        if (echo != NULL)
            writer_put_u8(echo, character);
        if (is_end(character)) {
            const bool too_long = line->text.overflow;
            const struct bytes whole =
                bytes_of(line->room, drop_blanks(line->room, line->text.len));
            writer_reset(&line->text);
            return judge(whole, too_long, text);
        }
        if (character == BACKSPACE || character == DELETE)
            erase_last(line);
        else
            writer_put_u8(&line->text, character);
    }
    return LINE_OPEN;
}

static void take_while(struct bytes *from, int (*belongs)(int), struct bytes *out)
{
    struct bytes rest = *from;
    size_t len = 0;
    while (len < rest.len && belongs(rest.data[len]))
        len++;
    bytes_take(from, len, out);
}

/* E0, &F, Z: a letter, with & in front or not, and a number that may be left out. No semicolon need
 * follow. */
static bool take_basic(struct bytes *text, struct line_command *out)
{
    const size_t front = text->data[0] == '&' ? 1 : 0;
    struct bytes end;
    if (text->len <= front || !isalpha(text->data[front]))
        return false;
    out->form = LINE_EXECUTE;
    bytes_take(text, front + 1, &out->name);
    take_while(text, isdigit, &out->values);
    if (text->len > 0 && text->data[0] == ';')
        bytes_take(text, 1, &end);
    return true;
}

/* Up to the semicolon that ends it, if one does. */
static void take_values(struct bytes *text, struct bytes *out)
{
    struct bytes end;
    bool quoted = false;
    size_t len = 0;
    for (; len < text->len && (quoted || text->data[len] != ';'); len++)
        quoted ^= text->data[len] == '"';
    bytes_take(text, len, out);
    bytes_take(text, 1, &end);
}

static bool take_extended(struct bytes *text, struct line_command *out)
{
    struct bytes mark;
    size_t len = 1;
    while (len < text->len && isalnum(text->data[len]))
        len++;
    bytes_take(text, len, &out->name);
    take_values(text, &out->values);
    if (out->values.len == 0)
        out->form = LINE_EXECUTE;
    else if (bytes_equal(out->values, BYTES('?')))
        out->form = LINE_READ;
    else if (bytes_equal(out->values, BYTES('=', '?')))
        out->form = LINE_TEST;
    else if (out->values.data[0] == '=')
        out->form = LINE_SET;
    else
        return false;
    if (out->form == LINE_SET)
        bytes_take(&out->values, 1, &mark);
    else
        out->values = (struct bytes){0};
    return len > 1;
}

bool line_take_command(struct bytes *text, struct line_command *out)
{
    struct bytes rest = *text;
    struct line_command command = {0};
    if (rest.len == 0 ||
        !(rest.data[0] == '+' ? take_extended(&rest, &command) : take_basic(&rest, &command)))
        return false;
    *text = rest;
    *out = command;
    return true;
}

bool line_is_named(const struct line_command *command, const char *name)
{
    return command->name.len == strlen(name) &&
           strncasecmp((const char *)command->name.data, name, command->name.len) == 0;
}
