#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/apdu.h"
#include "apdu/status.h"
#include "tests/tools/fake_card.h"
#include "tools/modem/commands.h"
#include "tools/modem/modem.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* A transport in front of the fake card, so that close() leaves the card to the test. */
static struct fake_card card;
static bool there;     /* the card is in the reader */
static unsigned taken; /* how often it was taken */
static struct modem modem;

static bool open_card(struct transport *transport, struct fault *fault)
{
    (void)transport;
    taken++;
    return there || fault_raise(fault, "reader", "no card");
}

static bool transmit_card(struct transport *transport, struct bytes command,
                          struct writer *response, struct fault *fault)
{
    (void)transport;
    if (!there)
        return fault_raise(fault, "reader", "the card is gone");
    return card.transport.kind->transmit(&card.transport, command, response, fault);
}

static void close_card(struct transport *transport)
{
    free(transport);
}

static const struct transport_kind kind = {
    .name = "test", .open = open_card, .transmit = transmit_card, .close = close_card};

static struct transport *create(const char *reader)
{
    struct transport *transport = calloc(1, sizeof(*transport));
    (void)reader;
    transport->kind = &kind;
    return transport;
}

/* Echoes the request. */
static uint16_t answer(void *context, struct bytes request, struct writer *out)
{
    (void)context;
    writer_put(out, request);
    return SW_OK;
}

static void begin(void)
{
    fake_card_init(&card, answer, NULL);
    there = true;
    taken = 0;
    modem_init(&modem, create, NULL);
}

static void end(void)
{
    modem_finish(&modem);
}

TestSuite(modem, .init = begin, .fini = end);

/* What the modem sends when it gets that text. */
static const char *say(const char *text)
{
    static char said[MODEM_OUT_MAX + 1];
    struct bytes input = bytes_of_text(text);
    size_t len = 0;
    while (input.len > 0) {
        modem_take(&modem, &input);
        const struct bytes out = writer_bytes(&modem.out);
        cr_assert_leq(len + out.len, MODEM_OUT_MAX);
        memcpy(said + len, out.data, out.len);
        len += out.len;
        writer_reset(&modem.out);
    }
    said[len] = '\0';
    return said;
}

struct talk {
    const char *in, *out;
};

static void check(const struct talk *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *out = say(rows[i].in);
        cr_expect_str_eq(out, rows[i].out, "%s says %s", rows[i].in, out);
    }
}

Test(modem, lines_and_echo)
{
    static const struct talk rows[] = {
        {"AT\r", "AT\r\r\nOK\r\n"},
        {"ATE0\r", "ATE0\r\r\nOK\r\n"},
        {"A", ""},
        {"T", ""},
        {"\r", "\r\nOK\r\n"},
        {"\n", ""},
        {"at\r\n", "\r\nOK\r\n"},
        {"AT\n", "\r\nOK\r\n"},
        {"\r\r\n \r", ""},
        {"  AT\r", "\r\nOK\r\n"},
        {"AXX\b\b\x7FT\r", "\r\nERROR\r\n"}, /* all but nothing is left */
        {"AXX\b\x7FT\r", "\r\nOK\r\n"},
        {"AT\rAT\r", "\r\nOK\r\n\r\nOK\r\n"},
        {"hello\r", "\r\nERROR\r\n"},
        {"A\r", "\r\nERROR\r\n"},
        {"\x7E\x01\xFF~\r", "\r\nERROR\r\n"},
        {"ATV0\r", "0\r"},
        {"AT+CMEE?\r", "+CMEE: 0\r\n0\r"},
        {"ATX\r", "0\r"},
        {"AT +CMEE ?  \r", "+CMEE: 0\r\n0\r"},
        {"AT+CMEE =  1 ; +CMEE?\r", "+CMEE: 1\r\n0\r"},
        {"A T\r", "0\r"},
        {"AT+CMEE=0\r", "0\r"},
        {"AT+NONE\r", "4\r"},
        {"ATQ1\r", ""},
        {"AT+CMEE?\r", "+CMEE: 0\r\n"},
        {"ATQ0V1E1\r", "\r\nOK\r\n"},
        {"ATZ\r", "ATZ\r\r\nOK\r\n"},
    };
    check(rows, COUNT(rows));
}

