/* What clients insist on, point by point as their contract numbers it, on a real chip. Points that
 * belong to one room are tested there: 11, 12, 13 and 19 in isd-r, 14 in fs; 3 and 23 with the
 * channels, 25 end to end. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"
#include "isd-r/state.h"

#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define ECASD "A0000005591010FFFFFFFF8900000200"
#define SELECT_ISD_R "00A4040010" ISD_R
#define ENABLE "BF3111A00C5A0A" TEMP_CARD_ICCID "8101"
#define DISABLE "BF3211A00C5A0A" TEMP_CARD_ICCID "8101"

static struct card card;

static void start(void)
{
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
}

static void stop(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(contract, .init = start, .fini = stop, .timeout = 60);

#define ANSWERS(command, expected) TALK_ANSWERS(&card, command, expected)
#define ES10_ANSWERS(request, expected)                                                            \
    do {                                                                                           \
        const char *got = talk_es10(&card, request);                                               \
        cr_assert_str_eq(got, expected, "%s gets %s, not %s", request, got, expected);             \
    } while (0)

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static bool starts_with(const char *text, const char *front)
{
    return strncmp(text, front, strlen(front)) == 0;
}

Test(contract, point_02_terminal_capability_with_any_body)
{
    ANSWERS("80AA00000AA9088100820101830107", "9000");
    ANSWERS("80AA000005A903830107", "9000");
    ANSWERS("80AA000002A900", "9000");
}

/* One bit is looked at, and remembered until the reset. */
Test(contract, point_02_tells_the_chip_of_an_enterprise_capable_device)
{
    static const struct {
        const char *command;
        bool enterprise;
    } rows[] = {{"80AA000005A903830107", false},      {"80AA000007A905810082830120", false},
                {"80AA000008A9068101008301A0", true}, {"80AA000002A900", false},
                {"80AA000005A903830120", true},       {"80AA000004A9028300", false},
                {"80AA000005A903820120", false},      {"80AA000001A9", false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        talk(&card, rows[i].command);
        cr_assert_eq(card.isd_r->terminal.enterprise, rows[i].enterprise, "%s", rows[i].command);
    }
    ANSWERS("80AA000005A903830120", "9000");
    cr_assert(card.isd_r->terminal.capable && card.isd_r->terminal.enterprise);
    card_power(&card, CARD_RESET);
    cr_assert_not(card.isd_r->terminal.capable || card.isd_r->terminal.enterprise);
}

Test(contract, point_04_select_isd_r_gives_an_fci)
{
    const char *const p2[] = {"00", "04"};
    char command[64];
    for (size_t i = 0; i < 2; i++) {
        snprintf(command, sizeof(command), "00A404%s10" ISD_R, p2[i]);
        cr_assert(starts_with(talk(&card, command), "61"));
        const char *fci = talk_through(&card, command);
        cr_assert(starts_with(fci, "6F") && ends_with(fci, "9000"), "%s", fci);
        cr_assert_not_null(strstr(fci, "8410" ISD_R), "%s", fci);
        cr_assert_not_null(strstr(fci, "9F6501FF"), "%s", fci);
        cr_assert_not_null(strstr(fci, "E0058203"), "%s", fci);
        snprintf(command, sizeof(command), "00A404%s10" ISD_R "00", p2[i]);
        const char *at_once = talk(&card, command);
        cr_assert(starts_with(at_once, "6F") && ends_with(at_once, "9000"), "%s", at_once);
    }
}

/* Sends a request in blocks of that size; the answer of the last. */
static const char *in_blocks(const char *request, size_t size, const char *le)
{
    char command[600];
    const size_t len = strlen(request) / 2;
    for (size_t at = 0, number = 0;; at += size, number++) {
        const bool last = len - at <= size;
        const size_t now = last ? len - at : size;
        snprintf(command, sizeof(command), "80E2%s%02zX%02zX%.*s%s", last ? "91" : "11",
                 number & 0xFF, now, (int)(2 * now), request + 2 * at, le);
        if (last)
            return talk_through(&card, command);
        cr_assert_str_eq(talk(&card, command), "9000");
    }
}

Test(contract, point_06_store_data_in_blocks_of_any_size)
{
    char request[2 * 255 + 1] = "BF2981", eid[64];
    talk(&card, SELECT_ISD_R "00");
    snprintf(eid, sizeof(eid), "%s", talk_es10(&card, "BF3E035C015A"));
    cr_assert(starts_with(eid, "BF3E125A10") && ends_with(eid, "9000"));
    for (size_t size = 1; size <= 6; size++) {
        cr_assert_str_eq(in_blocks("BF3E035C015A", size, ""), eid);
        cr_assert_str_eq(in_blocks("BF3E035C015A", size, "00"), eid);
    }
    /* a SetNickname with a long name, 96 bytes in all */
    snprintf(request, sizeof(request), "BF294C5A0A" TEMP_CARD_ICCID "903E");
    for (int i = 0; i < 0x3E; i++)
        strcat(request, "41");
    for (size_t size = 1; size <= 255; size += size < 80 ? 1 : 35)
        cr_assert_str_eq(in_blocks(request, size, ""), "BF29038001009000", "blocks of %zu", size);
}

Test(contract, point_07_and_22_enabling_leaves_the_channel_and_says_nothing_of_refresh)
{
    ANSWERS("0070000001", "019000");
    cr_assert(starts_with(talk(&card, "01A4040010" ISD_R), "61"));
    cr_assert_str_eq(talk_through(&card, "81E2910014" ENABLE "FF"), "BF31038001009000");
    cr_assert(ends_with(talk_through(&card, "81E2910003BF2D00"), "9000"));
    ANSWERS("0070800100", "9000");
}

Test(contract, point_08_an_unknown_request_is_an_error)
{
    const char *const unknown[] = {"BF5600", "BF5500", "BF7F00", "BFFF0100",
                                   "5A00",   "BF9900", "00"};
    talk(&card, SELECT_ISD_R "00");
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        const char *got = talk_es10(&card, unknown[i]);
        cr_assert(strcmp(got, "6A88") == 0 || strcmp(got, "6A80") == 0, "%s gets %s", unknown[i],
                  got);
    }
}

