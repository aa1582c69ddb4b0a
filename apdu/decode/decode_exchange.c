#include "apdu/decode/decode_exchange.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"

#define CAPACITY_MIN 1024
#define LENGTH_MAX (1 << 20) /* of a request or answer; what is beyond is not kept */
#define P1_LAST 0x80

static void append(struct decode_bytes *bytes, struct bytes more)
{
    size_t capacity = bytes->capacity > 0 ? bytes->capacity : CAPACITY_MIN;
    while (capacity < bytes->len + more.len)
        capacity *= 2;
    if (capacity > LENGTH_MAX)
        return;
    if (capacity != bytes->capacity) {
        uint8_t *data = realloc(bytes->data, capacity);
        if (data == NULL)
            return;
        bytes->data = data;
        bytes->capacity = capacity;
    }
    if (more.len > 0)
        memcpy(bytes->data + bytes->len, more.data, more.len);
    bytes->len += more.len;
}

void decode_exchange_finish(struct decode_exchange *exchange)
{
    free(exchange->request.data);
    free(exchange->answer.data);
    *exchange = (struct decode_exchange){0};
}

void decode_exchange_forget(struct decode_exchange *exchange)
{
    exchange->request.len = exchange->answer.len = 0;
    exchange->in_function = false;
}

bool decode_exchange_command(struct decode_exchange *exchange, const struct apdu *apdu, bool block)
{
    exchange->answer.len = 0;
    if (!block || apdu->p2 == 0 || exchange->in_function)
        exchange->request.len = 0; /* a first block begins another request */
    exchange->in_function = block && (apdu->p1 & P1_LAST) != 0;
    if (block)
        append(&exchange->request, apdu->data);
    return exchange->in_function;
}

bool decode_exchange_response(struct decode_exchange *exchange, struct bytes data, uint16_t status)
{
    if (!exchange->in_function)
        return false;
    append(&exchange->answer, data);
    exchange->in_function = status >> 8 == SW_BYTES_AVAILABLE >> 8;
    return !exchange->in_function;
}

struct bytes decode_exchange_request(const struct decode_exchange *exchange)
{
    return bytes_of(exchange->request.data, exchange->request.len);
}

struct bytes decode_exchange_answer(const struct decode_exchange *exchange)
{
    return bytes_of(exchange->answer.data, exchange->answer.len);
}

enum decode_table_node decode_exchange_node(const struct decode_exchange *exchange)
{
    struct tlv_header header;
    const bool whole = tlv_read_header(decode_exchange_request(exchange), &header) == TLV_FRONT_OK;
    return whole && decode_table_function(header.tag) != NULL ? DECODE_REQUEST : DECODE_SEGMENTS;
}
