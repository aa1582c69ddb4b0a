/* A chip that a released version has left behind is the same chip in this one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"

static struct card card;

static const char *in_source(const char *release, const char *name)
{
    static char path[400];
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/states/%s/%s", source != NULL ? source : ".", release,
             name);
    return path;
}

static void open_state(const char *release)
{
    static uint8_t room[1 << 20];
    char to[128], eid[PKI_EID_DIGITS + 1];
    const char *from = in_source(release, STORE_FILE);
    cr_assert(temp_card_begin());
    snprintf(to, sizeof(to), "%s/" STORE_FILE, temp_card_folder);
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    cr_assert(in != NULL && out != NULL, "%s", from);
    const size_t len = fread(room, 1, sizeof(room), in);
    cr_assert(len > 0 && fwrite(room, 1, len, out) == len);
    fclose(in);
    fclose(out);
    cr_assert_eq(startup_card(&(struct startup_plan){.state = temp_card_folder}, &card), 0);
    pki_eid_to_text(isd_r_eid(card.isd_r), eid);
    cr_assert_str_eq(eid, "89049032123451234512345678901235");
}

static void answers(const char *command, const char *expected)
{
    const char *got = talk_through(&card, command);
    cr_expect_str_eq(got, expected, "%s gets %s, not %s", command, got, expected);
}

/* Profile 1 is enabled; a try of PIN 2 and one of its PUK are gone, EF.LOCI was written. */
Test(states, of_0_1_0_go_on, .timeout = 60)
{
    open_state("0.1.0");
    answers("00A4000C022FE2", "9000");
    answers("00B000000A", "988812010000000010F19000");
    answers("00A4040C07A0000000871002", "9000");
    answers("00200081", "63C2");
    answers("002C0001", "63C9");
    answers("00A4000C026F7E", "9000");
    answers("00B0000003", "A1B2C39000");
    answers("002000810839393939FFFFFFFF", "9000");
    answers("00200081", "63C3");
    answers("00D6000003FFFFFF", "9000");
    answers("00A4040C10A0000005591010FFFFFFFF8900000100", "9000");
    const char *profiles = talk_es10(&card, "BF2D095C075A9F70909192"
                                            "95");
    cr_expect_not_null(strstr(profiles, "5A0A988812010000000010F19F700101"), "%s", profiles);
    cr_expect_not_null(
        strstr(profiles, "5A0A988812010000000020F99F700100900B4D79206E69636B6E616D65"), "%s",
        profiles);
    const char *list = talk_es10(&card, "BF2800");
    for (int number = 3; number <= 5; number++) {
        char text[16];
        snprintf(text, sizeof(text), "BF2F2E8001%02X", number);
        cr_expect_not_null(strstr(list, text), "%s is not in %s", text, list);
    }
    /* What it does next is as if it had never been off. */
    talk_es10(&card, "BF31"
                     "11A00C5A0A988812010000000020F98101"
                     "00");
    list = talk_es10(&card, "BF2800");
    cr_expect_not_null(strstr(list, "800106"), "%s", list);
    card_close(&card);
    temp_card_end();
}

static void says(const char *request, const char *part)
{
    const char *answer = talk_es10(&card, request);
    cr_expect_not_null(strstr(answer, part), "%s: %s is not in %s", request, part, answer);
}

static const char *next_package(const char *release)
{
    static char text[512];
    FILE *file = fopen(in_source(release, "next.txt"), "r");
    cr_assert(file != NULL && fgets(text, sizeof(text), file) != NULL);
    fclose(file);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* Of SGP.22 and SGP.32 in one. The profile that is managed over the air is enabled, a byte of
 * EF.LOCI written by the terminal, one over the air, a try of the administrator's code is gone; the
 * eIM has sent one package. */
Test(states, of_0_2_0_go_on, .timeout = 60)
{
    open_state("0.2.0");
    const char *package = next_package("0.2.0");
    answers("00A4040C07A0000000871002", "9000");
    answers("0020000A", "63C9");
    answers("00A4000C026F7E", "9000");
    answers("00B0000002", "A1B29000");
    answers("00A4040C08A000000151000000", "9000");
    answers("80CA5F5000", "5F500261629000");
    answers("00A4040C10A0000005591010FFFFFFFF8900000100", "9000");
    says("BF2D095C075A9F7090919295", "5A0A988812010000000080F69F700101");
    says("BF2D095C075A9F7090919295", "5A0A988812010000000040F59F70010090046B657074");
    for (int number = 1; number <= 3; number++) {
        char text[16];
        snprintf(text, sizeof(text), "BF2F2E8001%02X", number);
        says("BF2800", text);
    }
    says("BF5500", "830101");
    says("BF2B028200", "3003830100");
    /* The next package is taken, and not twice. */
    says(package, "3003830100");
    says(package, "020104");
    says("BF2D095C075A9F7090919295", "5A0A988812010000000010F19F700101");
    says("BF5500", "830102");
    card_close(&card);
    temp_card_end();
}
