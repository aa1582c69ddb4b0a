/* stream: a feed as Server-Sent Events: each event with its number, so that a browser goes on where
 * it was cut off. */
#ifndef EMUICC_TOOLS_INSPECT_STREAM_H
#define EMUICC_TOOLS_INSPECT_STREAM_H

#include <microhttpd.h>

#include "tools/inspect/inspect.h"

/* From the event behind `after` on, until the feed ends or the reader goes, when the feed is
 * released. NULL if memory is short; then it has been. */
struct MHD_Response *stream_create(struct inspect *inspect, struct feed *feed, uint64_t after);

#endif
