#include "fs/profile/iccid.h"

#include "apdu/hex.h"

#define PADDING_DIGIT 'F'
#define DIGITS_MIN 18

bool iccid_from_text(const char *text, uint8_t iccid[ICCID_SIZE])
{
    char padded[ICCID_TEXT_SIZE];
    const size_t digits = strspn(text, "0123456789");
    const bool padding = text[digits] == 'F' || text[digits] == 'f';
    if (digits < DIGITS_MIN || digits + padding >= sizeof(padded) || text[digits + padding] != '\0')
        return false;
    memset(padded, PADDING_DIGIT, sizeof(padded) - 1);
    padded[sizeof(padded) - 1] = '\0';
    memcpy(padded, text, digits);
    struct writer out = writer_on(iccid, ICCID_SIZE);
    return hex_decode(padded, &out);
}

void iccid_swap(const uint8_t from[ICCID_SIZE], uint8_t to[ICCID_SIZE])
{
    for (size_t i = 0; i < ICCID_SIZE; i++)
        to[i] = (uint8_t)(from[i] << 4 | from[i] >> 4);
}

void iccid_text(const uint8_t iccid[ICCID_SIZE], char text[ICCID_TEXT_SIZE])
{
    hex_encode(bytes_of(iccid, ICCID_SIZE), text);
    for (size_t len = strlen(text); len > 0 && text[len - 1] == PADDING_DIGIT; len--)
        text[len - 1] = '\0';
}

bool iccid_swapped_text(struct bytes swapped, char text[ICCID_TEXT_SIZE])
{
    uint8_t from[ICCID_SIZE], iccid[ICCID_SIZE];
    text[0] = '\0';
    if (!bytes_copy_exact(swapped, from, sizeof(from)))
        return false;
    iccid_swap(from, iccid);
    iccid_text(iccid, text);
    return true;
}
