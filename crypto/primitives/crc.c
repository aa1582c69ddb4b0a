#include "crypto/primitives/crc.h"

#define BITS 8
/* The polynomials, least significant bit first. */
#define POLYNOMIAL_16 0x8408u
#define POLYNOMIAL_32 0xEDB88320u

static uint32_t run(uint32_t value, uint32_t polynomial, const struct bytes *parts, size_t count)
{
    for (size_t part = 0; part < count; part++)
        for (size_t i = 0; i < parts[part].len; i++) {
            value ^= parts[part].data[i];
            for (int bit = 0; bit < BITS; bit++)
                value = (value & 1) != 0 ? value >> 1 ^ polynomial : value >> 1;
        }
    return value;
}

uint16_t crc_16(const struct bytes *parts, size_t count)
{
    return (uint16_t)~run(UINT16_MAX, POLYNOMIAL_16, parts, count);
}

uint32_t crc_32(const struct bytes *parts, size_t count)
{
    return ~run(UINT32_MAX, POLYNOMIAL_32, parts, count);
}
