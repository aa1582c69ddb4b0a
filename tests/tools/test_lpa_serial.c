#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/tools/fake_modem.h"
#include "tools/lib/transport/serial.h"

#define LONG_MS 60000
#define OK "\r\nOK\r\n"
#define HELLO                                                                                      \
    {"AT", OK}, {"ATE0", OK},                                                                      \
    {                                                                                              \
        "AT+CMEE=1", OK                                                                            \
    }
#define CCHO "AT+CCHO=\"A0000005591010\""
#define CCHC                                                                                       \
    {                                                                                              \
        "AT+CCHC=1", OK                                                                            \
    }
#define CGLA "AT+CGLA=1,10,\"80E2910000\""
#define COUNT(turns) (sizeof(turns) / sizeof((turns)[0]))

static const uint8_t aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10};

struct bench {
    struct fake_modem modem;
    struct transport *transport;
    struct fault fault;
    uint8_t room[TRANSPORT_RESPONSE_MAX];
    struct writer response;
};

static void begin(struct bench *bench, const struct fake_modem_turn *turns, size_t count,
                  int timeout)
{
    *bench = (struct bench){0};
    fake_modem_start(&bench->modem, turns, count);
    bench->transport = serial_create(bench->modem.path, timeout);
    cr_assert_not_null(bench->transport);
    bench->response = writer_on(bench->room, sizeof(bench->room));
}

static bool open_it(struct bench *bench)
{
    return bench->transport->kind->open(bench->transport, &bench->fault);
}

static bool select_it(struct bench *bench)
{
    return bench->transport->kind->select(bench->transport, bytes_of(aid, sizeof(aid)),
                                          &bench->fault);
}

static bool transmit(struct bench *bench)
{
    return bench->transport->kind->transmit(bench->transport, BYTES(0x80, 0xE2, 0x91, 0x00, 0x00),
                                            &bench->response, &bench->fault);
}

/* The script was followed to its end. */
static void end(struct bench *bench)
{
    bench->transport->kind->deselect(bench->transport, &bench->fault);
    bench->transport->kind->close(bench->transport);
    fake_modem_stop(&bench->modem);
    cr_expect_str_empty(bench->modem.wrong, "the modem is asked %s", bench->modem.wrong);
    cr_expect_eq(bench->modem.taken, bench->modem.count, "%zu of %zu turns", bench->modem.taken,
                 bench->modem.count);
}

Test(lpa_serial, a_session)
{
    static const struct fake_modem_turn turns[] = {
        HELLO, {CCHO, "\r\n+CCHO: 1\r\n" OK}, {CGLA, "\r\n+CGLA: 8,\"0A0B9000\"\r\n" OK}, CCHC};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench), "%s", bench.fault.text);
    cr_assert(select_it(&bench), "%s", bench.fault.text);
    cr_assert(transmit(&bench), "%s", bench.fault.text);
    cr_assert(bytes_equal(writer_bytes(&bench.response), BYTES(0x0A, 0x0B, 0x90, 0x00)));
    cr_assert_eq(bench.transport->channel, 0);
    end(&bench);
}

/* As a Sierra MC7455 names it: no channel's number. */
Test(lpa_serial, a_handle_that_is_no_channel)
{
    static const struct fake_modem_turn turns[] = {
        HELLO,
        {CCHO, "\r\n+CCHO: E5D1A90000000001\r\n" OK},
        {"AT+CGLA=E5D1A90000000001,10,\"80E2910000\"", "\r\n+CGLA: 4,\"9000\"\r\n" OK},
        {"AT+CCHC=E5D1A90000000001", OK}};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench), "%s", bench.fault.text);
    cr_assert(select_it(&bench), "%s", bench.fault.text);
    cr_assert(transmit(&bench), "%s", bench.fault.text);
    cr_assert(bytes_equal(writer_bytes(&bench.response), BYTES(0x90, 0x00)));
    end(&bench);
}