Test(modem, too_long_a_line_is_refused_once_and_the_next_one_heard)
{
    char text[3 * LINE_MAX_LEN];
    say("ATE0\r");
    memset(text, 'A', sizeof(text));
    text[1] = 'T';
    strcpy(text + sizeof(text) - 5, "\rAT\r");
    cr_assert_str_eq(say(text), "\r\nERROR\r\n\r\nOK\r\n");
    /* The longest that is one. */
    memset(text, ' ', LINE_MAX_LEN);
    memcpy(text + LINE_MAX_LEN - 2, "AT", 2);
    strcpy(text + LINE_MAX_LEN, "\r");
    cr_assert_str_eq(say(text), "\r\nOK\r\n");
    strcpy(text + LINE_MAX_LEN, " \r");
    cr_assert_str_eq(say(text), "\r\nERROR\r\n");
}

Test(modem, several_commands_and_their_forms)
{
    static const struct talk rows[] = {
        {"ATE0V1+CMEE=1;+CMEE?\r", "ATE0V1+CMEE=1;+CMEE?\r\r\n+CMEE: 1\r\n\r\nOK\r\n"},
        {"AT+CMEE?;+CFUN?\r", "\r\n+CMEE: 1\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n"},
        {"AT+CMEE?;+CMEE=9;+CFUN?\r", "\r\n+CMEE: 1\r\n\r\n+CME ERROR: 50\r\n"},
        {"AT+CMEE?;;\r", "\r\n+CMEE: 1\r\n\r\nERROR\r\n"},
        {"AT+CMEE = 1\r", "\r\nOK\r\n"},
        {"AT+CMEE=?\r", "\r\n+CMEE: (0-2)\r\n\r\nOK\r\n"},
        {"AT+CSIM=?;+CCHO=?;+CGLA=?;+CCHC=?;+CRSM=?\r", "\r\nOK\r\n"},
        {"AT+CSIM?\r", "\r\nERROR\r\n"},
        {"AT+CSIM\r", "\r\nERROR\r\n"},
        {"AT+CGMI;+CGMM\r", "\r\nemuicc\r\n\r\nemuicc-modem\r\n\r\nOK\r\n"},
        {"AT+CGSN\r", "\r\n001010000000008\r\n\r\nOK\r\n"},
        {"AT+CMEE=2\r", "\r\nOK\r\n"},
        {"AT+CSIM=1\r", "\r\n+CME ERROR: Incorrect parameters\r\n"},
        {"AT&F\r", "\r\nOK\r\n"},
        {"ATE2\r", "ATE2\r\r\nERROR\r\n"},
        {"AT&\r", "AT&\r\r\nERROR\r\n"},
        {"AT+\r", "AT+\r\r\nERROR\r\n"},
        {"AT+?\r", "AT+?\r\r\nERROR\r\n"},
        {"AT\"\r", "AT\"\r\r\nERROR\r\n"},
    };
    check(rows, COUNT(rows));
}

/* A row that nothing here asks for would be a promise that nobody keeps. */
Test(modem, every_row_has_its_forms_and_no_other)
{
    static const struct {
        enum line_form form;
        const char *behind;
    } forms[] = {{LINE_EXECUTE, ""}, {LINE_READ, "?"}, {LINE_TEST, "=?"}};
    const struct modem_row *row;
    for (size_t i = 0; (row = modem_row(i)) != NULL; i++) {
        for (size_t form = row->name[0] == '+' ? 0 : 3; form < COUNT(forms); form++) {
            char line[64];
            snprintf(line, sizeof(line), "AT%s%s\r", row->name, forms[form].behind);
            begin();
            say("ATE0;+CMEE=1\r");
            const bool known = forms[form].form == LINE_TEST ? row->range != NULL
                                                             : (row->forms & forms[form].form) != 0;
            cr_expect_eq(strcmp(say(line), "\r\nERROR\r\n") != 0, known, "%s", line);
            end();
        }
        cr_expect_not_null(strchr(row->section, '.'), "%s", row->name);
    }
}

/* One long enough to fill the line with answers. */
Test(modem, more_results_than_there_is_room_for)
{
    char text[LINE_MAX_LEN + 2] = "AT+CLAC";
    say("ATE0;+CMEE=1\r");
    while (strlen(text) + 7 < LINE_MAX_LEN)
        strcat(text, ";+CLAC");
    strcat(text, "\r");
    const char *said = say(text);
    cr_assert_str_eq(said + strlen(said) - strlen("\r\n+CME ERROR: 13\r\n"),
                     "\r\n+CME ERROR: 13\r\n");
}

