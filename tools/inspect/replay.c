#include "tools/inspect/replay.h"

#include <stdlib.h>

#include "apdu/apdu.h"
#include "apdu/decode/gsmtap.h"
#include "apdu/decode/transcript_line.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/profile/blob.h"
#include "tools/inspect/capture.h"

#define BYTES_MAX (APDU_COMMAND_MAX + APDU_RESPONSE_MAX)

/* One pass over a transcript. */
struct pass {
    struct feed *feed;
    const char *name;
    unsigned number; /* of the line */
    struct writer bytes;
};

static int refuse(const struct pass *pass)
{
    trace_error("--replay %s:%u: a command is '> 00A4...', a response '< 9000', a remark '# ...', "
                "and there are on, off and reset",
                pass->name, pass->number);
    return FAILURE_INTERNAL;
}

static int take_line(struct pass *pass, const char *text)
{
    struct raw raw = {0};
    writer_reset(&pass->bytes);
    switch (transcript_line_read(text, &pass->bytes, &raw.power)) {
    case TRANSCRIPT_REMARK:
        raw.kind = RAW_NOTE;
        writer_reset(&pass->bytes);
        writer_put(&pass->bytes, bytes_of_text(text[0] == '#' ? text + 1 : text));
        break;
    case TRANSCRIPT_COMMAND:
        raw.kind = RAW_COMMAND;
        break;
    case TRANSCRIPT_RESPONSE:
        raw.kind = RAW_RESPONSE;
        break;
    case TRANSCRIPT_POWER:
        raw.kind = RAW_POWER;
        break;
    case TRANSCRIPT_NONSENSE:
        return refuse(pass);
    }
    raw.bytes = writer_bytes(&pass->bytes);
    if (raw.kind != RAW_NOTE || raw.bytes.len > 0)
        feed_add(pass->feed, &raw);
    return 0;
}

/* The file ends with 0: a line is a text in it. */
static int read_transcript(struct pass *pass, char *text)
{
    char *line;
    int result = 0;
    while (result == 0 && (line = strsep(&text, "\n")) != NULL) {
        line[strcspn(line, "\r")] = '\0';
        pass->number++;
        result = take_line(pass, line);
    }
    return result;
}

static int read_text(struct bytes file, const char *name, struct feed *feed)
{
    struct pass pass = {.feed = feed, .name = name};
    uint8_t *room = malloc(BYTES_MAX);
    char *text = malloc(file.len + 1);
    int result = FAILURE_INTERNAL;
    if (room != NULL && text != NULL) {
        if (file.len > 0)
            memcpy(text, file.data, file.len);
        text[file.len] = '\0';
        pass.bytes = writer_on(room, BYTES_MAX);
        result = read_transcript(&pass, text);
    }
    free(room);
    free(text);
    return result;
}

int replay_read_bytes(struct bytes file, const char *name, struct feed *feed)
{
    return capture_is(file) ? capture_read(file, name, feed) : read_text(file, name, feed);
}

int replay_read(const char *path, struct feed *feed)
{
    struct blob file;
    const int found = blob_read_file(path, REPLAY_MAX, &file);
    if (found > 0)
        trace_error("--replay %s: no such file", path);
    if (found != 0)
        return FAILURE_INTERNAL;
    const int result = replay_read_bytes(bytes_of(file.data, file.len), path, feed);
    blob_finish(&file);
    return result;
}
