#include "tools/inspect/stream.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK (32u << 10)
#define QUIET_MS 10000 /* without an event, after which a line shows that both are there */
#define ALIVE ": quiet\n\n"

struct stream {
    struct inspect *inspect;
    struct feed *feed; /* held */
    uint64_t after;
    char *text; /* heap; what is being sent, NULL: nothing */
    size_t len, sent;
};

/* The next event as the protocol has it. False when the feed ends. */
static bool fetch(struct stream *stream)
{
    uint64_t number = stream->after;
    bool over;
    char *event = feed_next(stream->feed, stream->after, QUIET_MS, &number, &over);
    if (over)
        return false;
    stream->sent = 0;
    const int len = event != NULL ? asprintf(&stream->text, "id: %llu\ndata: %s\n\n",
                                             (unsigned long long)number, event)
                                  : asprintf(&stream->text, ALIVE);
    free(event);
    if (len < 0)
        stream->text = NULL;
    stream->len = len > 0 ? (size_t)len : 0;
    stream->after = number;
    return len >= 0;
}

static ssize_t read_stream(void *context, uint64_t at, char *buffer, size_t most)
{
    struct stream *stream = context;
    (void)at;
    if (stream->text == NULL && !fetch(stream))
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t len = stream->len - stream->sent;
    if (len > most)
        len = most;
    memcpy(buffer, stream->text + stream->sent, len);
    stream->sent += len;
    if (stream->sent == stream->len) {
        free(stream->text);
        stream->text = NULL;
    }
    return (ssize_t)len;
}

static void finish(void *context)
{
    struct stream *stream = context;
    inspect_release(stream->inspect, stream->feed);
    free(stream->text);
    free(stream);
}

struct MHD_Response *stream_create(struct inspect *inspect, struct feed *feed, uint64_t after)
{
    struct stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL) {
        inspect_release(inspect, feed);
        return NULL;
    }
    stream->inspect = inspect;
    stream->feed = feed;
    stream->after = after;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream, finish);
    if (response == NULL)
        finish(stream);
    return response;
}
