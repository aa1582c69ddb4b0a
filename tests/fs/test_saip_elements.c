/* Each element has a package that it is taken in, and an empty one that is refused. */
#include "tests/fs/test_elements.h"

#include "fs/saip/saip_pe.h"

#define IN_PLACE(tag, fields) tag "(" MANDATED("0B") fields ")"
#define DF(tag, number, fields) IN_PLACE(tag, "81(67810F0102" number ") A2(A1(" fields "C6(010A)))")
#define CSIM_FILES                                                                                 \
    "A2(A1(83(7FC0) 84(A000000343100201) 8B(01) C6(010A))) A3(A1(82(42210005) 8B(01) "             \
    "80(0A))) A4(A1(8B(01))) A5(A1(8B(01))) A6(A1(8B(01))) A7(A1(8B(01))) A8(A1(8B(01))) "         \
    "A9(A1(8B(01))) AA(A1(8B(01))) AB(A1(82(42210005) 8B(01) 80(0A))) AC(A1(82(42210005) "         \
    "8B(01) 80(0A))) AD(A1(8B(01))) AE(A1(8B(01))) AF(A1(8B(01))) B0(A1(8B(01))) "                 \
    "B1(A1(8B(01))) B2(A1(8B(01) 80(01))) B3(A1(8B(01) 80(01))) B4(A1(8B(01) 80(01))) "            \
    "B5(A1(8B(01))) B6(A1(8B(01))) B7(A1(8B(01))) B8(A1(8B(01))) B9(A1(8B(01))) "                  \
    "BA(A1(8B(01))) BB(A1(8B(01) 80(01))) BC(A1(8B(01))) BD(A1(8B(01))) BE(A1(8B(01))) "           \
    "BF1F(A1(8B(01))) BF20(A1(8B(01))) BF21(A1(8B(01) 80(01))) BF22(A1(8B(01) 80(01))) "           \
    "BF23(A1(8B(01) 80(01))) BF24(A1(8B(01) 80(01))) "
#define CSIM IN_PLACE("B9", "81(67810F01020A)" CSIM_FILES)
#define ISIM                                                                                       \
    IN_PLACE("B5", "81(67810F010208) A2(A1(83(7FB0) 84(A0000000871004) C6(010A))) A3(A1(80(02)))"  \
                   "A4(A1(82(42210004) 80(04))) A5(A1(80(02))) A6(83(00))"                         \
                   "A8(A1(82(42210024) 80(24)))")
#define OPTIONAL_OF(tag, number) tag "(" MANDATED("0C") "81(67810F0102" number "))"

