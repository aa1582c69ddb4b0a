#include "card/response.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"

#define STATUS_SIZE 2
#define DIRECT_MAX (APDU_RESPONSE_MAX - STATUS_SIZE)
#define PENDING_CAPACITY_MIN 512
#define BYTES_AVAILABLE_MAX 255 /* 6100 stands for 256 and more */

static uint8_t first_byte(uint16_t status)
{
    return (uint8_t)(status >> 8);
}

static bool is_warning(uint16_t status)
{
    return first_byte(status) == 0x62 || first_byte(status) == 0x63;
}

bool response_status_carries_data(uint16_t status)
{
    return is_warning(status) || first_byte(status) == 0x61 || first_byte(status) >> 4 == 0x9;
}

void response_pending_drop(struct response_pending *pending)
{
    pending->len = 0;
    pending->given = 0;
}

void response_pending_release(struct response_pending *pending)
{
    free(pending->data);
    *pending = (struct response_pending){0};
}

/* Grows by doubling, so that a card in use soon needs no memory any more. */
static bool make_room(struct response_pending *pending, size_t len)
{
    size_t capacity = pending->capacity > 0 ? pending->capacity : PENDING_CAPACITY_MIN;
    while (capacity < len)
        capacity *= 2;
    if (capacity == pending->capacity)
        return true;
    uint8_t *data = realloc(pending->data, capacity);
    if (data == NULL)
        return false;
    pending->data = data;
    pending->capacity = capacity;
    return true;
}

static uint16_t bytes_available(const struct response_pending *pending)
{
    const size_t left = pending->len - pending->given;
    return (uint16_t)(SW_BYTES_AVAILABLE | (left > BYTES_AVAILABLE_MAX ? 0 : left));
}

/* Returns the status word that announces the data, or the warning they came with: a warning in
 * answer to GET RESPONSE itself would make a client ask for ever. */
static uint16_t put_aside(struct response_pending *pending, struct bytes data, uint16_t status)
{
    if (!make_room(pending, data.len)) {
        trace_error("no memory for a response of %zu bytes", data.len);
        return SW_TECHNICAL_PROBLEM;
    }
    memcpy(pending->data, data.data, data.len);
    pending->len = data.len;
    pending->given = 0;
    pending->status = is_warning(status) ? SW_OK : status;
    return is_warning(status) ? status : bytes_available(pending);
}

void response_finish(const struct apdu *apdu, uint16_t status, struct writer *response,
                     struct response_pending *pending)
{
    const size_t room = apdu->le < DIRECT_MAX ? apdu->le : DIRECT_MAX;
    if (!response_status_carries_data(status)) {
        writer_reset(response);
    } else if (response->len > room) {
        status = put_aside(pending, writer_bytes(response), status);
        writer_reset(response);
    }
    writer_put_u16(response, status);
}

int response_fetch(struct response_pending *pending, const struct apdu *apdu,
                   struct writer *response)
{
    const size_t left = pending->len - pending->given;
    const size_t room = apdu->le < DIRECT_MAX ? apdu->le : DIRECT_MAX;
    if (left == 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    const size_t len = left < room ? left : room;
    writer_put(response, bytes_of(pending->data + pending->given, len));
    pending->given += len;
    if (pending->given < pending->len)
        return bytes_available(pending);
    response_pending_drop(pending);
    return pending->status;
}
