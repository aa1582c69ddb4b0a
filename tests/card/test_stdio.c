/* A card on standard input and output: lines of hexadecimal, lpac's JSON, what goes wrong. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "card/fault/fault_table.h"
#include "card/stdio/stdio.h"
#include "card/stdio/stdio_line.h"
#include "tests/support/temp_card.h"

static struct card card;
static struct stdio_line client;
static uint8_t *room, *answer_room;

static void be_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void begin(void)
{
    trace_to(be_silent, NULL);
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
    room = malloc(CARD_RESPONSE_CAPACITY);
    answer_room = malloc(STDIO_ANSWER_MAX + 1);
    client.room = room;
    contact_init(&client.contact, &card);
}

static void end(void)
{
    contact_finish(&client.contact);
    card_close(&card);
    temp_card_end();
    free(room);
    free(answer_room);
}

TestSuite(stdio, .init = begin, .fini = end);

/* The answer without its line end; "(none)" for a line that is for somebody else. */
static const char *ask(const char *line)
{
    struct writer answer = writer_on(answer_room, STDIO_ANSWER_MAX);
    if (!stdio_line_answer(&client, bytes_of_text(line), &answer))
        return "(none)";
    cr_assert_not(answer.overflow);
    if (answer.len > 0) {
        cr_assert(eq(u8, answer_room[answer.len - 1], '\n'));
        answer.len--;
    }
    answer_room[answer.len] = '\0';
    return (const char *)answer_room;
}

static void assert_answer(const char *line, const char *pattern)
{
    const char *answer = ask(line);
    cr_assert(fnmatch(pattern, answer, 0) == 0, "%s: %s, where %s should stand", line, answer,
              pattern);
}

Test(stdio, commands_in_hexadecimal)
{
    assert_answer("atr", "3B*");
    assert_answer("reset", "3B*");
    assert_answer("00A40004023F00", "61??");
    assert_answer("  00 a4 00 0C 02 3F00 \t\r", "9000");
    assert_answer("00A4000C023F00", "9000");
    assert_answer("0070000001", "019000");
    assert_answer("on", "3B*");
    assert_answer("off", "ok");
    assert_answer("", "");
    assert_answer("# nothing", "");
}

Test(stdio, what_is_no_command_is_told)
{
    assert_answer("00A", "error: *");
    assert_answer("0 0A4", "error: *");
    assert_answer("hello", "error: *");
    assert_answer("resets", "error: *");
    assert_answer("00", "6700");
    assert_answer("00A400", "6700");
}

static void assert_code(const char *func, const char *parameter, const char *payload)
{
    char line[256], pattern[256];
    snprintf(line, sizeof(line), "{\"type\":\"apdu\",\"payload\":{\"func\":\"%s\",\"param\":%s}}",
             func, parameter);
    snprintf(pattern, sizeof(pattern), "{\"type\":\"apdu\",\"payload\":{%s}}", payload);
    assert_answer(line, pattern);
}

Test(stdio, functions_of_lpac)
{
    assert_code("connect", "null", "\"ecode\":0");
    assert_code("logic_channel_open", "\"A0000005591010FFFFFFFF8900000100\"", "\"ecode\":1");
    assert_code("logic_channel_open", "\"A0000005591010FFFFFFFF8900000100\"", "\"ecode\":2");
    assert_code("transmit", "\"81E2910003BF2E00\"", "\"ecode\":0,\"data\":\"6115\"");
    assert_code("transmit", "\"82E2910003BF2E00\"", "\"ecode\":0,\"data\":\"6115\"");
    assert_code("logic_channel_close", "\"01\"", "\"ecode\":0");
    assert_code("transmit", "\"81E2910003BF2E00\"", "\"ecode\":0,\"data\":\"6881\"");
    /* An application that is not there leaves no channel open. */
    assert_code("logic_channel_open", "\"A000000559FFFF\"", "\"ecode\":-1");
    assert_code("logic_channel_open", "\"A0000005591010FFFFFFFF8900000100\"", "\"ecode\":1");
    assert_code("disconnect", "null", "\"ecode\":0");
}

Test(stdio, channels_beyond_the_third_have_another_class)
{
    for (int channel = 1; channel < 8; channel++) {
        char payload[32];
        snprintf(payload, sizeof(payload), "\"ecode\":%d", channel);
        assert_code("logic_channel_open", "\"A0000005591010FFFFFFFF8900000100\"", payload);
    }
    assert_code("transmit", "\"C1E2910003BF2E00\"", "\"ecode\":0,\"data\":\"6115\"");
}

