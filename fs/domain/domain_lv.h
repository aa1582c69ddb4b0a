/* domain_lv: fields with a length before them, in one, two or three bytes (GlobalPlatform §11.1.5).
 */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_LV_H
#define EMUICC_FS_DOMAIN_DOMAIN_LV_H

#include "apdu/bytes.h"

/* A length as BER codes it, up to 82 xx xx; false if it is another. */
static inline bool domain_lv_take_length(struct bytes *from, size_t *out)
{
    uint8_t first, byte;
    uint16_t two;
    if (!bytes_take_u8(from, &first))
        return false;
    *out = first;
    if (first < 0x80)
        return true;
    if (first == 0x81 && bytes_take_u8(from, &byte)) {
        *out = byte;
        return true;
    }
    if (first != 0x82 || !bytes_take_u16(from, &two))
        return false;
    *out = two;
    return true;
}

static inline bool domain_lv_take(struct bytes *from, struct bytes *out)
{
    struct bytes left = *from;
    size_t len;
    if (!domain_lv_take_length(&left, &len) || !bytes_take(&left, len, out))
        return false;
    *from = left;
    return true;
}

#endif
