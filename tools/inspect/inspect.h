/* inspect: what the inspector looks at: one chip, a farm's chips, or a file. */
#ifndef EMUICC_TOOLS_INSPECT_INSPECT_H
#define EMUICC_TOOLS_INSPECT_INSPECT_H

#include <pthread.h>

#include "tools/inspect/feed.h"

#define INSPECT_FEEDS_MAX 8 /* chips of a farm that are followed at once */
#define INSPECT_EID_DIGITS 32
#define INSPECT_CHIP_SIZE (INSPECT_EID_DIGITS + 1)

struct inspect_options {
    const char *state;  /* a chip's folder; NULL where there is a farm */
    const char *farm;   /* a farm's folder; NULL: none */
    const char *replay; /* a file; NULL: none */
    const char *listen;
    const char *token; /* NULL: one is made up */
};

struct inspect {
    const struct inspect_options *options;
    pthread_mutex_t lock;
    pthread_mutex_t store_lock; /* one thread at a time looks into the store of a chip at rest */
    struct inspect_feed {
        char chip[INSPECT_CHIP_SIZE]; /* EID; "": the only one */
        struct feed *feed;            /* NULL: none */
        unsigned holders;             /* who has it from inspect_feed() */
    } feeds[INSPECT_FEEDS_MAX];
};

/* 0, or a failure after a trace line: there is no such folder, or --replay cannot be read. */
int inspect_open(struct inspect *inspect, const struct inspect_options *options);
/* Readers of feeds are to end. */
void inspect_end(struct inspect *inspect);
void inspect_close(struct inspect *inspect);

/* The folder of a chip (EID; "": the only one); false if there cannot be such a chip here. */
bool inspect_state(const struct inspect *inspect, const char *chip, char path[FEED_PATH_SIZE]);
/* Its feed, which begins with the first call, until inspect_release(); NULL: there is none, or too
 * many are held. A farm's chip that nobody holds gives its place to another. */
struct feed *inspect_feed(struct inspect *inspect, const char *chip);
void inspect_release(struct inspect *inspect, struct feed *feed);

/* What the running chip answers to a line; what its store says to list, files and iot if it
 * is at rest; else {"error"}. NULL if memory is short. */
json_t *inspect_ask(struct inspect *inspect, const char *chip, const char *line);
/* What the farm itself answers. */
json_t *inspect_ask_farm(struct inspect *inspect, const char *line);

#endif