Test(contract, point_09_lists_are_there_even_when_empty)
{
    card_close(&card);
    temp_card_end();
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, false));
    talk(&card, SELECT_ISD_R "00");
    ES10_ANSWERS("BF2D00", "BF2D02A0009000");
    ES10_ANSWERS("BF2800", "BF2802A0009000");
    ES10_ANSWERS("BF2B00", "BF2B02A0009000");
    ES10_ANSWERS("BF2D0D5C0B5A4F9F70909192939495B7", "BF2D02A0009000");
    cr_assert(starts_with(talk_es10(&card, "BF4300"), "BF43"));
    cr_assert_not_null(strstr(talk_es10(&card, "BF4300"), "A0"));
    cr_assert_not_null(strstr(talk_es10(&card, "BF3C00"), "81"));
}

Test(contract, point_09_a_tag_list_and_a_search_are_taken)
{
    talk(&card, SELECT_ISD_R "00");
    const char *list = talk_es10(&card, "BF2D0D5C0B5A4F9F70909192939495B7");
    cr_assert(starts_with(list, "BF2D") && strstr(list, "5A0A" TEMP_CARD_ICCID) != NULL, "%s",
              list);
    list = talk_es10(&card, "BF2D0EA00C5A0A" TEMP_CARD_ICCID);
    cr_assert_not_null(strstr(list, "5A0A" TEMP_CARD_ICCID), "%s", list);
    list = talk_es10(&card, "BF2D0EA00C5A0A89000123456789012341");
    cr_assert_null(strstr(list, "5A0A" TEMP_CARD_ICCID), "%s", list);
}

Test(contract, point_10_and_24_any_flag_but_zero_is_true_and_nicknames_come_as_90_or_8f)
{
    talk(&card, SELECT_ISD_R "00");
    ES10_ANSWERS(ENABLE "01", "BF31038001009000");
    ES10_ANSWERS(DISABLE "00", "BF32038001009000");
    ES10_ANSWERS(ENABLE "FF", "BF31038001009000");
    ES10_ANSWERS("BF29115A0A" TEMP_CARD_ICCID "90036F6E65", "BF29038001009000");
    cr_assert_not_null(strstr(talk_es10(&card, "BF2D00"), "90036F6E65"));
    ES10_ANSWERS("BF29115A0A" TEMP_CARD_ICCID "8F0374776F", "BF29038001009000");
    cr_assert_not_null(strstr(talk_es10(&card, "BF2D00"), "900374776F"));
}

Test(contract, point_15_the_enabled_profile_has_its_iccid_and_applications)
{
    talk(&card, SELECT_ISD_R "00");
    ES10_ANSWERS(ENABLE "00", "BF31038001009000");
    ANSWERS("00A4000C023F00", "9000");
    ANSWERS("00A4000C022FE2", "9000");
    ANSWERS("00B000000A", TEMP_CARD_ICCID "9000");
    ANSWERS("00A4000C022F00", "9000");
    const char *record = talk(&card, "00B2010400");
    if (starts_with(record, "6C")) {
        char command[16];
        snprintf(command, sizeof(command), "00B20104%.2s", record + 2);
        record = talk(&card, command);
    }
    cr_assert(starts_with(record, "61") && strstr(record, "4F10A0000000871002") != NULL, "%s",
              record);
}