Test(stdio, json_that_asks_for_nothing_that_is_known)
{
    static const char failed[] = "{\"type\":\"apdu\",\"payload\":{\"ecode\":-1}}";
    assert_answer("{\"type\":\"lpa\",\"payload\":{\"code\":0}}", "(none)");
    assert_answer("{\"kind\":\"apdu\"}", "(none)");
    assert_answer("{", failed);
    assert_answer("{\"type\":\"apdu\"}", failed);
    assert_answer("{\"type\":\"apdu\",\"payload\":[]}", failed);
    assert_answer("{\"type\":\"apdu\",\"payload\":{\"func\":7}}", failed);
    assert_code("fly", "null", "\"ecode\":-1");
    assert_code("transmit", "\"0G\"", "\"ecode\":-1");
    assert_code("transmit", "12", "\"ecode\":-1");
    assert_code("logic_channel_open", "null", "\"ecode\":-1");
    assert_code("logic_channel_close", "null", "\"ecode\":-1");
    assert_code("logic_channel_open", "\"A0000005591010FFFFFFFF890000010000\"", "\"ecode\":-1");
}

static void set_fault(const char *text)
{
    cr_assert(faults_read(&card.hardware.faults, "test", bytes_of_text(text)) == 0);
    card_arm(&card);
}

/* What a mute card has said inside stays there. */
Test(stdio, of_an_answer_that_does_not_come_nothing_is_left)
{
    struct writer response = writer_on(client.room, CARD_RESPONSE_CAPACITY);
    set_fault("apdu 1 = mute");
    cr_expect(
        eq(int, (int)contact_transmit(&client.contact, BYTES(0, 0xA4, 0, 4, 2, 0x3F, 0), &response),
           CONTACT_MUTE));
    cr_expect(eq(sz, response.len, 0));
}

Test(stdio, faults_of_the_link)
{
    set_fault("apdu 1 = mute");
    assert_answer("00A40004023F00", "mute");
    assert_answer("00B0000000", "mute");
    assert_answer("reset", "3B*");
    assert_answer("00A40004023F00", "61??");
    set_fault("apdu 1 = drop");
    assert_code("transmit", "\"00A40004023F00\"", "\"ecode\":-1");
    assert_answer("00A40004023F00", "61??");
    card.presence = CARD_EJECTED;
    assert_answer("00A40004023F00", "gone");
    assert_answer("reset", "gone");
    card.presence = CARD_REINSERTING;
    assert_answer("00A40004023F00", "gone");
    assert_answer("00A40004023F00", "61??");
    card.presence = CARD_REINSERTING;
    assert_answer("reset", "3B*");
}

/* What an unpatched lpac said, and was answered. */
Test(stdio, a_recorded_session_of_lpac)
{
    char path[512], line[4096], question[4096] = "";
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/transcripts/stdio/lpac-chip-info.txt",
             source != NULL ? source : ".");
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    size_t count = 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '>')
            snprintf(question, sizeof(question), "%s", line + 2);
        if (line[0] != '<')
            continue;
        assert_answer(question, line + 2);
        count++;
    }
    fclose(file);
    cr_assert(gt(sz, count, 10));
}

/* The loop itself: lines in pieces, a line that is too long, a last line without its end. */
static void serve(struct bytes input, char *output, size_t size)
{
    int in[2], out[2];
    struct stop stop = {.event = -1};
    struct control control = control_none;
    cr_assert(pipe(in) == 0 && pipe(out) == 0);
    const pid_t writer = fork();
    if (writer == 0) {
        while (input.len > 0) {
            const ssize_t sent = write(in[1], input.data, input.len < 7000 ? input.len : 7000);
            input = bytes_of(input.data + sent, input.len - (size_t)sent);
        }
        _exit(0);
    }
    close(in[1]);
    cr_assert(stdio_serve(in[0], out[1], &card, &stop, &control) == 0);
    close(out[1]);
    const ssize_t got = read(out[0], output, size - 1);
    cr_assert(ge(i64, got, 0));
    output[got] = '\0';
    close(in[0]);
    close(out[0]);
}

