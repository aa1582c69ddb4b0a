#include "card/personality/words.h"

#include "apdu/hex.h"

#define AID_MIN 5 /* the registered provider's id alone */

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

void words_skip_blanks(struct bytes *from)
{
    while (from->len > 0 && is_blank(from->data[0]))
        bytes_take(from, 1, &(struct bytes){0});
}

bool words_take(struct bytes *from, const char *separators, struct bytes *word)
{
    size_t len = 0;
    if (from->len == 0)
        return false;
    while (len < from->len && strchr(separators, from->data[len]) == NULL)
        len++;
    bytes_take(from, len, word);
    words_skip_blanks(from);
    if (from->len > 1 && strchr(separators, from->data[0]) != NULL)
        bytes_take(from, 1, &(struct bytes){0});
    words_skip_blanks(from);
    while (word->len > 0 && is_blank(word->data[word->len - 1]))
        word->len--;
    return true;
}

bool words_to_aid(const char *value, struct isd_r_aid *out)
{
    struct isd_r_aid aid;
    struct writer room = writer_on(aid.data, sizeof(aid.data));
    if (!hex_decode(value, &room) || room.len < AID_MIN)
        return false;
    aid.len = (uint8_t)room.len;
    *out = aid;
    return true;
}