Test(modem, sessions_are_channels)
{
    static const struct talk rows[] = {
        {"ATE0+CMEE=1\r", "ATE0+CMEE=1\r\r\nOK\r\n"},
        {"AT+CGLA=1,8,\"00A40000\"\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CCHC=1\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CCHC=0\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CCHO=\"A0000005591010FF\"\r", "\r\n+CCHO: 1\r\n\r\nOK\r\n"},
        /* whatever channel its class byte names */
        {"AT+CGLA=1,16,\"80E2910003BF2E00\"\r", "\r\n+CGLA: 4,\"6103\"\r\n\r\nOK\r\n"},
        {"AT+CGLA=1,10,\"83C0000003\"\r", "\r\n+CGLA: 10,\"BF2E009000\"\r\n\r\nOK\r\n"},
        {"AT+CGLA=1,16,C2E2910003BF2E00\r", "\r\n+CGLA: 4,\"6103\"\r\n\r\nOK\r\n"},
        {"AT+CGLA=2,10,\"81C0000003\"\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CGLA=4294967295,10,\"81C0000003\"\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CGLA=4294967296,10,\"81C0000003\"\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CGLA=1,8,\"81C0000003\"\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CGLA=1,6,\"81C000\"\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CGLA=1,10,\"81C000000G\"\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CGLA=1,10,\"81C0000003\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CGLA=1,10,\"81C0000003\",1\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CCHC=1,1\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CCHC=1\r", "\r\nOK\r\n"},
        {"AT+CCHC=1\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CCHO=\"A000\"\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CCHO=\"\"\r", "\r\n+CME ERROR: 50\r\n"},
    };
    check(rows, COUNT(rows));
    cr_expect(card.opened && card.selected && card.closed);
    cr_expect_null(card.wrong, "%s", card.wrong);
}

Test(modem, sessions_on_further_channels)
{
    card.channel = 17;
    say("ATE0\r");
    cr_assert_str_eq(say("AT+CCHO=\"A0000005591010FF\"\r"), "\r\n+CCHO: 17\r\n\r\nOK\r\n");
    cr_assert_str_eq(say("AT+CGLA=17,16,\"80E2910003BF2E00\"\r"),
                     "\r\n+CGLA: 4,\"6103\"\r\n\r\nOK\r\n");
    cr_assert_str_eq(say("AT+CCHC=17\r"), "\r\nOK\r\n");
    cr_expect_null(card.wrong, "%s", card.wrong);
}

/* As a Sierra MC7455 has them: a program that takes them for channels meets nobody. */
Test(modem, handles_that_are_no_channels)
{
    static const struct talk rows[] = {
        {"ATE0+CMEE=1\r", "ATE0+CMEE=1\r\r\nOK\r\n"},
        {"AT+CCHO=\"A0000005591010FF\"\r", "\r\n+CCHO: E5D1A90000000001\r\n\r\nOK\r\n"},
        {"AT+CGLA=1,16,\"80E2910003BF2E00\"\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CGLA=0000000000000001,16,\"80E2910003BF2E00\"\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CGLA=E5D1A90000000002,16,\"80E2910003BF2E00\"\r", "\r\n+CME ERROR: 21\r\n"},
        {"AT+CGLA=E5D1A90000000001,16,\"80E2910003BF2E00\"\r",
         "\r\n+CGLA: 4,\"6103\"\r\n\r\nOK\r\n"},
        {"AT+CCHC=1\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+CCHC=E5D1A90000000001\r", "\r\nOK\r\n"},
        {"AT+CCHC=E5D1A90000000001\r", "\r\n+CME ERROR: 21\r\n"},
    };
    modem.long_handles = true;
    check(rows, COUNT(rows));
    cr_expect(card.opened && card.selected && card.closed);
}

Test(modem, an_application_that_is_not_there)
{
    card.no_isd_r = true;
    say("ATE0+CMEE=1\r");
    cr_assert_str_eq(say("AT+CCHO=\"A0000005591010FF\"\r"), "\r\n+CME ERROR: 22\r\n");
    cr_expect(card.closed, "its channel is left open");
    cr_assert_str_eq(say("AT+CCHC=1\r"), "\r\n+CME ERROR: 21\r\n");
}

