#include "tools/lpa/download_result.h"

#include <stdio.h>

#include "tools/lpa/deliver.h"
#include "tools/lpa/describe.h"
#include "tools/lpa/text.h"

#define WHERE "ES10b.LoadBoundProfilePackage"
#define PENDING_MAX 64
#define ELEMENTS_TEXT_SIZE 160

/* A failure of its own: the installation's result stands, whatever becomes of its notification. */
static void deliver(const struct download_means *means,
                    const struct notification_installation *installation, struct bytes result,
                    json_t *document)
{
    struct fault before = *means->fault;
    json_t *report = json_object();
    fault_clear(means->fault);
    progress_step(means->progress, "telling the server");
    const bool sent = deliver_pending(means->http, installation->notification.address, result) &&
                      es10b_remove_notification(means->es10, installation->notification.number);
    json_object_set_new(report, "number", json_integer(installation->notification.number));
    json_object_set_new(report, "sent", json_boolean(sent));
    if (!sent)
        json_object_set_new(report, "error", fault_json(means->fault));
    json_object_set_new(document, "notification", report);
    *means->fault = before;
}

/* " (element 7: bad-values)" for the first element that the card complains of. */
static void first_element(const json_t *elements, char text[ELEMENTS_TEXT_SIZE])
{
    const json_t *first = json_array_get(elements, 0);
    const json_t *number = json_object_get(first, "element");
    const json_t *status = json_object_get(first, "status");
    text[0] = '\0';
    if (number != NULL && json_is_string(status))
        snprintf(text, ELEMENTS_TEXT_SIZE, " (element %lld: %s)",
                 (long long)json_integer_value(number), json_string_value(status));
}

static bool explain(const struct download_means *means,
                    const struct notification_installation *installation, const json_t *elements)
{
    const struct codes_row *command = codes_find(CODES_BPP_COMMAND, installation->command);
    const struct codes_row *reason = codes_find(CODES_BPP_REASON, installation->reason);
    char text[ELEMENTS_TEXT_SIZE];
    first_element(elements, text);
    fault_raise(means->fault, WHERE, "the profile is not installed: %s%s",
                reason != NULL ? reason->text : "the card gives a reason that has no name", text);
    fault_code(means->fault, "%s (%u) in %s", reason != NULL ? reason->name : "unknown",
               installation->reason, command != NULL ? command->name : "an unknown command");
    if (reason != NULL && reason->next != NULL)
        fault_next(means->fault, "%s", reason->next);
    return false;
}

static bool read_result(const struct download_means *means,
                        const struct notification_installation *installation, json_t *document)
{
    json_t *result = json_object();
    json_t *elements = notification_element_statuses(installation->responses);
    json_object_set_new(document, "result", result);
    json_object_set_new(result, "installed", json_boolean(installation->success));
    if (json_array_size(elements) > 0)
        json_object_set(result, "elements", elements);
    if (installation->success)
        json_object_set_new(result, "aid", text_json_hex(installation->aid));
    else
        explain(means, installation, elements);
    json_decref(elements);
    return installation->success;
}

bool download_result_take(const struct download_means *means, const struct download_wish *wish,
                          struct bytes result, json_t *document)
{
    struct notification_installation installation;
    if (!notification_installation(result, &installation))
        return es10_malformed(means->fault, ES10B_LOAD_PACKAGE);
    const bool installed = read_result(means, &installation, document);
    if (!wish->keep_notification)
        deliver(means, &installation, result, document);
    return installed;
}

static size_t list_numbers(const struct download_means *means, uint32_t numbers[PENDING_MAX])
{
    struct bytes list;
    struct notification notification;
    size_t count = 0;
    if (!es10b_list_notification(means->es10, &list))
        return 0;
    while (count < PENDING_MAX && notification_take(&list, &notification))
        numbers[count++] = notification.number;
    return count;
}

void download_result_recover(const struct download_means *means, const struct download_wish *wish,
                             struct bytes transaction_id, json_t *document)
{
    uint32_t numbers[PENDING_MAX];
    struct notification_installation installation;
    struct bytes pending;
    const size_t count = list_numbers(means, numbers);
    for (size_t i = count; i > 0; i--) {
        struct blob kept;
        if (!es10b_retrieve_notification(means->es10, numbers[i - 1], &pending) ||
            blob_copy(pending, &kept) != 0)
            return;
        const bool ours = notification_installation(blob_bytes(&kept), &installation) &&
                          bytes_equal(installation.transaction_id, transaction_id);
        if (ours)
            download_result_take(means, wish, blob_bytes(&kept), document);
        blob_finish(&kept);
        if (ours)
            return;
    }
}
