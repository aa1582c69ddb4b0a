/* readers: which of the readers that pcscd knows is meant. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_READERS_H
#define EMUICC_TOOLS_LIB_TRANSPORT_READERS_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/lib/transport/fault.h"

#define READERS_MAX 64

struct readers {
    const char *names[READERS_MAX]; /* borrowed */
    bool present[READERS_MAX];      /* a card is in it */
    size_t count;
};

enum readers_choice {
    READERS_CHOSEN,
    READERS_UNKNOWN, /* there is none, or none of that name */
    READERS_EMPTY,   /* the ones meant hold no card */
    READERS_SEVERAL, /* more than one of those meant holds a card */
};

/* wanted: a name, or a part of names; NULL for any. Of the readers meant the only one with a card
 * is chosen. */
enum readers_choice readers_choose(const struct readers *readers, const char *wanted,
                                   size_t *chosen);

/* Says why none was chosen, and which readers there are. Always false. */
bool readers_explain(const struct readers *readers, const char *wanted, enum readers_choice choice,
                     struct fault *fault);

#endif