Test(lpa_serial, handles_that_are_none)
{
    static const char *const says[] = {"\r\n+CCHO: \"\"\r\n" OK, "\r\n+CCHO: 1G\r\n" OK,
                                       "\r\n+CCHO: E5D1A900000000012\r\n" OK};
    for (size_t i = 0; i < COUNT(says); i++) {
        const struct fake_modem_turn turns[] = {HELLO, {CCHO, says[i]}};
        struct bench bench;
        begin(&bench, turns, COUNT(turns), LONG_MS);
        cr_assert(open_it(&bench), "%s", bench.fault.text);
        cr_expect_not(select_it(&bench), "row %zu", i);
        cr_expect_str_eq(bench.fault.text, "the modem names no session", "row %zu", i);
        end(&bench);
    }
}

/* A modem that echoes although it was asked not to, has news to tell, and writes bare. */
Test(lpa_serial, echo_news_and_bare_results)
{
    static const struct fake_modem_turn turns[] = {
        {"AT", "AT\r" OK},
        {"ATE0", "ATE0\r\r\nERROR\r\n"},
        {"AT+CMEE=1", "AT+CMEE=1\r\r\n+CREG: 2\r\n" OK},
        {CCHO, CCHO "\r\r\n+CIEV: 1,2\r\n\r\n1\r\n\r\nRING\r\n" OK},
        {CGLA, CGLA "\r\r\n^RSSI: 7\r\n\r\n+CGLA: 4,9000\r\n\r\n+CGLA: 4,6F00\r\n" OK},
        {"AT+CCHC=1", "\r\n+CCHC\r\n" OK}};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench), "%s", bench.fault.text);
    cr_assert(select_it(&bench), "%s", bench.fault.text);
    cr_assert(transmit(&bench), "%s", bench.fault.text);
    cr_assert(bytes_equal(writer_bytes(&bench.response), BYTES(0x90, 0x00)));
    end(&bench);
}

Test(lpa_serial, a_modem_may_need_a_second_greeting)
{
    static const struct fake_modem_turn turns[] = {{"AT", "\r\nERROR\r\n"}, HELLO};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench), "%s", bench.fault.text);
    end(&bench);
}

Test(lpa_serial, refusals_are_named)
{
    static const struct {
        const char *says, *code, *text, *next;
    } rows[] = {
        {"\r\n+CME ERROR: 10\r\n", "+CME ERROR: 10", "SIM not inserted",
         "put a card into the device"},
        {"\r\n+CME ERROR: 14\r\n", "+CME ERROR: 14", "SIM busy", "--isd-r"},
        {"\r\n+CME ERROR: 999\r\n", "+CME ERROR: 999", "999", "--isd-r"},
        {"\r\n+CME ERROR: SIM wrong\r\n", "", "SIM wrong", "--isd-r"},
        {"\r\nERROR\r\n", "", "ERROR", "--isd-r"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct fake_modem_turn turns[] = {HELLO, {CCHO, rows[i].says}};
        struct bench bench;
        begin(&bench, turns, COUNT(turns), LONG_MS);
        cr_assert(open_it(&bench));
        cr_assert_not(select_it(&bench));
        cr_expect_str_eq(bench.fault.where, "+CCHO");
        cr_expect_str_eq(bench.fault.code, rows[i].code);
        cr_expect_not_null(strstr(bench.fault.text, rows[i].text), "%s", bench.fault.text);
        cr_expect_not_null(strstr(bench.fault.next, rows[i].next), "%s", bench.fault.next);
        end(&bench);
    }
}

Test(lpa_serial, malformed_results_are_faults)
{
    static const char *const results[] = {
        "\r\n+CGLA: 6,\"9000\"\r\n" OK, /* another length */
        "\r\n+CGLA: 2,\"9000\"\r\n" OK,
        "\r\n+CGLA: 3,\"900\"\r\n" OK,
        "\r\n+CGLA: 4,\"90G0\"\r\n" OK,
        "\r\n+CGLA: 4,\"9000\r\n" OK,
        "\r\n+CGLA: \"9000\"\r\n" OK,
        "\r\n+CGLA: 0,\"\"\r\n" OK,
        "\r\n+CGLA:\r\n" OK,
        OK,
    };
    for (size_t i = 0; i < COUNT(results); i++) {
        const struct fake_modem_turn turns[] = {
            HELLO, {CCHO, "\r\n+CCHO: 1\r\n" OK}, {CGLA, results[i]}, CCHC};
        struct bench bench;
        begin(&bench, turns, COUNT(turns), LONG_MS);
        cr_assert(open_it(&bench) && select_it(&bench));
        cr_expect_not(transmit(&bench), "%s", results[i]);
        cr_expect(bench.fault.raised);
        cr_expect_eq(bench.response.len, 0);
        end(&bench);
    }
}

/* More than a response can be, in a line longer than any. */
Test(lpa_serial, too_long_a_result)
{
    static char says[3 * 1024];
    size_t len = (size_t)sprintf(says, "\r\n+CGLA: 1200,\"");
    memset(says + len, '0', 1200);
    strcpy(says + len + 1200, "\"\r\n" OK);
    const struct fake_modem_turn turns[] = {
        HELLO, {CCHO, "\r\n+CCHO: 1\r\n" OK}, {CGLA, says}, CCHC};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench) && select_it(&bench));
    cr_expect_not(transmit(&bench));
    cr_expect_not_null(strstr(bench.fault.text, "no result"), "%s", bench.fault.text);
    end(&bench);
}

