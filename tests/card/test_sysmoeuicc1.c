/* What pySim's own eUICC test expects of a sysmoEUICC1-C2T, of the shipped personality. The
 * commands are those that pySim sends, the answers those that the test's expected outputs stand
 * for. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/tlv.h"
#include "tests/support/running.h"

#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define TEST "98001032547698103214"
#define OPERATIONAL "989444999999990930F1"
#define TEST_AID "A0000005591010FFFFFFFF8900001000"
#define OPERATIONAL_AID "A0000005591010FFFFFFFF8900001200"
#define ADDRESS                                                                                    \
    "0C1974657374736D6470706C7573312E6578616D706C652E636F6D"  /* testsmdpplus1.example.com */
#define NICKNAME "746869732D69732D612D7465737470726F66696C65" /* this-is-a-testprofile */

static struct running card;

static void start(void)
{
    cr_assert_not_null(running_folder());
    cr_assert(running_start(&card, (const char *const[]){"--personality", "sysmoeuicc1-c2t", NULL}),
              "%s", card.process.said);
}

static void end(void)
{
    running_kill(&card);
    running_remove();
}

TestSuite(sysmoeuicc1, .init = start, .fini = end, .timeout = 60);

static void select_isd_r(void)
{
    cr_assert_not_null(strstr(running_ask(&card, "00A4040410" ISD_R), "9000"));
}

static void expect(const char *request, const char *answer)
{
    const char *got = running_es10(&card, request);
    cr_assert_str_eq(got, answer, "%s: %s", request, got);
}

static char *icon_of_the_factory(char *hex, size_t size)
{
    static uint8_t icon[1024];
    FILE *file = fopen(PROFILES "/c2t-test.png", "rb");
    cr_assert_not_null(file);
    const size_t len = fread(icon, 1, sizeof(icon), file);
    fclose(file);
    cr_assert_lt(HEX_SIZE(len), size);
    hex_encode(bytes_of(icon, len), hex);
    return hex;
}

/* The search for the card before each test: ATR and EID over channel 1. */
Test(sysmoeuicc1, is_found)
{
    struct bytes atr;
    char digits[HEX_SIZE(33)];
    cr_assert(vpcd_peer_atr(&card.peer, &atr));
    hex_encode(atr, digits);
    cr_assert_str_eq(digits, "3B9F96803F87828031E073FE211F574543753130136502");
    cr_assert_str_eq(vpcd_peer_exchange(&card.peer, "0070000100"), "9000");
    cr_assert_str_eq(vpcd_peer_exchange(&card.peer, "01A4040410" ISD_R), "6121");
    cr_assert_str_eq(vpcd_peer_exchange(&card.peer, "81E2910006BF3E035C015A"), "6115");
    cr_assert_str_eq(vpcd_peer_exchange(&card.peer, "01C0000015"),
                     "BF3E125A10"
                     "89049044900000000000000000102355"
                     "9000");
}

/* profile_name and icon of the test profile, the second profile without nickname and icon. */
Test(sysmoeuicc1, has_its_two_profiles)
{
    static char icon[2048], expected[4096];
    select_isd_r();
    snprintf(expected, sizeof(expected),
             "BF2D820346A0820342E38202FA5A0A" TEST "4F10" TEST_AID "9F7001019015" NICKNAME
             "91095350204E616D652031921A4F7065726174696F6E616C2050726F66696C65204E616D652031"
             "93010194820290%s950100E3425A0A" OPERATIONAL "4F10" OPERATIONAL_AID
             "9F700100910A4F736D6F636F6D53504E920F5453343856312D422D554E495155459501029000",
             icon_of_the_factory(icon, sizeof(icon)));
    expect("BF2D00", expected);
}

/* Tags of what is in a template, in order. */
static const char *tags_in(const char *answer, uint32_t tag)
{
    static uint8_t room[1024];
    static char tags[128];
    struct writer bytes = writer_on(room, sizeof(room));
    struct tlv whole, one;
    tags[0] = '\0';
    cr_assert(hex_decode(answer, &bytes));
    bytes.len -= 2;
    cr_assert(tlv_whole(writer_bytes(&bytes), tag, &whole));
    while (tlv_take(&whole.value, &one))
        snprintf(tags + strlen(tags), sizeof(tags) - strlen(tags), "%02X ", one.tag);
    return tags;
}

