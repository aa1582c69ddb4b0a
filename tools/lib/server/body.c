#include "tools/lib/server/body.h"

#include <stdlib.h>
#include <string.h>

bool body_take(struct body *body, size_t most, const void *piece, size_t len)
{
    if (body->data == NULL && (body->data = malloc(most)) == NULL)
        return false;
    body->too_long |= most - body->len < len;
    if (!body->too_long) {
        memcpy(body->data + body->len, piece, len);
        body->len += len;
    }
    return true;
}

void body_finish(struct body *body)
{
    free(body->data);
    *body = (struct body){0};
}
