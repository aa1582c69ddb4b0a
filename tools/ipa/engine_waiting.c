#include "tools/ipa/engine_waiting.h"

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"
#include "tools/ipa/engine_eim.h"

#define RETRIEVE 0xBF2B
#define CRITERION 0xA0
#define NOTIFICATIONS 0xA0
#define RESULTS 0xA2
#define INSTALLATION 0xBF37
#define INSTALLATION_DATA 0xBF27
#define METADATA 0xBF2F
#define SEQUENCE_NUMBER 0x80
#define ALL_RESULTS BYTES(0x82, 0x00)

bool engine_waiting_list(struct engine *engine, struct bytes criterion, struct blob *answer,
                         struct bytes *list, bool *results)
{
    uint8_t data[32];
    struct writer content = writer_on(data, sizeof(data));
    struct bytes inside;
    struct tlv found;
    if (criterion.len > 0)
        tlv_put(&content, CRITERION, criterion);
    if (!engine_chip_call(engine, RETRIEVE, writer_bytes(&content), answer, &inside) ||
        !tlv_take(&inside, &found) || (found.tag != NOTIFICATIONS && found.tag != RESULTS))
        return false;
    *list = found.value;
    *results = found.tag == RESULTS;
    return true;
}

bool engine_waiting_number(struct bytes pending, uint32_t *sequence)
{
    struct tlv element, data, metadata, number;
    if (!tlv_take(&pending, &element))
        return false;
    struct bytes content = element.value;
    if (element.tag == INSTALLATION) {
        if (!tlv_take_tag(&content, INSTALLATION_DATA, &data))
            return false;
        content = data.value;
    }
    return tlv_find(content, METADATA, &metadata) &&
           tlv_take_tag(&metadata.value, SEQUENCE_NUMBER, &number) &&
           der_to_unsigned(number.value, UINT32_MAX, sequence);
}

/* One at a time: what the eIM has taken is removed before the next one goes. */
static bool deliver_notifications(struct engine *engine)
{
    struct blob answer;
    struct bytes list;
    struct tlv pending;
    uint32_t sequence;
    bool results, reached = true;
    const bool listed = engine_waiting_list(engine, (struct bytes){0}, &answer, &list, &results);
    while (listed && !results && reached && tlv_take(&list, &pending)) {
        reached = engine_eim_notify(engine, pending.whole);
        if (reached && engine_waiting_number(pending.whole, &sequence))
            (void)engine_chip_remove(engine, sequence);
    }
    blob_finish(&answer);
    return reached;
}

/* A chip that keeps no results answers with an error, or with none. One that this eIM does not
 * take, as it may be another's, keeps nothing else back. */
static bool deliver_results(struct engine *engine)
{
    struct blob answer;
    struct bytes list;
    struct tlv result;
    bool results, taken, reached = true;
    const bool listed = engine_waiting_list(engine, ALL_RESULTS, &answer, &list, &results);
    while (listed && results && reached && tlv_take(&list, &result))
        reached = engine_eim_offer(engine, result.whole, &taken);
    blob_finish(&answer);
    return reached;
}

bool engine_waiting_deliver(struct engine *engine)
{
    return deliver_results(engine) && deliver_notifications(engine);
}
