#include "card/text/text_line.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#define BLANKS " \t"

/* Cuts blanks off both ends; what is left begins there. */
static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t len = strlen(text);
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

static void cut_comment(char *line)
{
    for (char *at = strchr(line, '#'); at != NULL; at = strchr(at + 1, '#'))
        if (at == line || strchr(BLANKS, at[-1]) != NULL) {
            *at = '\0';
            return;
        }
}

/* The next line, without its end; false after a trace line if it is none of a text. */
static bool take(struct bytes *text, struct text_line *line)
{
    const uint8_t *end = memchr(text->data, '\n', text->len);
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    struct bytes whole;
    bytes_take(text, end != NULL ? len + 1 : len, &whole);
    if (len > 0 && whole.data[len - 1] == '\r')
        len--;
    if (len >= TEXT_LINE_MAX || memchr(whole.data, '\0', len) != NULL) {
        trace_error("%s:%u: %s", line->name, line->number,
                    len >= TEXT_LINE_MAX ? "the line is too long" : "this is no text");
        return false;
    }
    memcpy(line->text, whole.data, len);
    line->text[len] = '\0';
    return true;
}

int text_line_next(struct bytes *text, struct text_line *line)
{
    while (text->len > 0) {
        line->number++;
        if (!take(text, line))
            return FAILURE_INTERNAL;
        cut_comment(line->text);
        const char *says = trim(line->text);
        if (says[0] == '\0')
            continue;
        memmove(line->text, says, strlen(says) + 1);
        return 1;
    }
    return 0;
}

bool text_line_split(char *text, char **left, char **right)
{
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return false;
    *equals = '\0';
    *left = trim(text);
    *right = trim(equals + 1);
    return true;
}

char *text_line_word(char **text)
{
    char *word = *text + strspn(*text, BLANKS);
    char *end = word + strcspn(word, BLANKS);
    *text = end[0] != '\0' ? end + 1 : end;
    end[0] = '\0';
    return word;
}
