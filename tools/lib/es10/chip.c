#include "tools/lib/es10/chip.h"

#include <stdlib.h>

#include "apdu/trace.h"
#include "tools/lib/transport/exchange.h"

#define STORE_DATA_MORE 0x11
#define STORE_DATA_LAST 0x91

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

/* One block; only the last one's answer may carry data. */
static bool store_block(struct chip *chip, const char *function,
                        const struct exchange_command *command, bool secret, struct writer *answer)
{
    const int status = exchange(chip->transport, command, secret, answer, chip->fault);
    if (!exchange_is_success(status))
        return exchange_refused(chip->fault, function, status);
    if (command->p1 == STORE_DATA_MORE && answer->len > 0)
        return fault_raise(chip->fault, function, "the card answers before the last block");
    return true;
}

bool chip_call(struct chip *chip, const char *function, struct bytes request, bool secret,
               struct bytes *answer)
{
    struct writer out = writer_on(chip->answer, CHIP_ANSWER_MAX);
    trace_detail("%s (%zu bytes)", function, request.len);
    record_bytes(chip->record, function, RECORD_SENT, request, secret);
    if (request.len > CHIP_BLOCKS_MAX * chip->block) {
        fault_raise(chip->fault, function, "%zu bytes are more than %d blocks of STORE DATA carry",
                    request.len, CHIP_BLOCKS_MAX);
        return fault_next(chip->fault, "give --block a larger number");
    }
    for (unsigned number = 0; request.len > 0; number++) {
        const bool more = request.len > chip->block;
        struct exchange_command command = {.cla = CLASS_PROPRIETARY,
                                           .ins = 0xE2,
                                           .p1 = more ? STORE_DATA_MORE : STORE_DATA_LAST,
                                           .p2 = (uint8_t)number};
        bytes_take(&request, more ? chip->block : request.len, &command.data);
        if (!store_block(chip, function, &command, secret, &out))
            return false;
    }
    *answer = writer_bytes(&out);
    record_bytes(chip->record, function, RECORD_RECEIVED, *answer, secret);
    return true;
}
