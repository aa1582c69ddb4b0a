#include "tools/lib/es10/chip.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/transport/exchange.h"

#define STORE_DATA_MORE 0x11
#define STORE_DATA_LAST 0x91
#define BLOCKS 32 /* at a time */

bool chip_init(struct chip *chip, struct transport *transport, struct fault *fault)
{
    *chip = (struct chip){.transport = transport, .fault = fault, .block = CHIP_BLOCK_DEFAULT};
    chip->answer = malloc(CHIP_ANSWER_MAX);
    return chip->answer != NULL || fault_raise(fault, "memory", "there is none left");
}

void chip_finish(struct chip *chip)
{
    free(chip->answer);
    chip->answer = NULL;
}

bool chip_select(struct chip *chip, struct bytes aid)
{
    return chip->transport->kind->select(chip->transport, aid, chip->fault);
}

void chip_deselect(struct chip *chip)
{
    chip->transport->kind->deselect(chip->transport, chip->fault);
}

/* The last one asks for the answer. */
static struct exchange_command next_block(const struct chip *chip, struct bytes *request,
                                          unsigned number)
{
    const bool more = request->len > chip->block;
    struct exchange_command command = {.cla = CLASS_PROPRIETARY,
                                       .ins = 0xE2,
                                       .p1 = more ? STORE_DATA_MORE : STORE_DATA_LAST,
                                       .p2 = (uint8_t)number,
                                       .has_le = !more};
    (void)bytes_take(request, more ? chip->block : request->len, &command.data);
    return command;
}

/* Blocks of a request, only the last of which may have an answer. */
static bool store_blocks(struct chip *chip, const char *function,
                         const struct exchange_command *commands, size_t count, bool secret,
                         struct writer *answer)
{
    const int status =
        exchange_blocks(chip->transport, commands, count, secret, answer, chip->fault);
    if (!exchange_is_success(status))
        return exchange_refused(chip->fault, function, status);
    if (commands[count - 1].p1 == STORE_DATA_MORE && answer->len > 0)
        return fault_raise(chip->fault, function, "the card answers before the last block");
    return true;
}

static size_t block_count(const struct chip *chip, struct bytes request)
{
    return (request.len + chip->block - 1) / chip->block;
}

static bool check_length(struct chip *chip, const char *function, struct bytes request)
{
    if (block_count(chip, request) <= CHIP_BLOCKS_MAX)
        return true;
    fault_raise(chip->fault, function, "%zu bytes are more than %d blocks of STORE DATA carry",
                request.len, CHIP_BLOCKS_MAX);
    return fault_next(chip->fault, "give --block a larger number");
}

bool chip_call(struct chip *chip, const char *function, struct bytes request, bool secret,
               struct bytes *answer)
{
    struct writer out = writer_on(chip->answer, CHIP_ANSWER_MAX);
    trace_detail("%s (%zu bytes)", function, request.len);
    record_bytes(chip->record, function, RECORD_SENT, request, secret);
    if (!check_length(chip, function, request))
        return false;
    for (unsigned number = 0; request.len > 0;) {
        struct exchange_command blocks[BLOCKS];
        size_t count = 0;
        while (request.len > 0 && count < BLOCKS)
            blocks[count++] = next_block(chip, &request, number++);
        if (!store_blocks(chip, function, blocks, count, secret, &out))
            return false;
    }
    *answer = writer_bytes(&out);
    record_bytes(chip->record, function, RECORD_RECEIVED, *answer, secret);
    return true;
}

size_t chip_at_once(const struct chip *chip)
{
    return chip->transport->kind->send != NULL ? CHIP_AT_ONCE : 1;
}

static bool send_request(struct chip *chip, struct bytes request, bool secret)
{
    for (unsigned number = 0; request.len > 0; number++) {
        const struct exchange_command block = next_block(chip, &request, number);
        if (!exchange_send_blocks(chip->transport, &block, 1, secret, chip->fault))
            return false;
    }
    return true;
}

/* An answer that goes on can be fetched while nothing was sent behind its request. */
static bool receive_answer(struct chip *chip, const char *function, struct bytes request, bool last,
                           bool secret, struct writer *out)
{
    struct transport *transport = chip->transport;
    record_bytes(chip->record, function, RECORD_SENT, request, secret);
    int status =
        exchange_receive_blocks(transport, block_count(chip, request), secret, out, chip->fault);
    if (last)
        status =
            exchange_collect(transport, CLASS_PROPRIETARY, status, 0, secret, out, chip->fault);
    if (status >> 8 == SW_BYTES_AVAILABLE >> 8)
        return fault_raise(chip->fault, function,
                           "the card's answer goes on, but other commands were on their way");
    if (!exchange_is_success(status))
        return exchange_refused(chip->fault, function, status);
    record_bytes(chip->record, function, RECORD_RECEIVED, writer_bytes(out), secret);
    return true;
}

/* What comes back for requests that were sent for nothing. */
static void drop_answer(struct chip *chip, struct bytes request, bool secret)
{
    struct fault ignored = {0};
    struct writer none = {0};
    (void)exchange_receive_blocks(chip->transport, block_count(chip, request), secret, &none,
                                  &ignored);
}

static bool call_at_once(struct chip *chip, const char *function, const struct bytes *requests,
                         size_t count, bool secret, struct bytes *answer)
{
    struct writer out = writer_on(chip->answer, CHIP_ANSWER_MAX);
    bool good = true;
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        if (!check_length(chip, function, requests[i]))
            return false;
    for (size_t i = 0; i < count; i++)
        if (!send_request(chip, requests[i], secret))
            return false;
    for (; at < count && good && out.len == 0; at++)
        good = receive_answer(chip, function, requests[at], at + 1 == count, secret, &out);
    for (; at < count; at++)
        drop_answer(chip, requests[at], secret);
    *answer = writer_bytes(&out);
    return good;
}

bool chip_call_each(struct chip *chip, const char *function, const struct bytes *requests,
                    size_t count, bool secret, struct bytes *answer)
{
    *answer = (struct bytes){0};
    if (chip_at_once(chip) > 1)
        return call_at_once(chip, function, requests, count, secret, answer);
    for (size_t i = 0; i < count && answer->len == 0; i++)
        if (!chip_call(chip, function, requests[i], secret, answer))
            return false;
    return true;
}
