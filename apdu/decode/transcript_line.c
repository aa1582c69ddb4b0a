#include "apdu/decode/transcript_line.h"

#include "apdu/hex.h"

static const char *const words[] = {[CARD_OFF] = "off", [CARD_ON] = "on", [CARD_RESET] = "reset"};

const char *transcript_power_word(enum card_power power)
{
    return words[power];
}

static enum transcript_line_kind read_bytes(const char *digits, struct writer *bytes,
                                            enum transcript_line_kind kind)
{
    return hex_decode(digits, bytes) && bytes->len > 0 ? kind : TRANSCRIPT_NONSENSE;
}

enum transcript_line_kind transcript_line_read(const char *text, struct writer *bytes,
                                               enum card_power *power)
{
    switch (text[0]) {
    case '\0':
    case '#':
        return TRANSCRIPT_REMARK;
    case '>':
        return read_bytes(text + 1, bytes, TRANSCRIPT_COMMAND);
    case '<':
        return read_bytes(text + 1, bytes, TRANSCRIPT_RESPONSE);
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *power = (enum card_power)i;
        return TRANSCRIPT_POWER;
    }
    return TRANSCRIPT_NONSENSE;
}
