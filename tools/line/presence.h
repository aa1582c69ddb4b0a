/* presence: which PC/SC readers there are, and when a chip comes into one or leaves it. */
#ifndef EMUICC_TOOLS_LINE_PRESENCE_H
#define EMUICC_TOOLS_LINE_PRESENCE_H

#include <stdbool.h>
#include <winscard.h>

#include "tools/lib/transport/readers.h"

#define PRESENCE_NAMES_SIZE 8192

struct presence {
    SCARDCONTEXT context;
    char names[PRESENCE_NAMES_SIZE]; /* of all readers, each with its end */
    struct readers readers;          /* borrows from names */
};

/* Connects to pcscd and lists its readers. False after a trace line. */
bool presence_start(struct presence *presence);
void presence_finish(struct presence *presence);

/* One reader watched: by one thread, with a context of its own. */
struct presence_watch {
    SCARDCONTEXT context;
    const char *reader; /* borrowed */
    DWORD seen;         /* state of the reader, a count of chips in its upper half */
};
bool presence_watch_start(struct presence_watch *watch, const char *reader);
void presence_watch_finish(struct presence_watch *watch);

enum presence_change {
    PRESENCE_SAME,    /* nothing new yet: ask again */
    PRESENCE_CHIP,    /* a chip is there that was not there before */
    PRESENCE_EMPTY,   /* the one that was there has gone */
    PRESENCE_FAILURE, /* pcscd does not answer any more; traced */
};
/* Waits a moment for a change. */
enum presence_change presence_wait(struct presence_watch *watch);

#endif
