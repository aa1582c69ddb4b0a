#include <criterion/criterion.h>

#include "apdu/apdu.h"
#include "apdu/status.h"

/* ISO/IEC 7816-3 §12.1.3: the seven decodings, and what is none of them. */
struct shape_row {
    const char *what;
    struct bytes command;
    int result;
    enum apdu_case shape;
    size_t data_len;
    uint32_t le;
};

static const uint8_t long_data[7 + 300 + 2] = {0x80, 0xE2, 0x91, 0x00, 0x00, 0x01, 0x2C};

Test(apdu, the_four_cases_short_and_extended)
{
    const struct shape_row rows[] = {
        {"case 1", BYTES(0x00, 0xA4, 0x00, 0x04), 0, APDU_CASE_1, 0, 0},
        {"case 2", BYTES(0x00, 0xB0, 0x00, 0x00, 0x0A), 0, APDU_CASE_2, 0, 10},
        {"case 2, 256", BYTES(0x00, 0xB0, 0x00, 0x00, 0x00), 0, APDU_CASE_2, 0, 256},
        {"case 3", BYTES(0x00, 0xA4, 0x00, 0x04, 2, 0x3F, 0x00), 0, APDU_CASE_3, 2, 0},
        {"case 4", BYTES(0x00, 0xA4, 0x00, 0x04, 2, 0x3F, 0x00, 0), 0, APDU_CASE_4, 2, 256},
        {"case 2 extended", BYTES(0, 0xB0, 0, 0, 0, 0x01, 0x00), 0, APDU_CASE_2, 0, 256},
        {"case 2 extended, all", BYTES(0, 0xB0, 0, 0, 0, 0, 0), 0, APDU_CASE_2, 0, 65536},
        {"case 3 extended", bytes_of(long_data, 307), 0, APDU_CASE_3, 300, 0},
        {"case 4 extended", bytes_of(long_data, 309), 0, APDU_CASE_4, 300, 65536},
        {"three bytes", BYTES(0x00, 0xA4, 0x00), SW_WRONG_LENGTH, 0, 0, 0},
        {"Lc past the end", BYTES(0, 0xA4, 0, 4, 3, 0x3F, 0), SW_WRONG_LENGTH, 0, 0, 0},
        {"bytes behind Le", BYTES(0, 0xA4, 0, 4, 1, 0x3F, 0, 0), SW_WRONG_LENGTH, 0, 0, 0},
        {"extended, cut", BYTES(0, 0xA4, 0, 4, 0, 1), SW_WRONG_LENGTH, 0, 0, 0},
        {"extended, Lc 0", BYTES(0, 0xA4, 0, 4, 0, 0, 0, 1), SW_WRONG_LENGTH, 0, 0, 0},
        {"extended, half an Le", bytes_of(long_data, 308), SW_WRONG_LENGTH, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct apdu apdu = {0};
        cr_assert_eq(apdu_parse(rows[i].command, &apdu), rows[i].result, "%s", rows[i].what);
        cr_assert_eq(apdu.shape, rows[i].shape, "%s", rows[i].what);
        cr_assert_eq(apdu.data.len, rows[i].data_len, "%s", rows[i].what);
        cr_assert_eq(apdu.le, rows[i].le, "%s", rows[i].what);
    }
}

/* TS 102 221 tables 10.3 and 10.4a. */
Test(apdu, classes_carry_channels)
{
    static const struct {
        uint8_t cla, family, channel;
        bool secured;
    } rows[] = {
        {0x00, 0x00, 0, false}, {0x03, 0x00, 3, false},  {0x80, 0x80, 0, false},
        {0x82, 0x80, 2, false}, {0x40, 0x00, 4, false},  {0x4F, 0x00, 19, false},
        {0xC0, 0x80, 4, false}, {0xCF, 0x80, 19, false}, {0x04, 0x00, 0, true},
        {0x8C, 0x80, 0, true},  {0x60, 0x00, 4, true},   {0xE1, 0x80, 5, true},
        {0xA0, 0xA0, 0, false}, {0xA4, 0xA4, 0, false},  {0xFF, 0xFF, 0, false},
        {0x90, 0x90, 0, false}, {0x50, 0x50, 0, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const uint8_t command[] = {rows[i].cla, 0xA4, 0x00, 0x00};
        struct apdu apdu;
        cr_assert_eq(apdu_parse(bytes_of(command, sizeof(command)), &apdu), 0);
        cr_assert_eq(apdu.family, rows[i].family, "%02X", rows[i].cla);
        cr_assert_eq(apdu.channel, rows[i].channel, "%02X", rows[i].cla);
        cr_assert_eq(apdu.secured, rows[i].secured, "%02X", rows[i].cla);
    }
}

Test(status, texts_by_family)
{
    cr_assert_str_eq(status_text(0x9000), "normal ending");
    cr_assert_str_eq(status_text(0x6115), status_text(0x6100));
    cr_assert_str_eq(status_text(0x63C2), status_text(0x63C0));
    cr_assert_str_eq(status_text(0x6C0A), status_text(0x6C00));
    cr_assert_str_eq(status_text(0x910B), status_text(0x9100));
    cr_assert_str_eq(status_text(0x9F16), status_text(0x9F00));
    cr_assert_str_eq(status_text(0x6714), status_text(0x6700));
    cr_assert_str_eq(status_text(0x1234), "unknown status word");
}

Test(status, words_of_class_a0_have_a_text)
{
    static const uint16_t words[] = {0x9F00, 0x9300, 0x9400, 0x9402, 0x9404, 0x9408, 0x9802,
                                     0x9804, 0x9808, 0x9810, 0x9840, 0x9850, 0x670A, 0x6B00};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        cr_expect_str_neq(status_text(words[i]), "unknown status word", "%04X", words[i]);
    cr_expect_str_eq(status_text(0x9404), "file or pattern not found (class A0)");
}
