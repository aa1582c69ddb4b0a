#include "tools/ota/listing.h"

#include "tools/ota/remote.h"

/* What an order has told of itself, beside the orders before it. */
static void collect(json_t *one, json_t *messages, json_t *document)
{
    json_array_extend(messages, json_object_get(one, "messages"));
    json_object_set(document, "tar", json_object_get(one, "tar"));
    json_object_set(document, "counter", json_object_get(one, "counter"));
}

/* False after a fault. */
static bool run_kind(struct order *order, size_t kind, json_t *messages, json_t *document,
                     struct fault *fault)
{
    json_t *list = json_object_get(document, "applications"), *one = json_object();
    script_text_begin(&order->text, true);
    remote_put_list(&order->text, kind);
    bool good = order_send(order, one, fault);
    const json_t *report = json_object_get(one, "report");
    if (good && report == NULL && !order->options->print)
        good = fault_raise(fault, "listing", "no proof of receipt has come, and the list is in it");
    if (good) {
        collect(one, messages, document);
        remote_read_list(report, kind, list);
    }
    if (good && report != NULL && !remote_is_list(report))
        json_object_set(document, "report", json_object_get(one, "report"));
    json_decref(one);
    return good;
}

bool listing_run(struct order *order, json_t *document, struct fault *fault)
{
    json_t *messages = json_array();
    bool good = true;
    json_object_set_new(document, "messages", messages);
    json_object_set_new(document, "applications", json_array());
    for (size_t kind = 0; good && kind < REMOTE_KINDS; kind++) {
        if (json_object_get(document, "report") != NULL)
            break;
        good = run_kind(order, kind, messages, document, fault);
    }
    return good;
}
