/* stream: a feed as Server-Sent Events: each event with its number, so that a browser goes on where
 * it was cut off. */
#ifndef EMUICC_TOOLS_INSPECT_STREAM_H
#define EMUICC_TOOLS_INSPECT_STREAM_H

#include <microhttpd.h>

#include "tools/inspect/feed.h"

/* From the event behind `after` on, until the feed ends or the reader goes. NULL if memory is
 * short. The feed is borrowed. */
struct MHD_Response *stream_create(struct feed *feed, uint64_t after);

#endif