Test(stdio, what_is_for_the_clients_user_goes_where_messages_go)
{
    static const char line[] = "{\"type\":\"lpa\",\"payload\":{\"code\":0}}\n";
    char output[64], passed[256] = {0};
    int messages[2];
    const int kept = dup(STDERR_FILENO);
    cr_assert(pipe(messages) == 0 && kept >= 0 && dup2(messages[1], STDERR_FILENO) >= 0);
    serve(bytes_of_text(line), output, sizeof(output));
    cr_assert(dup2(kept, STDERR_FILENO) >= 0);
    close(messages[1]);
    cr_assert(gt(i64, read(messages[0], passed, sizeof(passed) - 1), 0));
    cr_assert(eq(str, output, ""));
    cr_assert(eq(str, passed, (char *)line));
    close(messages[0]);
    close(kept);
}

Test(stdio, lines_are_answered_one_by_one)
{
    char output[1024];
    serve(bytes_of_text("00A4000C023F00\n\n{\"type\":\"lpa\"}\n00B2\nreset"), output,
          sizeof(output));
    cr_assert(fnmatch("9000\n6700\n3B*\n", output, 0) == 0, "%s", output);
    serve(bytes_of_text(""), output, sizeof(output));
    cr_assert(eq(str, output, ""));
}

/* Though it might still write. */
Test(stdio, a_client_that_reads_no_more_ends_it, .timeout = 60)
{
    int in[2], out[2];
    struct stop stop = {.event = -1};
    struct control control = control_none;
    cr_assert(pipe(in) == 0 && pipe(out) == 0);
    cr_assert(eq(i64, write(in[1], "reset\n", 6), 6));
    close(out[0]);
    signal(SIGPIPE, SIG_IGN);
    cr_assert(eq(int, stdio_serve(in[0], out[1], &card, &stop, &control), 0));
    close(in[0]);
    close(in[1]);
    close(out[1]);
}

#define ALARM_US 20000
#define ALARMS 3 /* before there is room */

static int full_pipe;
static volatile sig_atomic_t alarms;

static void make_room_at_last(int signal)
{
    static char taken[1 << 16];
    (void)signal;
    if (++alarms == ALARMS)
        (void)!read(full_pipe, taken, sizeof(taken));
}

static void fill(int out)
{
    static const char zeros[512];
    const int flags = fcntl(out, F_GETFL);
    cr_assert(eq(int, fcntl(out, F_SETFL, flags | O_NONBLOCK), 0));
    while (write(out, zeros, sizeof(zeros)) > 0)
        ;
    cr_assert(eq(int, fcntl(out, F_SETFL, flags), 0));
}

/* A client that does not read keeps the answer waiting; signals come meanwhile. */
Test(stdio, an_answer_that_a_signal_interrupts_is_sent_all_the_same, .timeout = 60)
{
    static char output[1 << 17];
    const struct itimerval often = {{.tv_usec = ALARM_US}, {.tv_usec = ALARM_US}}, never = {0};
    const struct sigaction on_alarm = {.sa_handler = make_room_at_last};
    int in[2], out[2];
    struct stop stop = {.event = -1};
    struct control control = control_none;
    cr_assert(pipe(in) == 0 && pipe(out) == 0);
    fill(out[1]);
    full_pipe = out[0];
    cr_assert(eq(i64, write(in[1], "reset\n", 6), 6));
    close(in[1]);
    cr_assert(sigaction(SIGALRM, &on_alarm, NULL) == 0 &&
              setitimer(ITIMER_REAL, &often, NULL) == 0);
    cr_expect(eq(int, stdio_serve(in[0], out[1], &card, &stop, &control), 0));
    cr_assert(eq(int, setitimer(ITIMER_REAL, &never, NULL), 0));
    cr_expect(ge(int, alarms, ALARMS));
    close(out[1]);
    const ssize_t got = read(out[0], output, sizeof(output) - 1);
    cr_assert(gt(i64, got, 0));
    cr_expect(fnmatch("3B*\n", output, 0) == 0);
    close(in[0]);
    close(out[0]);
}

Test(stdio, a_line_that_is_too_long_is_told_and_skipped)
{
    const size_t len = 2 * STDIO_LINE_MAX + 100;
    char output[1024], *input = malloc(len + 32);
    memset(input, '0', len);
    strcpy(input + len, "\n00A4000C023F00\n");
    serve(bytes_of_text(input), output, sizeof(output));
    cr_assert(eq(str, output, "error: the line is too long\n9000\n"));
    free(input);
}
