/* What a card's outputs write, of a real chip: names and results in the trace, and no secret. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"
#include "apdu/trace.h"
#include "card/trace/outputs.h"

#define SELECT_ISD_R "00A4040010A0000005591010FFFFFFFF8900000100"
#define SELECT_USIM "00A4040C07A0000000871002"
#define ADM_1 "3535353535353535"
#define PIN_1 "30303030FFFFFFFF"
#define IMSI "080910100000000010"
#define RAND "00112233445566778899AABBCCDDEEFF"

static struct card card;
static struct outputs outputs;
static char trace_path[96], pcap_path[96];

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level;
    outputs_note(&outputs, text);
}

static void start(void)
{
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
    snprintf(trace_path, sizeof(trace_path), "%s/trace", temp_card_folder);
    snprintf(pcap_path, sizeof(pcap_path), "%s/pcap", temp_card_folder);
    const struct outputs_plan plan = {.trace = trace_path, .pcap = pcap_path, .seeded = true};
    cr_assert(outputs_open(&outputs, &plan) == 0);
    outputs_observe(&outputs, &card, "a chip");
    trace_to(note, NULL);
}

static void stop(void)
{
    trace_to(NULL, NULL);
    card_close(&card);
    outputs_close(&outputs);
    temp_card_end();
}

TestSuite(outputs, .init = start, .fini = stop, .timeout = 60);

static const char *traced(void)
{
    static char text[1 << 18];
    FILE *file = fopen(trace_path, "r");
    cr_assert(file != NULL);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void shows(const char *what)
{
    cr_expect_not_null(strstr(traced(), what), "%s is not in\n%s", what, traced());
}

static void hides(const char *what)
{
    cr_expect_null(strstr(traced(), what), "%s is in\n%s", what, traced());
}

static void enable(void)
{
    talk(&card, SELECT_ISD_R "00");
    cr_assert_str_eq(talk_es10(&card, "BF3111A00C5A0A" TEMP_CARD_ICCID "8101FF"),
                     "BF31038001009000");
}

Test(outputs, names_and_results_of_es10)
{
    enable();
    (void)talk_es10(&card, "BF3111A00C5A0A" TEMP_CARD_ICCID "8101FF");
    (void)talk_es10(&card, "BF2D00");
    card_power(&card, CARD_RESET);
    shows("* a chip\n");
    shows("> [0] UICC: SELECT 00A40400, 16 bytes: A0000005591010FFFFFFFF8900000100\n");
    shows("> [0] ISD-R: STORE DATA 80E29100, 20 bytes\n"
          "      EnableProfile (BF31): 17 bytes\n"
          "        profileIdentifier (A0): 12 bytes\n"
          "          iccid (5A): 8988211000000000011\n"
          "        refreshFlag (81): 255\n");
    shows("        enableResult (80): 0 ok\n");
    shows("        enableResult (80): 2 profileNotInDisabledState\n");
    shows("          ProfileInfo (E3): ");
    shows("profileState (9F70): 1 enabled\n");
    shows("reset, ATR 3B");
    shows("* "); /* what the ISD-R says of it */
}

Test(outputs, no_secret_is_in_the_trace)
{
    char result[64];
    enable();
    talk(&card, SELECT_USIM);
    cr_assert_str_eq(talk(&card, "0020000A08" ADM_1), "9000");
    cr_assert_str_eq(talk(&card, "0026000108" PIN_1), "6984"); /* it is off already */
    cr_assert_str_eq(talk(&card, "0028000108" PIN_1), "9000");
    cr_assert_str_eq(talk(&card, "0020000108" PIN_1), "9000");
    cr_assert_str_eq(talk(&card, "00A4000C026F07"), "9000");
    cr_assert_str_eq(talk(&card, "00B0000009"), IMSI "9000");
    cr_assert_str_eq(talk(&card, "00D6000009" IMSI), "9000");
    /* GSM context: SRES and Kc */
    snprintf(result, sizeof(result), "%s", talk_through(&card, "008800801110" RAND));
    cr_assert(strlen(result) == 2 * 14 + 4, "%s", result);
    shows("UICC: VERIFY PIN 0020000A, 8 bytes\n");
    shows("UICC: AUTHENTICATE 00880080, 17 bytes\n");
    shows("< 9000 normal ending, 14 bytes\n");
    hides(ADM_1);
    hides(PIN_1);
    hides(IMSI);
    result[2 * 13] = '\0';
    hides(result + 2);
    hides(RAND);
}

