#include "tools/eim/events.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/common/field.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/iot/data_request.h"

/* An event as an activation code, which names its server and, as matching id, the event. */
static bool code_of(const json_t *event, char code[ACTIVATION_TEXT_MAX + 1])
{
    const char *id, *address;
    struct activation parsed;
    struct fault fault = {0};
    if (field_text(event, "eventId", ACTIVATION_TEXT_MAX, &id) != FIELD_OK ||
        field_text(event, "rspServerAddress", ACTIVATION_TEXT_MAX, &address) != FIELD_OK)
        return false;
    const int len = snprintf(code, ACTIVATION_TEXT_MAX + 1, "1$%s$%s", address, id);
    return len > 0 && len <= ACTIVATION_TEXT_MAX && activation_parse(code, &parsed, &fault) &&
           strcmp(parsed.address, address) == 0 && strcmp(parsed.matching_id, id) == 0;
}

static int add_order(struct eim *eim, const char *eid, const char *code)
{
    char name[ORDERS_NAME_SIZE];
    json_t *content = json_pack("{s:s}", "activationCode", code);
    char *text = content != NULL ? json_dumps(content, JSON_COMPACT) : NULL;
    int result = text != NULL ? orders_find_open(eim->database, eid, ORDER_DOWNLOAD, text)
                              : FAILURE_INTERNAL;
    if (result > 0) {
        result =
            orders_add(eim->database, &eim->random, eid, ORDER_DOWNLOAD, text, eim_now(), name);
        trace_notice("%s: an SM-DS tells of more: order %s, %s", eid, name, code);
    }
    free(text);
    json_decref(content);
    return result;
}

/* The IPA comes back with the order's transaction id. */
static int put_trigger(struct eim *eim, int64_t id, const char *code, struct writer *out)
{
    struct order order;
    const int result = id != 0 ? orders_find_id(eim->database, id, &order) : 1;
    struct data_trigger trigger = {.kind = DATA_TRIGGER_ACTIVATION_CODE,
                                   .text = bytes_of_text(code)};
    if (result == 0 && order.has_transaction)
        trigger.transaction_id = bytes_of(order.transaction_id, sizeof(order.transaction_id));
    if (result >= 0)
        data_trigger_put(&trigger, out);
    if (id != 0)
        orders_finish(&order);
    return result < 0 ? result : 0;
}

static int take_all(struct eim *eim, const struct download *download, const json_t *events,
                    struct writer *trigger)
{
    char code[ACTIVATION_TEXT_MAX + 1];
    size_t i;
    json_t *event;
    int result = 0;
    json_array_foreach(events, i, event)
    {
        if (result == 0 && !code_of(event, code))
            result = 1;
        if (result == 0 && i == 0)
            result = put_trigger(eim, download->order, code, trigger);
        else if (result == 0 && download->eid[0] != '\0')
            result = add_order(eim, download->eid, code);
    }
    return result;
}

int events_take(struct eim *eim, const struct download *download, struct bytes entries,
                struct writer *trigger)
{
    json_t *events = json_loadb((const char *)entries.data, entries.len, 0, NULL);
    int result = json_is_array(events) ? database_begin(eim->database) : 1;
    if (result == 0)
        result = database_end(eim->database, take_all(eim, download, events, trigger));
    json_decref(events);
    return result;
}