/* euicc_info1 and euicc_info2: svn, one CI in each list, and in the second all that is there. */
Test(sysmoeuicc1, tells_of_itself)
{
    select_isd_r();
    expect("BF3E035C015A", "BF3E125A10890490449000000000000000001023559000");
    const char *info1 = running_es10(&card, "BF2000");
    cr_assert_not_null(strstr(info1, "BF20358203020300A916"), "%s", info1);
    cr_assert_str_eq(tags_in(info1, 0xBF20), "82 A9 AA ");
    const char *info2 = running_es10(&card, "BF2200");
    cr_assert_str_eq(tags_in(info2, 0xBF22), "81 82 83 84 85 86 87 88 A9 AA 99 04 0C ");
    cr_assert_not_null(strstr(info2, "8103020301820302030083032306238"), "%s", info2);
    cr_assert_not_null(strstr(info2, "8505067F36F3C086030F0100870302030088020398"), "%s", info2);
    cr_assert_not_null(strstr(info2, "9902064004030100000C0F535953"), "%s", info2);
}

#define BY_ICCID(function, iccid) "BF" function "11A00C5A0A" iccid "810100"
#define BY_AID(function, aid) "BF" function "17A0124F10" aid "810100"
#define ENABLE "31"
#define DISABLE "32"
#define OK(function) "BF" function "038001009000"
#define WRONG_STATE(function) "BF" function "038001029000"

/* enable_disable_profile: the test profile goes and comes, by ICCID and by AID. */
Test(sysmoeuicc1, enables_and_disables_the_test_profile)
{
    select_isd_r();
    expect(BY_ICCID(ENABLE, TEST), WRONG_STATE(ENABLE));
    expect(BY_ICCID(DISABLE, TEST), OK(DISABLE));
    expect(BY_ICCID(ENABLE, TEST), OK(ENABLE));
    expect(BY_AID(DISABLE, TEST_AID), OK(DISABLE));
    expect(BY_AID(ENABLE, TEST_AID), OK(ENABLE));
}

/* cardinfo: the test profile, which is the enabled one, has a USIM and an ISIM. */
Test(sysmoeuicc1, has_usim_and_isim)
{
    cr_assert_not_null(strstr(running_ask(&card, "00A4040407A0000000871002"), "9000"));
    cr_assert_not_null(strstr(running_ask(&card, "00A4040407A0000000871004"), "9000"));
    cr_assert_not_null(strstr(running_ask(&card, "00A40004026F02"), "9000"), "EF.IMPI");
}

/* gen_notif, list_notif, rm_notif: from the test profile to the one before it and back leaves its
 * enable and its disable; once removed the list is empty. */
Test(sysmoeuicc1, notifies_of_the_other_profile)
{
    select_isd_r();
    expect("BF2800", "BF2802A0009000");
    expect(BY_ICCID(ENABLE, OPERATIONAL), OK(ENABLE));
    expect(BY_ICCID(ENABLE, TEST), OK(ENABLE));
    expect("BF2800", "BF2864A062BF2F2E80010181020640" ADDRESS "5A0A" OPERATIONAL
                     "BF2F2E80010281020520" ADDRESS "5A0A" OPERATIONAL "9000");
    expect("BF3003800101", "BF30038001009000");
    expect("BF3003800102", "BF30038001009000");
    expect("BF2800", "BF2802A0009000");
}

/* set_nickname, with the tag that pySim gives it. */
Test(sysmoeuicc1, takes_a_nickname)
{
    select_isd_r();
    expect("BF29235A0A" TEST "8F15" NICKNAME, "BF29038001009000");
}

/* As it left the factory once: a later start is the same chip, and what was done stays done. */
Test(sysmoeuicc1, is_the_same_chip_again)
{
    select_isd_r();
    expect(BY_ICCID(DISABLE, TEST), OK(DISABLE));
    running_kill(&card);
    cr_assert(running_start(&card, (const char *const[]){NULL}));
    select_isd_r();
    expect(BY_ICCID(DISABLE, OPERATIONAL), OK(DISABLE));
    expect(BY_ICCID(ENABLE, OPERATIONAL), OK(ENABLE));
    expect(BY_ICCID(ENABLE, TEST), OK(ENABLE));
}
