#include "card/atr.h"

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

/* TCK: the exclusive or of everything after TS, itself included, is zero. */
static uint8_t check_character(const struct writer *atr)
{
    uint8_t check = 0;
    for (size_t i = 1; i < atr->len; i++)
        check ^= atr->data[i];
    return check;
}

void atr_compose(struct atr *out)
{
    struct writer atr = writer_on(out->data, sizeof(out->data));
    writer_put_u8(&atr, TS_DIRECT_CONVENTION);
    writer_put_u8(&atr, T0_TA1_AND_TD1 | sizeof(historical));
    writer_put_u8(&atr, TA1_512_BY_32);
    writer_put_u8(&atr, TD1_T0_AND_TD2);
    writer_put_u8(&atr, TD2_GLOBAL_WITH_TA3_AND_TB3);
    writer_put_u8(&atr, TA3_CLOCK_STOP_CLASSES_ABC);
    writer_put_u8(&atr, TB3_EUICC_FUNCTIONS);
    writer_put(&atr, bytes_of(historical, sizeof(historical)));
    writer_put_u8(&atr, check_character(&atr));
    out->len = atr.len;
}