Test(modem, a_card_comes_and_goes)
{
    static const char csim[] = "AT+CSIM=8,\"80AA0000\"\r";
    say("ATE0+CMEE=1\r");
    there = false;
    cr_expect_str_eq(say(csim), "\r\n+CME ERROR: 10\r\n");
    there = true;
    cr_expect_str_eq(say(csim), "\r\n+CSIM: 4,\"9000\"\r\n\r\nOK\r\n");
    cr_expect_str_eq(say("AT+CCHO=\"A0000005591010FF\"\r"), "\r\n+CCHO: 1\r\n\r\nOK\r\n");
    there = false;
    cr_expect_str_eq(say(csim), "\r\n+CME ERROR: 13\r\n");
    cr_expect_str_eq(say(csim), "\r\n+CME ERROR: 10\r\n");
    there = true;
    cr_expect_str_eq(say("AT+CGLA=1,8,\"80AA0000\"\r"), "\r\n+CME ERROR: 21\r\n");
    cr_expect_str_eq(say(csim), "\r\n+CSIM: 4,\"9000\"\r\n\r\nOK\r\n");
}

Test(modem, off_and_hung_up_let_the_card_go)
{
    static const char csim[] = "AT+CSIM=8,\"80AA0000\"\r",
                      ok[] = "\r\n+CSIM: 4,\"9000\"\r\n\r\nOK\r\n";
    say("ATE0+CMEE=1\r");
    cr_expect_str_eq(say(csim), ok);
    cr_expect_str_eq(say("AT+CFUN=0\r"), "\r\nOK\r\n");
    cr_expect_null(modem.sim.transport);
    cr_expect_str_eq(say(csim), "\r\n+CME ERROR: 3\r\n");
    cr_expect_str_eq(say("AT+CFUN?\r"), "\r\n+CFUN: 0\r\n\r\nOK\r\n");
    cr_expect_str_eq(say("AT+CFUN=1\r"), "\r\nOK\r\n");
    cr_expect_str_eq(say(csim), ok);
    cr_expect_str_eq(say("AT+CFUN=4\r"), "\r\nOK\r\n");
    cr_expect_str_eq(say(csim), ok);
    cr_expect_eq(taken, 2);
    cr_expect_str_eq(say("AT+CFUN=1,1\r"), "\r\nOK\r\n");
    cr_expect_str_eq(say(csim), ok);
    cr_expect_eq(taken, 3);
    cr_expect_str_eq(say("AT+CFUN=7\r"), "\r\n+CME ERROR: 50\r\n");
    modem_hang_up(&modem);
    cr_expect_null(modem.sim.transport);
    cr_expect_str_eq(say("AT\r"), "AT\r\r\nOK\r\n");
}

/* The card is no toolkit's: what comes in is handed on, and nothing comes out. */
Test(modem, messages_of_the_network)
{
    static const struct talk rows[] = {
        {"ATE0+CMEE=1\r", "ATE0+CMEE=1\r\r\nOK\r\n"},
        {"AT+ESMSR\r", "\r\n+CME ERROR: 22\r\n"},
        {"AT+ESMS=\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+ESMS=\"40\",1\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+ESMS=\"4004812143\"\r", "\r\n+ESMS: 9000,\"\"\r\n\r\nOK\r\n"},
        {"AT+EMENU=256\r", "\r\n+CME ERROR: 50\r\n"},
        {"AT+EMENU=1\r", "\r\nOK\r\n"},
    };
    check(rows, COUNT(rows));
    for (uint8_t i = 0; i < MODEM_MESSAGES_MAX + 1; i++)
        modem.sim.toolkit.told(&modem, 0x13, 0, BYTES(0x41, i));
    cr_expect_str_eq(say("AT+ESMSR\r"), "\r\n+ESMSR: \"4100\"\r\n\r\nOK\r\n");
    cr_expect_str_eq(say("AT+ESMSR\r"), "\r\n+ESMSR: \"4101\"\r\n\r\nOK\r\n");
    for (int i = 0; i < MODEM_MESSAGES_MAX - 2; i++)
        say("AT+ESMSR\r");
    cr_expect_str_eq(say("AT+ESMSR\r"), "\r\n+CME ERROR: 22\r\n");
    cr_expect_null(card.wrong, "%s", card.wrong);
}
