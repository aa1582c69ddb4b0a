#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/talk.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "card/trace/transcript.h"
#include "apdu/decode/transcript_line.h"
#include "tests/card/fake_chip.h"

static struct card card;
static char said[512];
static char path[] = "/tmp/emuicc-transcript-XXXXXX";

static void keep(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level;
    snprintf(said, sizeof(said), "%s", text);
}

static void start(void)
{
    trace_to(keep, NULL);
    const int file = mkstemp(path);
    cr_assert(file >= 0);
    close(file);
    fake_chip_start(&card);
}

static void stop(void)
{
    card_close(&card);
    unlink(path);
}

TestSuite(transcript, .init = start, .fini = stop);

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static const char *file_text(void)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

Test(transcript, lines)
{
    static const struct {
        const char *text;
        enum transcript_line_kind kind;
        const char *bytes;
    } rows[] = {
        {"", TRANSCRIPT_REMARK, ""},
        {"# a remark", TRANSCRIPT_REMARK, ""},
        {"> 00A4", TRANSCRIPT_COMMAND, "00A4"},
        {">00a4 04", TRANSCRIPT_COMMAND, "00A404"},
        {"< 41 9000", TRANSCRIPT_RESPONSE, "419000"},
        {"on", TRANSCRIPT_POWER, ""},
        {"off", TRANSCRIPT_POWER, ""},
        {"reset", TRANSCRIPT_POWER, ""},
        {"reset ", TRANSCRIPT_NONSENSE, ""},
        {"> 00A", TRANSCRIPT_NONSENSE, ""},
        {">", TRANSCRIPT_NONSENSE, ""},
        {"< 90XX", TRANSCRIPT_NONSENSE, ""},
        {"> 00000000000000000000000000000000000000000000", TRANSCRIPT_NONSENSE, ""}, /* no room */
        {"hello", TRANSCRIPT_NONSENSE, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[16];
        char digits[HEX_SIZE(16)];
        struct writer bytes = writer_on(room, sizeof(room));
        enum card_power power;
        cr_expect_eq(transcript_line_read(rows[i].text, &bytes, &power), rows[i].kind, "%s",
                     rows[i].text);
        hex_encode(writer_bytes(&bytes), digits);
        cr_expect_str_eq(digits, rows[i].bytes);
    }
}

Test(transcript, what_was_recorded_is_replayed)
{
    struct transcript transcript;
    cr_assert(transcript_open(&transcript, path) == 0);
    transcript_remark(&transcript, "a chip");
    card_observe(&card, &transcript.observer);
    card_power(&card, CARD_RESET);
    talk(&card, "00A4040006A0000005590100");
    talk(&card, "80E291000301000200");
    card_power(&card, CARD_OFF);
    cr_assert_str_eq(file_text(), "# a chip\nreset\n> 00A4040006A0000005590100\n< 6F01849000\n"
                                  "> 80E291000301000200\n< 00019000\noff\n");
    card.observers = NULL;
    transcript_close(&transcript);
    cr_assert(transcript_replay(path, &card) == 0, "%s", said);
    cr_assert_not_null(strstr(said, "2 commands"), "%s", said);
}

Test(transcript, the_first_difference_is_shown)
{
    static const struct {
        const char *text, *line, *says;
    } rows[] = {
        {"> 00B0\n< 6700\n# next\n> 00B0\n< 6800\n> 00B0\n< 6900\n",
         ":5: ", "6700, not 6800; byte 1 "},
        {"> 00B0\n< 6701\n", ":2: ", "byte 2 "},
        {"> 00B0\n< 670000\n", ":2: ", "byte 3 "},
        {"< 6700\n", ":1: ", "without a command"},
        {"> 00B0\n< 6700\n< 6700\n", ":3: ", "without a command"},
        {"\n\nhello\n", ":3: ", "a command is"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_file(rows[i].text);
        const bool readable = strstr(rows[i].says, "byte ") != NULL;
        cr_expect((transcript_check(path) == 0) == readable, "%s", rows[i].text);
        cr_expect(transcript_replay(path, &card) < 0);
        cr_expect_not_null(strstr(said, rows[i].line), "%s", said);
        cr_expect_not_null(strstr(said, rows[i].says), "%s", said);
    }
    cr_expect(transcript_replay("/nonexistent/file", &card) < 0);
    cr_expect_not_null(strstr(said, "/nonexistent/file"));
}
