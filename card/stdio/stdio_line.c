#include "card/stdio/stdio_line.h"

#include "apdu/hex.h"
#include "card/stdio/stdio_json.h"

#define COMMENT '#'

static void put_line(struct writer *answer, const char *text)
{
    writer_put(answer, bytes_of_text(text));
    writer_put_u8(answer, '\n');
}

static void put_hex(struct writer *answer, struct bytes bytes)
{
    if (answer->capacity - answer->len <= HEX_SIZE(bytes.len))
        return;
    hex_encode(bytes, (char *)answer->data + answer->len);
    answer->len += HEX_SIZE(bytes.len) - 1;
    writer_put_u8(answer, '\n');
}

/* Words beside commands; the answer to those that power the card is its ATR. */
static const struct {
    const char *word;
    bool powers;
    enum card_power power;
    bool atr;
} words[] = {
    {"reset", true, CARD_RESET, true},
    {"on", true, CARD_ON, true},
    {"off", true, CARD_OFF, false},
    {"atr", false, CARD_ON, true},
};

static bool answer_word(struct stdio_line *client, struct bytes line, struct writer *answer)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!bytes_equal(line, bytes_of_text(words[i].word)))
            continue;
        if (words[i].powers ? !contact_power(&client->contact, words[i].power)
                            : !contact_is_present(&client->contact))
            put_line(answer, "gone");
        else if (words[i].atr)
            put_hex(answer, card_atr(client->contact.card));
        else
            put_line(answer, "ok");
        return true;
    }
    return false;
}

static bool read_command(struct bytes line, struct writer *out)
{
    int high = -1;
    for (size_t i = 0; i < line.len; i++) {
        const int digit = hex_digit((char)line.data[i]);
        if (digit < 0 && (high >= 0 || (line.data[i] != ' ' && line.data[i] != '\t')))
            return false;
        if (digit >= 0 && high >= 0)
            writer_put_u8(out, (uint8_t)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    return high < 0 && !out->overflow;
}

/* The command is read into the front of the answer's room, which it leaves before the answer. */
static void answer_command(struct stdio_line *client, struct bytes line, struct writer *answer)
{
    static const char *const texts[] = {[CONTACT_MUTE] = "mute", [CONTACT_GONE] = "gone"};
    struct writer command = writer_on(answer->data + answer->len, APDU_COMMAND_MAX);
    struct writer response = writer_on(client->room, CARD_RESPONSE_CAPACITY);
    if (!read_command(line, &command)) {
        put_line(answer, "error: neither hexadecimal digits nor reset, on, off, atr");
        return;
    }
    const enum contact_result result =
        contact_transmit(&client->contact, writer_bytes(&command), &response);
    if (result == CONTACT_ANSWERED)
        put_hex(answer, writer_bytes(&response));
    else
        put_line(answer, texts[result]);
}

static struct bytes without_blanks(struct bytes line)
{
    while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
        line.len--;
    while (line.len > 0 && strchr(" \t\r", line.data[0]) != NULL)
        line = bytes_of(line.data + 1, line.len - 1);
    return line;
}

bool stdio_line_answer(struct stdio_line *client, struct bytes line, struct writer *answer)
{
    line = without_blanks(line);
    if (line.len == 0 || line.data[0] == COMMENT)
        return true;
    if (line.data[0] == '{')
        return stdio_json_answer(&client->contact, line, client->room, answer);
    if (!answer_word(client, line, answer))
        answer_command(client, line, answer);
    return true;
}
