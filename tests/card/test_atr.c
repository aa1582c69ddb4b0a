#include <criterion/criterion.h>

#include "card/personality/atr.h"

/* Interface bytes of an ATR, taken apart as ISO/IEC 7816-3 §8.2.3 says. */
struct read_atr {
    unsigned protocols; /* bit n: T=n is named by a TD */
    int first_protocol; /* of TD1, -1: none */
    int tb_of_global;   /* TB after T=15, -1: none */
    struct bytes historical;
    size_t end; /* where TCK stands */
};

static struct read_atr read_atr(struct bytes atr)
{
    struct read_atr out = {.first_protocol = -1, .tb_of_global = -1};
    struct bytes rest = atr;
    uint8_t byte, y, protocol = 0;
    cr_assert(bytes_take_u8(&rest, &byte));
    cr_assert_eq(byte, 0x3B);
    cr_assert(bytes_take_u8(&rest, &y));
    const size_t historical = y & 0x0F;
    for (;;) {
        if (y & 0x10)
            cr_assert(bytes_take_u8(&rest, &byte));
        if (y & 0x20) {
            cr_assert(bytes_take_u8(&rest, &byte));
            if (protocol == 15)
                out.tb_of_global = byte;
        }
        if (y & 0x40)
            cr_assert(bytes_take_u8(&rest, &byte));
        if (!(y & 0x80))
            break;
        cr_assert(bytes_take_u8(&rest, &y));
        protocol = y & 0x0F;
        out.protocols |= 1u << protocol;
        if (out.first_protocol < 0)
            out.first_protocol = protocol;
    }
    cr_assert(bytes_take(&rest, historical, &out.historical));
    out.end = atr.len - rest.len;
    return out;
}

Test(atr, contract_1_offers_t0_only_and_its_check_character_is_right)
{
    struct atr atr;
    atr_compose(&atr);
    const struct read_atr read = read_atr(atr_bytes(&atr));
    cr_assert_eq(read.first_protocol, 0);
    cr_assert_eq(read.protocols, 1u << 0 | 1u << 15);
    cr_assert_eq(read.end + 1, atr.len);
    uint8_t sum = 0;
    for (size_t i = 1; i < atr.len; i++)
        sum ^= atr.data[i];
    cr_assert_eq(sum, 0);
}

/* TS 102 221 §6.3.3: b8 with b2 of TB after T=15. */
Test(atr, says_that_it_is_an_euicc)
{
    struct atr atr;
    atr_compose(&atr);
    cr_assert_eq(read_atr(atr_bytes(&atr)).tb_of_global & 0x82, 0x82);
}

/* ISO/IEC 7816-4 §8.1.1.2.7: third byte of tag 7, length 3. */
Test(atr, says_that_both_sides_assign_eight_or_more_channels)
{
    struct atr atr;
    atr_compose(&atr);
    struct bytes rest = read_atr(atr_bytes(&atr)).historical, value;
    uint8_t category, tag;
    cr_assert(bytes_take_u8(&rest, &category));
    cr_assert_eq(category, 0x80);
    int channels = -1;
    while (bytes_take_u8(&rest, &tag)) {
        cr_assert(bytes_take(&rest, tag & 0x0F, &value));
        if (tag == 0x73)
            channels = value.data[2] & 0x1F;
    }
    cr_assert_eq(channels, 0x1F);
}

/* A client that knows these picks a model's own commands. */
Test(atr, is_nobody_elses)
{
    static const uint8_t foreign[] = {0x3B, 0x9F, 0x96, 0x80, 0x1F, 0x87, 0x80, 0x31,
                                      0xE0, 0x73, 0xFE, 0x21, 0x1B, 0x67, 0x4A};
    struct atr atr;
    atr_compose(&atr);
    cr_assert(!bytes_start_with(atr_bytes(&atr), bytes_of(foreign, sizeof(foreign))));
    cr_assert_neq(memmem(atr.data, atr.len, "emuicc", 6), NULL);
}
