#include "tools/ipa/engine_eim.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"

#define ACKNOWLEDGEMENTS 0xBF53
#define SEQUENCE_NUMBER 0x80
#define ROOM 64 /* tags and lengths around what a message holds */

/* Room for a request with these values. */
static size_t size_of(const struct esipa_values *request)
{
    size_t size = ROOM;
    for (size_t i = 0; i < ESIPA_FIELDS_MAX; i++)
        size += request->has[i] ? request->at[i].len + TLV_HEADER_MAX : 0;
    return size;
}

static bool send(struct engine *engine, enum esipa_function function,
                 const struct esipa_values *request, struct blob *answer)
{
    const size_t size = size_of(request);
    uint8_t *data = malloc(size);
    if (data == NULL)
        return false;
    struct writer message = writer_on(data, size);
    esipa_put_request(&esipa_messages[function], request, &message);
    const bool sent = engine->host->eim(engine->host->context, writer_bytes(&message), answer);
    free(data);
    return sent;
}

bool engine_eim_call(struct engine *engine, enum esipa_function function,
                     const struct esipa_values *request, struct blob *blob,
                     struct esipa_values *answer, uint32_t *error)
{
    size_t at;
    *blob = (struct blob){0};
    *answer = (struct esipa_values){0};
    if (!send(engine, function, request, blob))
        return false;
    if (esipa_read_answer(&esipa_messages[function], blob_bytes(blob), &at, error, answer))
        return true;
    engine_say(engine, "the eIM's answer to %s cannot be read", esipa_messages[function].name);
    return false;
}

void engine_eim_acknowledged(struct engine *engine, struct bytes acknowledgements)
{
    struct tlv list, number;
    uint32_t sequence;
    if (!tlv_whole(acknowledgements, ACKNOWLEDGEMENTS, &list))
        return;
    while (tlv_take_tag(&list.value, SEQUENCE_NUMBER, &number))
        if (der_to_unsigned(number.value, UINT32_MAX, &sequence))
            (void)engine_chip_remove(engine, sequence);
}

/* Before v1.1 the answer may hold nothing at all. */
static bool is_empty_answer(struct bytes answer)
{
    struct tlv outer;
    return answer.len == 0 ||
           (tlv_whole(answer, esipa_messages[ESIPA_PROVIDE_RESULT].tag, &outer) &&
            outer.value.len == 0);
}

bool engine_eim_provide(struct engine *engine, struct bytes element)
{
    bool taken;
    return engine_eim_offer(engine, element, &taken) && taken;
}

bool engine_eim_offer(struct engine *engine, struct bytes element, bool *taken)
{
    struct esipa_values request = {0}, answer;
    struct blob blob = {0};
    size_t at;
    uint32_t error;
    *taken = false;
    if (!engine->release_1_0)
        esipa_set(&request, ESIPA_RESULT_EID, bytes_of(engine->eid, sizeof(engine->eid)));
    esipa_set(&request, ESIPA_RESULT, element);
    if (!send(engine, ESIPA_PROVIDE_RESULT, &request, &blob))
        return false;
    bool read = is_empty_answer(blob_bytes(&blob));
    *taken = read;
    if (!read)
        read = esipa_read_answer(&esipa_messages[ESIPA_PROVIDE_RESULT], blob_bytes(&blob), &at,
                                 &error, &answer);
    if (read && !*taken) {
        *taken = error == 0;
        if (error != 0)
            engine_say(engine, "the eIM does not take the result: error %u", (unsigned)error);
        else if (answer.has[ESIPA_ACKNOWLEDGEMENTS])
            engine_eim_acknowledged(engine, answer.at[ESIPA_ACKNOWLEDGEMENTS]);
    }
    blob_finish(&blob);
    return read;
}

bool engine_eim_notify(struct engine *engine, struct bytes pending)
{
    struct esipa_values request = {0};
    struct blob answer = {0};
    esipa_set(&request, ESIPA_PENDING, pending);
    const bool sent = send(engine, ESIPA_HANDLE_NOTIFICATION, &request, &answer);
    blob_finish(&answer);
    return sent;
}
