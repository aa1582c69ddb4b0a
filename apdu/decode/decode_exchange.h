/* decode_exchange: an ES10 function out of the commands that carry it: the blocks of STORE DATA,
 * and an answer that GET RESPONSE fetches piece by piece (SGP.22 §5.7.2). One for each channel, all
 * zero at first. */
#ifndef EMUICC_APDU_DECODE_DECODE_EXCHANGE_H
#define EMUICC_APDU_DECODE_DECODE_EXCHANGE_H

#include "apdu/apdu.h"
#include "apdu/decode/decode_table.h"

#define DECODE_INS_GET_RESPONSE 0xC0
#define DECODE_INS_STORE_DATA 0xE2

/* Bytes that come in pieces. */
struct decode_bytes {
    uint8_t *data; /* heap */
    size_t len, capacity;
};

struct decode_exchange {
    struct decode_bytes request, answer; /* of the function under way */
    bool in_function;                    /* its request is complete, its answer is not */
};

void decode_exchange_finish(struct decode_exchange *exchange);
/* Nothing is under way: the card was reset. */
void decode_exchange_forget(struct decode_exchange *exchange);

/* Any command but GET RESPONSE: block tells whether it carries a block of a request. True once the
 * request is complete. */
bool decode_exchange_command(struct decode_exchange *exchange, const struct apdu *apdu, bool block);
/* A response without its status word. True once the function's answer is complete; the function is
 * then over, its bytes are there until the next command. */
bool decode_exchange_response(struct decode_exchange *exchange, struct bytes data, uint16_t status);

struct bytes decode_exchange_request(const struct decode_exchange *exchange);
struct bytes decode_exchange_answer(const struct decode_exchange *exchange);
/* As what the request is to be read: a function's, or segments of a bound package. */
enum decode_table_node decode_exchange_node(const struct decode_exchange *exchange);

#endif
