#include "card/personality/atr.h"

/* Interface bytes (ISO/IEC 7816-3 §8.2.3, TS 102 221 §6.3.2 and §6.3.3). The upper half of T0 and
 * of each TD says which bytes follow; the lower half of TD is the protocol they speak of. */
#define TS_DIRECT_CONVENTION 0x3B
#define T0_TA1_AND_TD1 0x90
#define TA1_512_BY_32 0x96
#define TD1_T0_AND_TD2 0x80
#define TD2_GLOBAL_WITH_TA3_AND_TB3 0x3F /* T=15: of the card as a whole, no protocol to choose */
#define TA3_CLOCK_STOP_CLASSES_ABC 0xC7
#define TB3_EUICC_FUNCTIONS 0x82

/* clang-format off */
static const uint8_t historical[] = {
    0x80, /* COMPACT-TLV follows (ISO/IEC 7816-4 §8.1.1) */
    0x31, /* card service data: */
    0xE0, /*   selection by full and partial AID; EF.DIR, of BER-TLV */
    0x73, /* card capabilities: */
    0xFE, /*   selection by AID, path, FID, implicitly; short file ids; record numbers */
    0x21, /*   data units of a byte, writing is proprietary */
    0x5F, /*   extended lengths; card and terminal assign channels, eight or more */
    0x67, 'e', 'm', 'u', 'i', 'c', 'c', 0x01, /* pre-issuing data: maker and mask */
};
/* clang-format on */

#define TS_INVERSE_CONVENTION 0x3F
#define LOWER_HALF 0x0F

/* TCK: the exclusive or of everything after TS, itself included, is zero. */
static uint8_t check_character(struct bytes atr)
{
    uint8_t check = 0;
    for (size_t i = 1; i < atr.len; i++)
        check ^= atr.data[i];
    return check;
}

void atr_compose(struct atr *out)
{
    atr_compose_with(bytes_of(historical, sizeof(historical)), out);
}

bool atr_compose_with(struct bytes with, struct atr *out)
{
    if (with.len > ATR_HISTORICAL_MAX)
        return false;
    struct writer atr = writer_on(out->data, sizeof(out->data));
    writer_put_u8(&atr, TS_DIRECT_CONVENTION);
    writer_put_u8(&atr, (uint8_t)(T0_TA1_AND_TD1 | with.len));
    writer_put_u8(&atr, TA1_512_BY_32);
    writer_put_u8(&atr, TD1_T0_AND_TD2);
    writer_put_u8(&atr, TD2_GLOBAL_WITH_TA3_AND_TB3);
    writer_put_u8(&atr, TA3_CLOCK_STOP_CLASSES_ABC);
    writer_put_u8(&atr, TB3_EUICC_FUNCTIONS);
    writer_put(&atr, with);
    writer_put_u8(&atr, check_character(writer_bytes(&atr)));
    out->len = atr.len;
    return true;
}

/* TA, TB, TC and TD, each if the upper half of the byte before says so, until there is no TD.
 * *other: a protocol beside T=0 was offered. */
static bool take_interface_bytes(struct bytes *from, uint8_t announces, bool *other)
{
    struct bytes skipped;
    *other = false;
    while (announces >> 4 != 0) {
        const size_t before_td =
            (announces >> 4 & 1u) + (announces >> 5 & 1u) + (announces >> 6 & 1u);
        if (!bytes_take(from, before_td, &skipped))
            return false;
        if (!(announces >> 7))
            return true;
        if (!bytes_take_u8(from, &announces))
            return false;
        *other = *other || (announces & LOWER_HALF) != 0;
    }
    return true;
}

bool atr_parse(struct bytes whole, struct atr *out)
{
    struct bytes rest = whole, skipped;
    uint8_t ts, t0, tck;
    bool other;
    if (whole.len > ATR_SIZE_MAX || !bytes_take_u8(&rest, &ts) || !bytes_take_u8(&rest, &t0) ||
        !take_interface_bytes(&rest, t0, &other) || !bytes_take(&rest, t0 & LOWER_HALF, &skipped))
        return false;
    if (other && (!bytes_take_u8(&rest, &tck) || check_character(whole) != 0))
        return false;
    if (rest.len > 0 || (ts != TS_DIRECT_CONVENTION && ts != TS_INVERSE_CONVENTION))
        return false;
    memcpy(out->data, whole.data, whole.len);
    out->len = whole.len;
    return true;
}
