#include "crypto/pki/pki_eid.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define CHECK_MODULUS 97 /* MOD 97-10: the whole number leaves 1 */
#define CHECK_REMAINDER 1
#define NUMBER_SIZE 15 /* of an EID less its check digits */

/* What the first `size` bytes leave; a modulus and more if they are not all digits. */
static unsigned remainder_of(const uint8_t *coded, size_t size)
{
    unsigned remainder = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned high = coded[i] >> 4, low = coded[i] & 0x0F;
        if (high > 9 || low > 9)
            return CHECK_MODULUS;
        remainder = (100 * remainder + 10 * high + low) % CHECK_MODULUS;
    }
    return remainder;
}

bool pki_eid_is_right(const uint8_t eid[PKI_EID_SIZE])
{
    return remainder_of(eid, PKI_EID_SIZE) == CHECK_REMAINDER;
}

void pki_eid_complete(uint8_t eid[PKI_EID_SIZE])
{
    eid[NUMBER_SIZE] = 0;
    const unsigned check = CHECK_MODULUS + CHECK_REMAINDER - remainder_of(eid, PKI_EID_SIZE);
    eid[NUMBER_SIZE] = (uint8_t)(check / 10 << 4 | check % 10);
}

void pki_eid_next(uint8_t eid[PKI_EID_SIZE])
{
    for (size_t i = NUMBER_SIZE; i-- > 0;) {
        eid[i]++;
        if ((eid[i] & 0x0F) > 9)
            eid[i] = (uint8_t)((eid[i] & 0xF0) + 0x10);
        if (eid[i] >> 4 <= 9)
            break;
        eid[i] = 0;
    }
    pki_eid_complete(eid);
}

bool pki_eid_from_text(const char *digits, uint8_t eid[PKI_EID_SIZE])
{
    uint8_t coded[PKI_EID_SIZE];
    struct writer out = writer_on(coded, sizeof(coded));
    if (strlen(digits) != PKI_EID_DIGITS || !hex_decode(digits, &out) || out.len != sizeof(coded) ||
        !pki_eid_is_right(coded))
        return false;
    memcpy(eid, coded, sizeof(coded));
    return true;
}

int pki_eid_read(const char *what, const char *digits, uint8_t eid[PKI_EID_SIZE])
{
    if (pki_eid_from_text(digits, eid))
        return 0;
    struct writer out = writer_on(eid, PKI_EID_SIZE);
    if (strlen(digits) != PKI_EID_DIGITS || strspn(digits, "0123456789") != PKI_EID_DIGITS ||
        !hex_decode(digits, &out)) {
        trace_error("%s%s: no EID: 32 digits are wanted", what, digits);
        return FAILURE_INTERNAL;
    }
    pki_eid_complete(eid);
    trace_error("%s%s: wrong check digits, %02X would be right", what, digits,
                eid[PKI_EID_SIZE - 1]);
    return FAILURE_INTERNAL;
}

void pki_eid_to_text(const uint8_t eid[PKI_EID_SIZE], char text[PKI_EID_DIGITS + 1])
{
    hex_encode(bytes_of(eid, PKI_EID_SIZE), text);
}