/* Requests in blocks, answers in pieces, an unknown tag, a cut element, what is no command. */
Test(outputs, whatever_comes)
{
    talk(&card, SELECT_ISD_R "00");
    talk(&card, "80E2110003BF3E03");
    talk_through(&card, "80E29101035C015A");
    shows("      GetEID (BF3E): 3 bytes\n        tagList (5C): 5A\n");
    talk(&card, "80E2910002BF7F");
    shows("2 bytes that are no element\n");
    talk(&card, "80E2910003BF6F00");
    shows("element (BF6F): 0 bytes\n");
    talk(&card, "80E2910005BF36840102");
    talk(&card, "00");
    shows("> 1 bytes that are no command\n");
    talk(&card, "00EE000000");
    shows("ISD-R: unknown instruction 00EE0000\n< 6D00 ");
    talk(&card, "05A4040000");
}

Test(outputs, files_are_for_their_owner)
{
    struct stat trace, pcap;
    cr_assert(stat(trace_path, &trace) == 0 && stat(pcap_path, &pcap) == 0);
    cr_expect_eq(trace.st_mode & 0777, 0600);
    cr_expect_eq(pcap.st_mode & 0777, 0600);
    const off_t before = pcap.st_size;
    talk(&card, "00A4000C023F00");
    cr_assert(stat(pcap_path, &pcap) == 0);
    cr_expect_eq(pcap.st_size - before, 16 + 28 + 16 + 9); /* record, IP and UDP, GSMTAP, bytes */
}

Test(outputs, packets_go_to_a_host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    static const uint8_t expected[] = {2,    4,    4,    0,    0,    0,    0,   0,    0,
                                       0,    0,    0,    0,    0,    0,    0,   0x00, 0xA4,
                                       0x00, 0x0C, 0x02, 0x3F, 0x00, 0x90, 0x00};
    uint8_t packet[64];
    char host[32];
    struct outputs more = {0};
    const int listener = socket(AF_INET, SOCK_DGRAM, 0);
    cr_assert(listener >= 0 && bind(listener, (struct sockaddr *)&address, size) == 0 &&
              getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    snprintf(host, sizeof(host), "127.0.0.1:%u", ntohs(address.sin_port));
    const struct outputs_plan plan = {.gsmtap = host};
    cr_assert(outputs_open(&more, &plan) == 0);
    outputs_observe(&more, &card, "");
    talk(&card, "00A4000C023F00");
    const ssize_t got = recv(listener, packet, sizeof(packet), 0);
    cr_expect(got == sizeof(expected) && memcmp(packet, expected, sizeof(expected)) == 0);
    close(listener);
    talk(&card, "00A4000C023F00"); /* nobody listens any more */
    talk(&card, "00A4000C023F00");
    card.observers = NULL;
    outputs_close(&more);
}

Test(outputs, places_that_are_none)
{
    struct outputs none = {0};
    const struct outputs_plan plans[] = {
        {.trace = "/nonexistent/a"},
        {.pcap = "/nonexistent/a"},
        {.record = "/nonexistent/a"},
        {.gsmtap = "[::1"},
        {.gsmtap = ""},
        {.gsmtap = "127.0.0.1:no-such-port"},
    };
    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        cr_expect(outputs_open(&none, &plans[i]) < 0, "plan %zu", i);
        outputs_close(&none);
    }
}

Test(outputs, a_remark_stands_in_the_trace)
{
    outputs_note(&outputs, "a remark of the test");
    cr_expect_str_eq(talk(&card, "00A4000C023F00"), "9000");
    cr_assert_not_null(strstr(traced(), "a remark of the test"), "%s", traced());
}

/* Of the ISD-R too, which has commands of a security domain besides its own; no other application
 * of the card has them. */
Test(outputs, commands_of_a_security_domain_have_names)
{
    cr_expect_str_neq(talk(&card, "00A4040010A0000005591010FFFFFFFF8900000100"), "6A82");
    (void)talk(&card, "80F28002024F00");
    cr_assert_not_null(strstr(traced(), "GET STATUS"), "%s", traced());
}

