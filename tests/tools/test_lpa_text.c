#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "tools/lib/es10/profile_id.h"
#include "tools/lib/transport/readers.h"
#include "tools/lib/common/text.h"

struct pair {
    const char *from, *to;
};

Test(lpa_text, strange_bytes_never_reach_the_terminal)
{
    const struct pair pairs[] = {
        {"plain", "plain"},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"a\x1B[2Jb", "a?[2Jb"},
        {"a\nb\tc\x7F", "a?b?c?"},
        {"\xC2\x9B"
         "31m",
         "??31m"},               /* a control character of two bytes */
        {"\xFF\xC3", "??"},      /* no UTF-8, half a character */
        {"\xC0\xAF", "??"},      /* overlong */
        {"\xED\xA0\x80", "???"}, /* half a surrogate pair */
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char text[64];
        text_clean(bytes_of_text(pairs[i].from), text, sizeof(text));
        cr_expect_str_eq(text, pairs[i].to, "case %zu: %s", i, text);
        json_t *json = text_json(bytes_of_text(pairs[i].from));
        cr_expect_not_null(json);
        json_decref(json);
    }
}

Test(lpa_text, a_text_is_cut_between_characters)
{
    char text[4];
    text_clean(bytes_of_text("a\xE2\x82\xAC"), text, sizeof(text));
    cr_assert_str_eq(text, "a");
    text_clean(bytes_of_text("abcd"), text, sizeof(text));
    cr_assert_str_eq(text, "abc");
    cr_assert_eq(text_width("a\xE2\x82\xAC\xC3\xA4"), 3);
}

Test(lpa_text, numbers_as_people_write_them)
{
    char iccid[TEXT_ICCID_SIZE], version[TEXT_VERSION_SIZE], network[TEXT_MCC_MNC_SIZE];
    text_swapped_digits(BYTES(0x98, 0x00, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, 0xF4), iccid,
                        sizeof(iccid));
    cr_expect_str_eq(iccid, "8900012345678901234");
    text_version(BYTES(2, 5, 0), version);
    cr_expect_str_eq(version, "2.5.0");
    text_version(BYTES(2, 5), version);
    cr_expect_str_eq(version, "");
    text_mcc_mnc(BYTES(0x62, 0xF2, 0x10), network);
    cr_expect_str_eq(network, "26201");
    text_mcc_mnc(BYTES(0x13, 0x00, 0x14), network);
    cr_expect_str_eq(network, "310410");
    text_mcc_mnc(BYTES(0xEE, 0xEE, 0xEE), network);
    cr_expect_str_eq(network, "******");
}

static void expect_id(const char *text, uint32_t tag, const char *value)
{
    struct profile_id id;
    struct fault fault = {0};
    char hex[HEX_SIZE(PROFILE_ID_AID_MAX)];
    cr_assert(profile_id_parse(text, &id, &fault), "%s", text);
    hex_encode(bytes_of(id.value, id.len), hex);
    cr_expect_eq(id.tag, tag);
    cr_expect_str_eq(hex, value);
}

Test(lpa_profile_id, iccids_and_aids)
{
    expect_id("8900012345678901234", 0x5A, "980010325476981032F4");
    expect_id("89000123456789012341", 0x5A, "98001032547698103214");
    expect_id("890001234567890123", 0x5A, "980010325476981032FF");
    expect_id("8900012345678901234F", 0x5A, "980010325476981032F4");
    expect_id("A0000005591010FFFFFFFF8900001100", 0x4F, "A0000005591010FFFFFFFF8900001100");
    expect_id("a000000559", 0x4F, "A000000559");
}

Test(lpa_profile_id, neither_of_both)
{
    const char *wrong[] = {"",
                           "89",
                           "8900012345678901",
                           "890001234567890123412",
                           "A0000005591010FFFFFFFF890000110",
                           "A0000005591010FFFFFFFF890000110000",
                           "A0 00 00 05 59",
                           "hello",
                           "A00000"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct profile_id id;
        struct fault fault = {0};
        cr_expect_not(profile_id_parse(wrong[i], &id, &fault), "%s", wrong[i]);
        cr_expect(fault.raised);
    }
}

struct choice {
    const char *wanted;
    const char *present; /* a digit for each reader */
    enum readers_choice result;
    size_t chosen;
};

Test(lpa_readers, the_only_card_among_those_meant)
{
    const struct choice choices[] = {
        {NULL, "100", READERS_CHOSEN, 0},       {NULL, "001", READERS_CHOSEN, 2},
        {NULL, "000", READERS_EMPTY, 0},        {NULL, "101", READERS_SEVERAL, 0},
        {"Virtual", "110", READERS_SEVERAL, 0}, {"Virtual", "011", READERS_CHOSEN, 1},
        {"Virtual", "001", READERS_EMPTY, 0},   {"Virtual PCD", "101", READERS_CHOSEN, 0},
        {"Nothing", "111", READERS_UNKNOWN, 0}, {"PCD 00 01", "111", READERS_CHOSEN, 1},
    };
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct readers readers = {{"Virtual PCD", "Virtual PCD 00 01", "Key"}, {0}, 3};
        struct fault fault = {0};
        size_t chosen = 0;
        for (size_t n = 0; n < 3; n++)
            readers.present[n] = choices[i].present[n] == '1';
        const enum readers_choice result = readers_choose(&readers, choices[i].wanted, &chosen);
        cr_expect_eq(result, choices[i].result, "case %zu", i);
        if (result == READERS_CHOSEN)
            cr_expect_eq(chosen, choices[i].chosen, "case %zu", i);
        else
            cr_expect_not(readers_explain(&readers, choices[i].wanted, result, &fault));
        cr_expect_eq(fault.raised, result != READERS_CHOSEN);
    }
}

Test(lpa_readers, the_fault_lists_what_there_is)
{
    struct readers readers = {{"One", "Two"}, {true, true}, 2};
    struct fault fault = {0};
    readers_explain(&readers, NULL, READERS_SEVERAL, &fault);
    cr_expect_str_eq(fault.next, "choose one with --reader: One | Two");
    fault_clear(&fault);
    readers_explain(&readers, "Three", READERS_UNKNOWN, &fault);
    cr_expect_str_eq(fault.next, "readers: One | Two");
    fault_clear(&fault);
    readers.count = 0;
    readers_explain(&readers, NULL, READERS_UNKNOWN, &fault);
    cr_expect_not_null(strstr(fault.next, "tools/start"));
}