Test(lpa_serial, a_silent_modem)
{
    static const struct fake_modem_turn turns[] = {{"AT", ""}, {"AT", ""}, {"AT", ""}};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), 30);
    cr_assert_not(open_it(&bench));
    cr_expect_not_null(strstr(bench.fault.text, "does not answer"), "%s", bench.fault.text);
    end(&bench);
}

/* What comes late would be taken for the answer to something else: nothing more is asked. */
Test(lpa_serial, silence_in_mid_session_ends_it)
{
    static const struct fake_modem_turn turns[] = {
        HELLO, {CCHO, "\r\n+CCHO: 1\r\n" OK}, {CGLA, "\r\n+CGLA: 4,\"90"}};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), 1500);
    cr_assert(open_it(&bench) && select_it(&bench), "%s", bench.fault.text);
    cr_expect_not(transmit(&bench));
    cr_expect_not_null(strstr(bench.fault.text, "does not answer"), "%s", bench.fault.text);
    cr_expect_not(transmit(&bench));
    end(&bench);
}

Test(lpa_serial, a_modem_that_hangs_up)
{
    static const struct fake_modem_turn turns[] = {
        HELLO, {CCHO, "\r\n+CCHO: 1\r\n" OK}, {CGLA, NULL}};
    struct bench bench;
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench) && select_it(&bench));
    cr_expect_not(transmit(&bench));
    cr_expect_not_null(strstr(bench.fault.text, "is gone"), "%s", bench.fault.text);
    end(&bench);
}

Test(lpa_serial, terminals_that_are_none)
{
    static const char *const paths[] = {"/nonexistent/tty", "/dev/null", "/"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct fault fault = {0};
        struct transport *transport = serial_create(paths[i], LONG_MS);
        cr_assert_not_null(transport);
        cr_expect_not(transport->kind->open(transport, &fault), "%s", paths[i]);
        cr_expect(fault.raised && strstr(fault.text, paths[i]) != NULL, "%s", fault.text);
        transport->kind->close(transport);
    }
}

Test(lpa_serial, two_on_one_line)
{
    static const struct fake_modem_turn turns[] = {HELLO};
    struct bench bench;
    struct fault fault = {0};
    begin(&bench, turns, COUNT(turns), LONG_MS);
    cr_assert(open_it(&bench));
    struct transport *other = serial_create(bench.modem.path, LONG_MS);
    cr_assert_not_null(other);
    cr_expect_not(other->kind->open(other, &fault));
    cr_expect_not_null(strstr(fault.next, "another program"), "%s", fault.text);
    other->kind->close(other);
    end(&bench);
}