static unsigned complaints;

static void count_errors(void *context, enum trace_level level, const char *text)
{
    struct outputs *full = context;
    complaints += level == TRACE_ERROR && strstr(text, "No space left on device") != NULL;
    outputs_note(full, text);
}

Test(outputs, a_full_disk_is_said_once_and_the_card_goes_on)
{
    struct outputs full = {0};
    const struct outputs_plan plans[] = {{.trace = "/dev/full"}, {.record = "/dev/full"}};
    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        complaints = 0;
        trace_to(count_errors, &full);
        cr_assert(outputs_open(&full, &plans[i]) == 0);
        outputs_observe(&full, &card, "a chip");
        cr_expect_str_eq(talk(&card, "00A4000C023F00"), "9000");
        card.observers = NULL;
        cr_expect(outputs_close(&full) != 0, "plan %zu", i);
        cr_expect_eq(complaints, 1, "plan %zu", i);
    }
    trace_to(count_errors, &full);
    cr_expect(outputs_open(&full, &(struct outputs_plan){.pcap = "/dev/full"}) != 0);
    (void)outputs_close(&full);
}

Test(outputs, a_file_that_exists_is_emptied_and_made_private)
{
    struct outputs more = {0};
    struct stat about;
    char path[128];
    snprintf(path, sizeof(path), "%s/old", temp_card_folder);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    fputs("old", file);
    fclose(file);
    cr_assert(chmod(path, 0644) == 0);
    const struct outputs_plan plans[] = {{.trace = path}, {.record = path}, {.pcap = path}};
    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        cr_assert(chmod(path, 0644) == 0);
        cr_assert(outputs_open(&more, &plans[i]) == 0);
        cr_expect(outputs_close(&more) == 0);
        cr_assert(stat(path, &about) == 0);
        cr_expect_eq(about.st_mode & 0777, 0600, "plan %zu", i);
        cr_expect_eq(about.st_size, i == 2 ? 24 : 0);
    }
}

/* The packets behind the file's header: the instruction of each. */
static size_t captured_instructions(uint8_t *out, size_t size)
{
    static uint8_t file[1 << 16];
    FILE *stream = fopen(pcap_path, "rb");
    cr_assert_not_null(stream);
    const size_t len = fread(file, 1, sizeof(file), stream);
    size_t count = 0;
    fclose(stream);
    for (size_t at = 24, packet; at + 16 < len && count < size; at += 16 + packet) {
        packet = (size_t)(file[at + 10] << 8 | file[at + 11]);
        if (file[at + 16 + 28 + 12] == 0) /* GSMTAP's sub-type: no ATR */
            out[count++] = file[at + 16 + 28 + 16 + 1];
    }
    return count;
}

Test(outputs, a_capture_has_one_record_for_a_command_and_its_answer)
{
    static const uint8_t expected[] = {0xA4, 0xE2, 0xE2, 0xA4, 0xA4, 0xB0};
    uint8_t instructions[32];
    enable(); /* SELECT, STORE DATA */
    cr_assert_eq(strlen(talk_es10(&card, "BF3E035C015A")), 2 * (5 + 16 + 2)); /* the EID */
    talk_through(&card, "00A40004023F00");
    talk(&card, "00A4000C022FE2");
    talk(&card, "00B000000A");
    cr_assert_eq(captured_instructions(instructions, sizeof(instructions)), sizeof(expected));
    cr_assert_arr_eq(instructions, expected, sizeof(expected));
}

Test(outputs, an_answer_that_nobody_fetches_is_there_when_the_power_goes)
{
    uint8_t instructions[32];
    talk(&card, "00A40004023F00");
    cr_expect_eq(captured_instructions(instructions, sizeof(instructions)), 0);
    card_power(&card, CARD_OFF);
    cr_expect_eq(captured_instructions(instructions, sizeof(instructions)), 1);
}

Test(outputs, words_of_class_a0_have_names)
{
    enable();
    card_power(&card, CARD_RESET);
    cr_assert_str_eq(talk(&card, "A0A40000026FFF"), "9404");
    shows("< 9404 file or pattern not found (class A0)\n");
    talk_through(&card, "A0A40000023F00");
    shows("response bytes available (class A0)\n");
}
