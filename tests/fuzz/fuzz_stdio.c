/* Any lines on standard input: each is answered with one line, or none, and nothing else. */
#include <stdlib.h>

#include "apdu/trace.h"
#include "card/stdio/stdio_line.h"

void card_power(struct card *card, enum card_power power)
{
    (void)card;
    (void)power;
}

struct bytes card_atr(const struct card *card)
{
    static const uint8_t atr[] = {0x3B};
    (void)card;
    return bytes_of(atr, sizeof(atr));
}

void card_transmit(struct card *card, struct bytes command, struct writer *response)
{
    (void)card;
    writer_put(response, command);
}

struct hardware_outcome card_outcome(const struct card *card)
{
    (void)card;
    return (struct hardware_outcome){0};
}

enum card_presence card_presence(const struct card *card)
{
    (void)card;
    return CARD_INSERTED;
}

void card_unplugged(struct card *card)
{
    (void)card;
}

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
