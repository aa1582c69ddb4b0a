/* feed: what goes over one chip's contacts, followed from its control socket in a thread of its
 * own, or read from a file, and kept as far as there is room, so that a page that opens later sees
 * what has been. Readers wait for it; it waits for none. */
#ifndef EMUICC_TOOLS_INSPECT_FEED_H
#define EMUICC_TOOLS_INSPECT_FEED_H

#include <jansson.h>

#include "tools/inspect/raw.h"

#define FEED_EVENTS_MAX 50000u     /* kept; */
#define FEED_BYTES_MAX (48u << 20) /* in texts and bytes together */
#define FEED_PATH_SIZE 4096

struct feed; /* heap; any thread */

/* state: the chip's folder. Starts to follow. NULL if memory is short. */
struct feed *feed_follow(const char *state);
/* A feed that only has what is given to it. */
struct feed *feed_create(void);
void feed_destroy(struct feed *feed); /* nobody reads any more; NULL is fine */

void feed_add(struct feed *feed, const struct raw *raw);

/* Waits up to milliseconds for an event behind number `after`, and returns its text as JSON on the
 * heap with its number; NULL: none came, or the feed ends, which *over says. What is no longer kept
 * is passed over. */
char *feed_next(struct feed *feed, uint64_t after, int milliseconds, uint64_t *number, bool *over);
/* Readers are to end: feed_next() returns at once from now on. */
void feed_end(struct feed *feed);

/* {"first", "last", "lost", "dropped", "running"}: numbers of what is kept; how many events the
 * chip had thrown away before they were fetched; how many the feed has; whether the chip runs. */
json_t *feed_state(struct feed *feed);

/* All that is kept, as raw events, the oldest first. Returns what visit does when that is not 0. */
typedef int feed_visitor(void *context, const struct raw *raw);
int feed_each(struct feed *feed, feed_visitor *visit, void *context);

#endif
