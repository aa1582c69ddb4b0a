#include "tests/support/talk.h"

#include <stdio.h>

#include "apdu/hex.h"

#define STATUS_DIGITS 4

/* Room for a chain of answers. */
static char text[HEX_SIZE(2 * CARD_RESPONSE_CAPACITY)];

/* Appends the answer's text at `at`. */
static bool talk_at(struct card *card, const char *command, size_t at)
{
    static uint8_t bytes[APDU_COMMAND_MAX], room[CARD_RESPONSE_CAPACITY];
    struct writer in = writer_on(bytes, sizeof(bytes)), out = writer_on(room, sizeof(room));
    text[at] = '\0';
    if (!hex_decode(command, &in))
        return false;
    card_transmit(card, writer_bytes(&in), &out);
    if (out.overflow || out.len < STATUS_DIGITS / 2 || out.len > APDU_RESPONSE_MAX ||
        at + HEX_SIZE(out.len) > sizeof(text))
        return false;
    hex_encode(writer_bytes(&out), text + at);
    return true;
}

const char *talk(struct card *card, const char *command)
{
    return talk_at(card, command, 0) ? text : "";
}

const char *talk_through(struct card *card, const char *command)
{
    char get_response[16];
    if (!talk_at(card, command, 0))
        return "";
    for (;;) {
        const size_t end = strlen(text) - STATUS_DIGITS;
        if (strncmp(text + end, "61", 2) != 0)
            return text;
        snprintf(get_response, sizeof(get_response), "%.2sC00000%.2s", command, text + end + 2);
        if (!talk_at(card, get_response, end))
            return "";
    }
}

const char *talk_es10(struct card *card, const char *request)
{
    char command[2 * APDU_DATA_SHORT_MAX + 16];
    snprintf(command, sizeof(command), "80E29100%02zX%s", strlen(request) / 2, request);
    return talk_through(card, command);
}
