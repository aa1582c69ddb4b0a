/* What the inspector reads: a transcript or a capture, and an event of a chip. */
#include <stdlib.h>

#include "apdu/trace.h"
#include "tools/inspect/replay.h"
#include "tools/inspect/save.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hush(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void read_event(const uint8_t *data, size_t size, struct feed *feed)
{
    uint8_t room[4096];
    struct writer bytes = writer_on(room, sizeof(room));
    struct raw raw;
    json_t *event = json_loadb((const char *)data, size, 0, NULL);
    if (raw_read(event, &bytes, &raw))
        feed_add(feed, &raw);
    json_decref(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    struct feed *feed = feed_create();
    trace_to(hush, NULL);
    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    if (feed == NULL || nowhere == NULL)
        abort();
    (void)replay_read_bytes(bytes_of(data, size), "file", feed);
    read_event(data, size, feed);
    (void)save_pcap(feed, nowhere);
    feed_destroy(feed);
    return 0;
}