Test(contract, point_16_foreign_applications_instructions_and_classes)
{
    const char *const on[] = {"00A4000C023F00", SELECT_ISD_R "00", "00A4040010" ECASD "00"};
    for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
        talk(&card, on[i]);
        ANSWERS("00A4040009A00000030800001000", "6A82");
        ANSWERS("00A4040C06D2760001240100", "6A82");
        ANSWERS("00A4040C07A000000079010000", "6A82");
        ANSWERS("00A4040007A0000001160100", "6A82");
        ANSWERS("0057000000", "6D00");
        ANSWERS("8057000000", "6D00");
        ANSWERS("A0A40000023F00", "6E00");
        ANSWERS("A0B0000009", "6E00");
        ANSWERS("E0B0000009", "6881");
        ANSWERS("90E2910003BF2E00", "6E00");
    }
    ANSWERS("00CB3FFF035C017E", "6D00");
}

Test(contract, point_17_the_profile_survives_power_and_a_new_start)
{
    talk(&card, SELECT_ISD_R "00");
    ES10_ANSWERS(ENABLE "FF", "BF31038001009000");
    card_power(&card, CARD_OFF);
    ANSWERS("80E2910003BF2E00", "6D00");
    ANSWERS("00A4000C022FE2", "9000");
    ANSWERS("00B000000A", TEMP_CARD_ICCID "9000");
    card_close(&card);
    cr_assert(temp_card_make(&card, true));
    ANSWERS("00A4000C022FE2", "9000");
    ANSWERS("00B000000A", TEMP_CARD_ICCID "9000");
}

Test(contract, point_18_the_ecasd_tells_the_eid)
{
    char eid[64], expected[96];
    talk(&card, SELECT_ISD_R "00");
    snprintf(eid, sizeof(eid), "%.32s", talk_es10(&card, "BF3E035C015A") + strlen("BF3E125A10"));
    snprintf(expected, sizeof(expected), "5A10%s9000", eid);
    cr_assert(starts_with(talk(&card, "00A4040010" ECASD), "61"));
    ANSWERS("80CA005A00", expected);
    cr_assert(starts_with(talk(&card, SELECT_ISD_R), "61"));
}

/* GlobalPlatform §11.3.2: GET DATA is asked for in either class, and of the ISD-R like the ECASD.
 */
Test(contract, get_data_in_both_classes)
{
    char issuer[32];
    talk(&card, SELECT_ISD_R "00");
    snprintf(issuer, sizeof(issuer), "%s", talk(&card, "80CA004200"));
    cr_assert(starts_with(issuer, "4204") && strcmp(issuer + strlen(issuer) - 4, "9000") == 0);
    ANSWERS("00CA004200", issuer);
    ANSWERS("00CADF3005", "6A88");
    ANSWERS("00F28002024F0000", "6D00");
    talk(&card, "00A4040010" ECASD);
    ANSWERS("00CA004200", "6A88");
    talk(&card, "00A40004023F00");
    ANSWERS("00CA004200", "6D00");
}

Test(contract, point_20_get_eid_with_and_without_a_tag_list)
{
    char eid[64];
    talk(&card, SELECT_ISD_R "00");
    snprintf(eid, sizeof(eid), "%s", talk_es10(&card, "BF3E035C015A"));
    cr_assert(starts_with(eid, "BF3E125A10"));
    ES10_ANSWERS("BF3E00", eid);
}

Test(contract, point_21_the_mf_and_applications_are_selected_from_anywhere)
{
    cr_assert(starts_with(talk(&card, "00A40004023F00"), "61"));
    talk(&card, SELECT_ISD_R "00");
    cr_assert(starts_with(talk_through(&card, "00A40004023F00"), "62"));
    talk(&card, SELECT_ISD_R "00");
    ES10_ANSWERS(ENABLE "00", "BF31038001009000");
    cr_assert(starts_with(talk_through(&card, "00A4040407A0000000871002"), "62"));
    ANSWERS("00A4000C026F07", "9000");
    talk(&card, SELECT_ISD_R "00");
    ANSWERS("00A4000C023F00", "9000");
}

/* SGP.22 §3.1.3: nothing depends on order or repetition of power words. */
Test(contract, point_17_a_command_may_come_without_power_on)
{
    card_power(&card, CARD_OFF);
    card_power(&card, CARD_OFF);
    ANSWERS("00A4000C023F00", "9000");
    cr_assert(starts_with(talk(&card, SELECT_ISD_R), "61"));
}
