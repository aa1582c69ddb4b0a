/* Any lines on standard input: each is answered with one line, or none, and nothing else. */
#include <stdlib.h>

#include "apdu/trace.h"
#include "card/stdio/stdio_line.h"

static void be_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY], answers[STDIO_ANSWER_MAX];
    struct stdio_line client = {.room = room};
    struct bytes rest = bytes_of(data, size), line;
    trace_to(be_silent, NULL);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        struct writer answer = writer_on(answers, sizeof(answers));
        if (!bytes_take(&rest, end != NULL ? (size_t)(end - rest.data) : rest.len, &line))
            abort();
        (void)stdio_line_answer(&client, line, &answer);
        if (answer.overflow ||
            (answer.len > 0 && memchr(answers, '\n', answer.len) != answers + answer.len - 1))
            abort();
        if (end != NULL)
            (void)bytes_take(&rest, 1, &line);
    }
    return 0;
}
