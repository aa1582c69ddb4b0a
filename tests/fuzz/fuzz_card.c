/* Any commands in any order to a whole chip with an enabled profile: it answers each with a status
 * word, no longer than a frame, and lives on. The input is a row of commands, each behind a byte
 * with its length; a length of 0 is a reset. The chip stays from input to input, as a real one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/temp_card.h"
#include "apdu/trace.h"

#define ENABLE                                                                                     \
    0x80, 0xE2, 0x91, 0x00, 0x14, 0xBF, 0x31, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, 0x98, 0x88, 0x12,      \
        0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xF1, 0x81, 0x01, 0x00
#define SELECT_ISD_R                                                                               \
    0x00, 0xA4, 0x04, 0x00, 0x10, 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF,      \
        0xFF, 0x89, 0x00, 0x00, 0x01, 0x00

static struct card card;

static void transmit(struct bytes command)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    uint8_t *exact = malloc(command.len > 0 ? command.len : 1);
    struct writer response = writer_on(room, sizeof(room));
    if (exact == NULL)
        abort();
    if (command.len > 0)
        memcpy(exact, command.data, command.len);
    card_transmit(&card, bytes_of(exact, command.len), &response);
    free(exact);
    if (response.overflow || response.len < 2 || response.len > APDU_RESPONSE_MAX)
        abort();
}

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
}

static void begin(void)
{
    trace_to(silence, NULL);
    if (!temp_card_begin() || !temp_card_make(&card, true))
        abort();
    atexit(finish);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = bytes_of(data, size), command;
    uint8_t len;
    if (card.store == NULL)
        begin();
    card_power(&card, CARD_RESET);
    transmit(BYTES(SELECT_ISD_R));
    transmit(BYTES(ENABLE));
    card_power(&card, CARD_RESET);
    while (bytes_take_u8(&rest, &len) && bytes_take(&rest, len, &command)) {
        if (len == 0)
            card_power(&card, CARD_RESET);
        else
            transmit(command);
    }
    return 0;
}
