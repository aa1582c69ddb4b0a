/* body: what a client sends, as it arrives piece by piece, up to a bound. */
#ifndef EMUICC_TOOLS_LIB_SERVER_BODY_H
#define EMUICC_TOOLS_LIB_SERVER_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body {
    uint8_t *data; /* NULL: nothing has arrived */
    size_t len, room;
    bool too_long;
};

/* Takes a piece. Bytes beyond the bound are read and dropped, so that the client hears the refusal.
 * False if there is no memory. most: the same each time. */
bool body_take(struct body *body, size_t most, const void *piece, size_t len);
void body_finish(struct body *body);

#endif
