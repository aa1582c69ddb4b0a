/* What reaches an administered card beside HTTP. The first byte says what the rest is: a trigger,
 * what a domain keeps, an answer of the terminal's, an event of its. Slices borrow of what came,
 * and what is asked for then is in its bounds. */
#include "fs/scp81/bip.h"
#include "fs/scp81/scp81_parameters.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_within(struct bytes slice, struct bytes whole)
{
    if (slice.len > 0 &&
        (slice.data < whole.data || slice.data + slice.len > whole.data + whole.len))
        abort();
}

static void take_parameters(struct bytes elements)
{
    struct scp81_parameters parameters = {0};
    uint8_t room[PROACTIVE_DATA_MAX];
    struct writer out = writer_on(room, sizeof(room));
    if (!scp81_parameters_add(&parameters, elements))
        return;
    const struct bytes slices[] = {parameters.connection, parameters.identity, parameters.timer,
                                   parameters.host,       parameters.agent,    parameters.uri};
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
        expect_within(slices[i], elements);
    if (scp81_parameters_open(&parameters, &out) && out.len > sizeof(room))
        abort();
}

static void take_trigger(struct bytes in)
{
    struct bytes elements;
    if (scp81_parameters_trigger(in, &elements))
        take_parameters(elements);
}

static void take_answer(struct bytes in)
{
    struct proactive proactive = {0};
    struct bip bip = {.proactive = &proactive, .channel = 1};
    struct bytes received;
    uint8_t kind, result;
    if (!bytes_take_u8(&in, &kind) || !bytes_take_u8(&in, &result))
        return;
    const struct proactive_answer answer = {.given = true,
                                            .kind = kind % PROACTIVE_KINDS,
                                            .done = result < 0x10,
                                            .result = result,
                                            .rest = in};
    (void)bip_answered(&bip, &answer, &received);
    expect_within(received, in);
    if (bip.channel > 7)
        abort();
}

static void take_event(struct bytes in)
{
    struct proactive proactive = {0};
    struct bip bip = {.proactive = &proactive, .channel = 1};
    struct tlv envelope;
    while (tlv_take(&in, &envelope))
        (void)bip_envelope(&bip, &envelope);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const takers[])(struct bytes in) = {take_trigger, take_parameters, take_answer,
                                                      take_event};
    if (size == 0)
        return 0;
    struct bytes rest = bytes_of(data + 1, size - 1);
    takers[data[0] % (sizeof(takers) / sizeof(takers[0]))](rest);
    take_parameters(scp81_parameters_stored(rest));
    return 0;
}
