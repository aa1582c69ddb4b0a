#include "tools/lib/download/deliver.h"

#define PENDING_MAX 64

static bool send_to(struct http *http, struct bytes address, struct bytes pending)
{
    char text[NOTIFICATION_ADDRESS_MAX + 1] = {0};
    struct es9_answer answer;
    const struct es9_argument argument = {ES9_PENDING_NOTIFICATION, pending};
    if (address.len <= NOTIFICATION_ADDRESS_MAX && memchr(address.data, 0, address.len) == NULL)
        memcpy(text, address.data, address.len);
    const bool sent = es9_call(http, ES9_HANDLE_NOTIFICATION, text, &argument, 1, &answer);
    es9_answer_finish(&answer);
    return sent;
}

bool deliver_notification(struct es10 *es10, struct http *http, uint32_t number,
                          struct bytes address)
{
    struct bytes pending;
    return es10b_retrieve_notification(es10, number, &pending) && send_to(http, address, pending) &&
           es10b_remove_notification(es10, number);
}

/* A notification to send: the card's list is gone after the next call. */
struct waiting {
    uint32_t number;
    char address[NOTIFICATION_ADDRESS_MAX];
    size_t address_len;
};

/* How many; 0 after a fault. */
static size_t list_waiting(struct es10 *es10, deliver_picker *pick,
                           const struct notification *result, struct waiting waiting[PENDING_MAX])
{
    struct bytes list;
    struct notification found;
    size_t count = 0;
    if (!es10b_list_notification(es10, &list))
        return 0;
    while (count < PENDING_MAX && notification_take(&list, &found)) {
        if (!pick(result, &found))
            continue;
        waiting[count] = (struct waiting){.number = found.number, .address_len = found.address.len};
        memcpy(waiting[count++].address, found.address.data, found.address.len);
    }
    return count;
}

static void report(json_t *reports, uint32_t number, const struct fault *fault)
{
    json_t *object = json_object();
    json_object_set_new(object, "number", json_integer(number));
    json_object_set_new(object, "sent", json_boolean(!fault->raised));
    if (fault->raised)
        json_object_set_new(object, "error", fault_json(fault));
    json_array_append_new(reports, object);
}

void deliver_waiting(const struct session_context *context, deliver_picker *pick,
                     const struct notification *result, json_t *document)
{
    struct waiting waiting[PENDING_MAX];
    const struct fault before = *context->fault;
    json_t *reports = json_array();
    json_object_set_new(document, "notifications", reports);
    progress_step(context->progress, "telling the server");
    fault_clear(context->fault);
    const size_t count = list_waiting(context->es10, pick, result, waiting);
    if (context->fault->raised)
        report(reports, result->number, context->fault);
    for (size_t i = 0; i < count && !context->fault->raised; i++) {
        deliver_notification(context->es10, context->http, waiting[i].number,
                             bytes_of(waiting[i].address, waiting[i].address_len));
        report(reports, waiting[i].number, context->fault);
    }
    *context->fault = before;
}

static bool is_of_profile(const void *context, const struct notification *found)
{
    const struct notification *wanted = context;
    return bytes_equal(found->iccid, wanted->iccid);
}

void deliver_profile(const struct session_context *context, struct bytes iccid, json_t *document)
{
    const struct notification wanted = {.iccid = iccid};
    deliver_waiting(context, is_of_profile, &wanted, document);
}
