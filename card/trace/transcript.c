#include "card/trace/transcript.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "apdu/decode/transcript_line.h"

#define DIGITS_SHOWN 64 /* of an answer that differs, in a message */

static void put_bytes(struct transcript *transcript, const char *front, struct bytes bytes)
{
    hex_encode(bytes, transcript->digits);
    fprintf(transcript->file.stream, "%s%s\n", front, transcript->digits);
    output_file_flush(&transcript->file);
}

static void put_power(struct observer *self, enum card_power power, struct bytes atr)
{
    struct transcript *transcript = (struct transcript *)self;
    (void)atr;
    fprintf(transcript->file.stream, "%s\n", transcript_power_word(power));
    output_file_flush(&transcript->file);
}

static void put_command(struct observer *self, struct bytes command)
{
    put_bytes((struct transcript *)self, "> ", command);
}

static void put_response(struct observer *self, struct bytes response)
{
    put_bytes((struct transcript *)self, "< ", response);
}

static const struct observer_kind kind = {put_power, put_command, put_response};

int transcript_open(struct transcript *transcript, const char *path)
{
    *transcript = (struct transcript){.observer = {&kind, NULL}};
    if (output_file_open(&transcript->file, "--record", path) != 0)
        return FAILURE_INTERNAL;
    transcript->digits = malloc(HEX_SIZE(CARD_RESPONSE_CAPACITY));
    if (transcript->digits != NULL)
        return 0;
    trace_error("no memory for a transcript");
    return FAILURE_INTERNAL;
}

void transcript_remark(struct transcript *transcript, const char *remark)
{
    fprintf(transcript->file.stream, "# %s\n", remark);
    output_file_flush(&transcript->file);
}

int transcript_close(struct transcript *transcript)
{
    const int result = output_file_close(&transcript->file);
    free(transcript->digits);
    *transcript = (struct transcript){0};
    return result;
}

/* One pass over a transcript. */
struct replay {
    struct card *card; /* NULL: the text alone is looked at */
    const char *path;
    unsigned number; /* of the line */
    unsigned commands;
    bool answered; /* there is a response that has not been compared */
    struct writer line, response;
    uint8_t line_room[APDU_COMMAND_MAX + 2], response_room[CARD_RESPONSE_CAPACITY];
};

static int differs(const struct replay *replay)
{
    char got[HEX_SIZE(DIGITS_SHOWN)], wanted[HEX_SIZE(DIGITS_SHOWN)];
    const size_t got_len = replay->response.len, wanted_len = replay->line.len;
    hex_encode(bytes_of(replay->response_room, got_len < DIGITS_SHOWN ? got_len : DIGITS_SHOWN),
               got);
    hex_encode(bytes_of(replay->line_room, wanted_len < DIGITS_SHOWN ? wanted_len : DIGITS_SHOWN),
               wanted);
    size_t same = 0;
    while (same < got_len && same < wanted_len &&
           replay->response_room[same] == replay->line_room[same])
        same++;
    trace_error("--replay %s:%u: the card answers %s%s, not %s%s; byte %zu is the first to differ",
                replay->path, replay->number, got, got_len > DIGITS_SHOWN ? "..." : "", wanted,
                wanted_len > DIGITS_SHOWN ? "..." : "", same + 1);
    return FAILURE_INTERNAL;
}

static int nonsense(const struct replay *replay, const char *what)
{
    trace_error("--replay %s:%u: %s", replay->path, replay->number, what);
    return FAILURE_INTERNAL;
}

static void command(struct replay *replay)
{
    replay->commands++;
    replay->answered = true;
    replay->response = writer_on(replay->response_room, sizeof(replay->response_room));
    if (replay->card != NULL)
        card_transmit(replay->card, writer_bytes(&replay->line), &replay->response);
}

static int compare(struct replay *replay)
{
    if (!replay->answered)
        return nonsense(replay, "a response without a command");
    replay->answered = false;
    return replay->card == NULL ||
                   bytes_equal(writer_bytes(&replay->line), writer_bytes(&replay->response))
               ? 0
               : differs(replay);
}

static int replay_line(struct replay *replay, const char *text)
{
    enum card_power power;
    replay->line = writer_on(replay->line_room, sizeof(replay->line_room));
    switch (transcript_line_read(text, &replay->line, &power)) {
    case TRANSCRIPT_REMARK:
        return 0;
    case TRANSCRIPT_POWER:
        if (replay->card != NULL)
            card_power(replay->card, power);
        return 0;
    case TRANSCRIPT_COMMAND:
        command(replay);
        return 0;
    case TRANSCRIPT_RESPONSE:
        return compare(replay);
    case TRANSCRIPT_NONSENSE:
        break;
    }
    return nonsense(replay, "a command is '> 00A4...', a response '< 9000', a remark '# ...', and "
                            "there are on, off and reset");
}

static int replay_file(struct replay *replay, FILE *file)
{
    char *text = NULL;
    size_t size = 0;
    int result = 0;
    while (result == 0 && getline(&text, &size, file) >= 0) {
        text[strcspn(text, "\r\n")] = '\0';
        replay->number++;
        result = replay_line(replay, text);
    }
    free(text);
    if (result == 0 && ferror(file))
        return nonsense(replay, "the file cannot be read further");
    return result;
}

/* card: NULL to look at the text alone, where it can be read again. */
static int run(const char *path, struct card *card)
{
    struct stat about;
    struct replay *replay = calloc(1, sizeof(*replay));
    FILE *file = fopen(path, "r");
    int result = FAILURE_INTERNAL;
    if (replay == NULL || file == NULL) {
        trace_error("--replay %s: %s", path, strerror(errno));
    } else if (card == NULL && fstat(fileno(file), &about) == 0 && S_ISFIFO(about.st_mode)) {
        result = 0;
    } else {
        replay->card = card;
        replay->path = path;
        result = replay_file(replay, file);
        if (result == 0 && card != NULL)
            trace_notice("%s: %u commands answered as they stand there", path, replay->commands);
    }
    if (file != NULL)
        fclose(file);
    free(replay);
    return result;
}

int transcript_replay(const char *path, struct card *card)
{
    return run(path, card);
}

int transcript_check(const char *path)
{
    return run(path, NULL);
}
