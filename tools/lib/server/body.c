#include "tools/lib/server/body.h"

#include <stdlib.h>
#include <string.h>

/* Most bodies are one piece and take no more than that. */
static bool make_room(struct body *body, size_t most, size_t len)
{
    if (body->room - body->len >= len)
        return true;
    size_t room = body->room < most / 2 ? 2 * body->room : most;
    if (room < body->len + len)
        room = body->len + len;
    uint8_t *data = realloc(body->data, room);
    if (data == NULL)
        return false;
    body->data = data;
    body->room = room;
    return true;
}

bool body_take(struct body *body, size_t most, const void *piece, size_t len)
{
    body->too_long |= most - body->len < len;
    if (body->too_long)
        return true;
    if (!make_room(body, most, len))
        return false;
    memcpy(body->data + body->len, piece, len);
    body->len += len;
    return true;
}

void body_finish(struct body *body)
{
    free(body->data);
    *body = (struct body){0};
}
