/* A terminal that knows class A0 and nothing else (TS 51.011): codes, searching, counting, files
 * that are switched off, the toolkit. */
#include <criterion/criterion.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"

static struct card card;

static void start(void)
{
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
    cr_assert_str_eq(talk(&card, "00A4040C10A0000005591010FFFFFFFF8900000100"), "9000");
    cr_assert_str_eq(talk(&card, "80E2910014BF3111A00C5A0A" TEMP_CARD_ICCID "8101FF00"),
                     "BF31038001009000");
    card_power(&card, CARD_RESET);
}

static void stop(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(gsm, .init = start, .fini = stop, .timeout = 60);

struct step {
    const char *command, *answer;
};

static void walk(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *got = talk(&card, steps[i].command);
        cr_expect_str_eq(got, steps[i].answer, "step %zu: %s gets %s, not %s", i, steps[i].command,
                         got, steps[i].answer);
    }
}
#define WALK(steps) walk(steps, sizeof(steps) / sizeof((steps)[0]))

#define PIN_0 "30303030FFFFFFFF"
#define PIN_1 "31313131FFFFFFFF"
#define PIN_WRONG "39393939FFFFFFFF"
#define PUK "3131313131313131"
#define PUK_WRONG "3939393939393939"

Test(gsm, chv)
{
    static const struct step steps[] = {
        {"A020000108" PIN_0, "9808"}, /* it is disabled */
        {"A024000110" PIN_0 PIN_1, "9808"},
        {"A026000108" PIN_0, "9808"},
        {"A028000108" PIN_WRONG, "9804"},
        {"A028000108" PIN_0, "9000"},
        {"A028000108" PIN_0, "9808"}, /* it is enabled */
        {"A024000110" PIN_WRONG PIN_1, "9804"},
        {"A024000110" PIN_0 PIN_1, "9000"},
        {"A020000108" PIN_1, "9000"},
        {"A026000108" PIN_1, "9000"},
        {"A028000108" PIN_1, "9000"},
        {"A020000108" PIN_WRONG, "9804"},
        {"A020000108" PIN_WRONG, "9804"},
        {"A020000108" PIN_WRONG, "9840"},
        {"A020000108" PIN_1, "9840"},
        {"A02C000010" PUK_WRONG PIN_0, "9804"},
        {"A02C000010" PUK PIN_0, "9000"},
        {"A020000108" PIN_0, "9000"},
        {"A020000208" PIN_WRONG, "9000"}, /* CHV2 is the USIM's: 9999 */
        {"A026000208" PIN_0, "6B00"},     /* which cannot be switched off */
        {"A028000208" PIN_0, "6B00"},
        {"A02C000110" PUK PIN_0, "6B00"},
        {"A020000308" PIN_0, "6B00"},
        {"A020010108" PIN_0, "6B00"},
        {"A02000010430303030", "6708"},
        {"A024000108" PIN_0, "6710"},
        {"A02C000008" PUK, "6710"},
    };
    WALK(steps);
}

Test(gsm, a_code_that_is_blocked_stays_so_without_its_key)
{
    static const struct step steps[] = {{"A02C000010" PUK_WRONG PIN_0, "9804"}};
    for (int i = 0; i < 9; i++)
        WALK(steps);
    static const struct step last[] = {{"A02C000010" PUK_WRONG PIN_0, "9840"},
                                       {"A02C000010" PUK PIN_0, "9840"}};
    WALK(last);
}

Test(gsm, seek)
{
    static const struct step steps[] = {
        {"A0A2000001FF", "9400"}, /* nothing is selected */
        {"A0A40000027F10", "9F16"},
        {"A0A40000026F40", "9F0F"}, /* EF.MSISDN */
        {"A0B2010418", "656D75696363FFFFFFFF07918812060000F2FFFFFFFFFFFF9000"},
        {"A0A2000002656D", "9000"},
        {"A0A2001003656D75", "9F01"},
        {"A0C0000001", "019000"},
        {"A0A20000024141", "9404"},
        {"A0A200020165", "9404"}, /* beyond the last */
        {"A0A200030165", "9404"}, /* before the first */
        {"A0A200010165", "9000"},
        {"A0A2000401FF", "6B00"},
        {"A0A2010001FF", "6B00"},
        {"A0A2002001FF", "6B00"},
        {"A0A40000026F43", "9F0F"}, /* EF.SMSS is transparent */
        {"A0A2000001FF", "9408"},
    };
    WALK(steps);
}

Test(gsm, invalidate_and_rehabilitate)
{
    static const struct step steps[] = {
        {"A0040000", "9400"},       {"A0A40000027F20", "9F16"},
        {"A0A40000026FAE", "9F0F"}, {"A0B0000001", "039000"},
        {"A0040000", "9804"},       {"A0440000", "9804"},
        {"A0040100", "6B00"},       {"0020000A083535353535353535", "9000"},
        {"A0440000", "9810"}, /* it is not invalidated */
        {"A0040000", "9000"},       {"A0040000", "9810"},
        {"A0B0000001", "9810"},     {"A0440000", "9000"},
        {"A0B0000001", "039000"},   {"A0FA0000", "9000"},
    };
    WALK(steps);
}

/* No path in P1: that is the UICC's. */
Test(gsm, selection_is_by_file_identifier_alone)
{
    static const struct step steps[] = {
        {"A0A40800047F206F07", "6B00"}, {"A0A40400027F20", "6B00"}, {"A0A40000027F20", "9F16"}};
    WALK(steps);
}

/* No more than TS 51.011 §9.2.1 wants of a directory: 9 bytes behind their count, of any voltage.
 */
Test(gsm, header_of_a_directory)
{
    static const struct step steps[] = {{"A0A40000027F20", "9F16"},
                                        {"A0C000000D", "0000FFFF7F2002000000000009"
                                                       "9000"}};
    WALK(steps);
}

Test(gsm, increase_is_for_cyclic_files)
{
    static const struct step steps[] = {
        {"A032000003000001", "9400"}, {"A0A40000027F20", "9F16"}, {"A0A40000026FAE", "9F0F"},
        {"A032000003000001", "9408"}, {"A0320000020001", "6703"}, {"A032010003000001", "6B00"},
    };
    WALK(steps);
}

Test(gsm, increase)
{
    static const struct step steps[] = {
        {"0020000A083535353535353535", "9000"},
        {"00A4000C027F20", "9000"},
        {"00E000001B6219820546210003028302"
         "6F398A01058B032F060780020006"
         "8800",
         "9000"},
        {"A0A40000027F20", "9F16"},
        {"A0A40000026F39", "9F0F"},
        {"A0DC000303000005", "9000"},
        {"A032000003000002", "9F06"},
        {"A0C0000006", "0000070000029000"},
        {"A0B2010403", "0000079000"},
        {"A032000003FFFFFF", "9850"},
    };
    WALK(steps);
}

Test(gsm, toolkit)
{
    static const struct step steps[] = {
        {"A012000010", "6F00"},         {"A010000004FFFFFFFF", "9000"},
        {"A0C2000004D6021901", "9000"}, {"A0C2000003D60219", "6F00"},
        {"A010010004FFFFFFFF", "6B00"}, {"A0140000020000", "6F00"},
    };
    WALK(steps);
}
