/* Counters of PINs and PUKs. */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>

Test(pin, presents_in_turn)
{
    struct pin pin = {.value = "1234567", .max = 3, .left = 3};
    const struct bytes right = bytes_of("1234567", 8), wrong = bytes_of("1234568", 8);
    cr_assert(pin_present(&pin, bytes_of("1234567", 7)) == SW_WRONG_LENGTH && pin.left == 3);
    cr_assert(pin_present(&pin, wrong) == (SW_COUNTER | 2));
    cr_assert(pin_present(&pin, wrong) == (SW_COUNTER | 1));
    cr_assert(pin_present(&pin, right) == 0 && pin.left == 3);
    for (int i = 0; i < 3; i++)
        pin_present(&pin, wrong);
    cr_assert(pin.left == 0);
    cr_assert(pin_present(&pin, right) == SW_AUTHENTICATION_BLOCKED && pin.left == 0);
    cr_assert(pin_present(&pin, wrong) == SW_AUTHENTICATION_BLOCKED && pin.left == 0);
    pin_set_value(&pin, (const uint8_t *)"abcdefg");
    cr_assert(pin.left == 3 && pin_present(&pin, bytes_of("abcdefg", 8)) == 0);
}

Test(pin, a_counter_above_fifteen_is_told_as_fifteen)
{
    struct puk puk = {.value = "1234567", .max = 20, .left = 20};
    cr_assert(pin_present_puk(&puk, bytes_of("0000000", 8)) == (SW_COUNTER | 15));
    cr_assert(puk.left == 19);
}

Test(pin, the_sixty_fifth_cannot_be_remembered)
{
    struct pin pins[UICC_PINS_MAX + 1] = {0};
    struct profile profile = {.pins = pins};
    for (size_t i = 0; i < UICC_PINS_MAX; i++)
        pins[i].next = &pins[i + 1];
    cr_assert(pin_bit(&profile, &pins[0]) == 1);
    cr_assert(pin_bit(&profile, &pins[63]) == 1ull << 63);
    cr_assert(pin_bit(&profile, &pins[64]) == 0);
}
