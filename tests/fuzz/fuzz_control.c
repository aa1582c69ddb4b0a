/* Any lines on the control socket of a whole chip: each gets an answer in JSON, or a few words why
 * there is none, and the chip lives on. Lines are ended by a newline. */
#include <stdlib.h>

#include "tests/support/temp_card.h"
#include "apdu/trace.h"
#include "card/control/requests.h"

static struct card card;
static uint8_t *room;

static void silence(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void finish(void)
{
    card_close(&card);
    temp_card_end();
    free(room);
}

static void begin(const struct control_table *table)
{
    trace_to(silence, NULL);
    room = malloc(table->answer_max);
    if (room == NULL || !temp_card_begin() || !temp_card_make(&card, true))
        abort();
    atexit(finish);
}

static void ask(const struct control_table *table, struct bytes line)
{
    struct writer answer = writer_on(room, table->answer_max);
    const char *why = control_answer(table, line, &answer);
    if (why == NULL && (answer.overflow || answer.len < 2 || answer.data[0] != '{'))
        abort();
}

static void send_a_command(void)
{
    static uint8_t space[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(space, sizeof(space));
    card_transmit(&card, BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x3F, 0x00), &response);
    if (response.len < 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct control_table table = requests_table(&card);
    struct bytes rest = bytes_of(data, size), line;
    if (card.store == NULL)
        begin(&table);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        const size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        bytes_take(&rest, len, &line);
        if (rest.len > 0)
            bytes_take(&rest, 1, &(struct bytes){0});
        if (line.len < CONTROL_REQUEST_MAX)
            ask(&table, line);
        send_a_command();
    }
    return 0;
}