/* clang-format off */
static const struct element_row {
    const char *name;
    const char *before; /* what its place needs */
    const char *element;
    const char *after; /* what is left to do */
    const char *response;
} rows[] = {
    {"header", "", HEADER, MF PUKS PINS END, FINE},
    {"genericFileManagement", ROOT, GENERIC("80() " EF("2F10", "80(01)")), END, FINE},
    {"pinCodes", HEADER MF PUKS, PINS, END, FINE},
    {"pukCodes", HEADER MF, PUKS, PINS END, FINE},
    {"akaParameter", ROOT USIM LOCAL_PINS, AKA, END, FINE},
    {"cdmaParameter", ROOT CSIM, "A5(" MANDATED("0C") "81(0001020304050607))", END, FINE},
    {"securityDomain", ROOT, DOMAIN, END, FINE},
    {"rfm", ROOT DOMAIN, RFM_OF("A00000055910100001", "A0(04(B00120))"), END, FINE},
    {"application", ROOT DOMAIN, IN_PLACE("A8", "A1(4F(A0000000010203) C4(00))"), END, FINE},
    {"nonStandard", ROOT, IN_PLACE("A9", "81(2A03) 82(00)"), END, FINE},
    {"end", ROOT, "", END, FINE},
    {"rfu1", ROOT, "AB(" FREE("0B") ")", END, WARN("01", "0B", "00")},
    {"rfu2", ROOT, "AC(" FREE("0B") ")", END, WARN("01", "0B", "00")},
    {"rfu3", ROOT, "AD(" FREE("0B") ")", END, WARN("01", "0B", "00")},
    {"rfu4", ROOT, "AE(" FREE("0B") ")", END, WARN("01", "0B", "00")},
    {"rfu5", ROOT, "AF(" FREE("0B") ")", END, WARN("01", "0B", "00")},
    {"mf", HEADER, MF, PUKS PINS END, FINE},
    {"cd", ROOT, DF("B1", "02", ""), END, FINE},
    {"telecom", ROOT, DF("B2", "03", ""), END, FINE},
    {"usim", ROOT, USIM LOCAL_PINS, END, FINE},
    {"opt-usim", USIM_PROFILE, OPTIONAL_OF("B4", "05"), END, FINE},
    {"isim", ROOT, ISIM, END, FINE},
    {"opt-isim", ROOT ISIM, OPTIONAL_OF("B6", "09"), END, FINE},
    {"phonebook", USIM_PROFILE, DF("B7", "06", ""), END, FINE},
    {"gsm-access", USIM_PROFILE, DF("B8", "07", ""), END, FINE},
    {"csim", ROOT, CSIM, END, FINE},
    {"opt-csim", ROOT CSIM, OPTIONAL_OF("BA", "0B"), END, FINE},
    {"eap", USIM_PROFILE, IN_PLACE("BB", "81(67810F01020C) A2(A1(83(7F50) C6(010A))) A4()"), END, FINE},
    {"df-5gs", USIM_PROFILE, DF("BC", "0D04", ""), END, FINE},
    {"df-saip", USIM_PROFILE, DF("BD", "0E", ""), END, FINE},
    {"df-snpn", USIM_PROFILE, DF("BE", "0F", ""), END, FINE},
    {"df-5gprose", USIM_PROFILE, DF("BF1F", "10", ""), END, FINE},
    /* Templates of the IoT minimal profile, which this card does not support. */
    {"iot", ROOT, "BF20(" FREE("0B") "81(67810F010211) A9() B2() B6())", END,
     WARN("09", "0B", "08")},
    {"opt-iot", ROOT, "BF21(" FREE("0B") "81(67810F010212))", END, WARN("09", "0B", "08")},
};
/* clang-format on */

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

Test(saip_elements, have_a_test_each)
{
    cr_assert_eq(saip_row_count, ROW_COUNT);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct pe_schema_field *field = &pe_schema_profile_element.fields[i];
        cr_expect_str_eq(saip_rows[i].name, rows[i].name);
        cr_expect_str_eq(saip_rows[i].name, field->name);
        cr_expect_eq(saip_rows[i].tag, field->tag, "%s", field->name);
    }
}

Test(saip_elements, are_taken_where_they_belong)
{
    char text[8192];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        snprintf(text, sizeof(text), "%s%s%s", rows[i].before, rows[i].element, rows[i].after);
        check(&saip_default_platform, &(struct answer){rows[i].name, text, rows[i].response});
    }
}

/* Without a header an element is not mandated, but its form ends the installation. */
Test(saip_elements, are_refused_when_they_are_empty)
{
    char text[8192];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (saip_rows[i].handle == NULL) /* a reserved one may be anything */
            continue;
        snprintf(text, sizeof(text), "%s%X()", rows[i].before, saip_rows[i].tag);
        const char *answer =
            saip_rows[i].tag > 0xFF ? ABORT_HEADER("05", "03") : ABORT_HEADER("05", "02");
        check(&saip_default_platform, &(struct answer){rows[i].name, text, answer});
    }
}

/* None but the profile header comes first. */
Test(saip_elements, are_refused_before_the_header)
{
    char text[64];
    for (size_t i = 1; i < ROW_COUNT; i++) {
        snprintf(text, sizeof(text), "%X(" FREE("0B") ")", saip_rows[i].tag);
        check(&saip_default_platform,
              &(struct answer){rows[i].name, text, ABORT("05", "0B", "00")});
    }
}
