#include "tools/lib/download/download_result.h"

#include <stdio.h>

#include "tools/lib/download/deliver.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/common/text.h"

#define WHERE "ES10b.LoadBoundProfilePackage"
#define PENDING_MAX 64
#define ELEMENTS_TEXT_SIZE 160

/* The result itself and, where the profile's metadata ask for it, that it is installed. */
static bool is_of_installation(const void *context, const struct notification *found)
{
    const struct notification *result = context;
    return found->number == result->number ||
           (found->number > result->number && bytes_equal(found->iccid, result->iccid));
}

/* " (element 7: bad-values)" for what ended the installation, which comes after all warnings;
 * " (bad-values)" if that is in no numbered element. */
static void last_element(const json_t *elements, char text[ELEMENTS_TEXT_SIZE])
{
    const size_t count = json_array_size(elements);
    const json_t *last = json_array_get(elements, count > 0 ? count - 1 : 0);
    const json_t *number = json_object_get(last, "element");
    const char *status = json_string_value(json_object_get(last, "status"));
    text[0] = '\0';
    if (status != NULL && number != NULL)
        snprintf(text, ELEMENTS_TEXT_SIZE, " (element %lld: %s)",
                 (long long)json_integer_value(number), status);
    else if (status != NULL)
        snprintf(text, ELEMENTS_TEXT_SIZE, " (%s)", status);
}

/* The card's reason as a fault, and by its names in the result. */
static void explain(const struct session_context *context,
                    const struct notification_installation *installation, const json_t *elements,
                    json_t *result)
{
    const struct codes_row *command = codes_find(CODES_BPP_COMMAND, installation->command);
    const struct codes_row *reason = codes_find(CODES_BPP_REASON, installation->reason);
    const char *command_name = command != NULL ? command->name : "unknown";
    const char *reason_name = reason != NULL ? reason->name : "unknown";
    char text[ELEMENTS_TEXT_SIZE];
    last_element(elements, text);
    json_object_set_new(result, "command", json_string(command_name));
    json_object_set_new(result, "reason", json_string(reason_name));
    fault_raise(context->fault, WHERE, "the profile is not installed: %s%s",
                reason != NULL ? reason->text : "the card gives a reason that has no name", text);
    fault_code(context->fault, "%s (%u) in %s", reason_name, installation->reason, command_name);
    if (reason != NULL && reason->next != NULL)
        fault_next(context->fault, "%s", reason->next);
}

static bool read_result(const struct session_context *context,
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
        explain(context, installation, elements, result);
    json_decref(elements);
    return installation->success;
}

bool download_result_take(const struct session_context *context,
                          const struct download_request *request, struct bytes result,
                          json_t *document)
{
    struct notification_installation installation;
    if (!notification_installation(result, &installation))
        return es10_malformed(context->fault, ES10B_LOAD_PACKAGE);
    const bool installed = read_result(context, &installation, document);
    if (!request->keep_notification)
        deliver_waiting(context, is_of_installation, &installation.notification, document);
    return installed;
}

static size_t list_numbers(const struct session_context *context, uint32_t numbers[PENDING_MAX])
{
    struct bytes list;
    struct notification notification;
    size_t count = 0;
    if (!es10b_list_notification(context->es10, &list))
        return 0;
    while (count < PENDING_MAX && notification_take(&list, &notification))
        numbers[count++] = notification.number;
    return count;
}

/* The session ended with this result, on the card and then at the server: what went wrong before is
 * nobody's fault if the profile is there all the same. */
static bool take_kept(const struct session_context *context, const struct download_request *request,
                      struct bytes result, json_t *document)
{
    const bool installed = download_result_take(context, request, result, document);
    json_object_set_new(document, "cancelled",
                        json_boolean(!installed && !request->keep_notification));
    if (installed)
        fault_clear(context->fault);
    return installed;
}

bool download_result_recover(const struct session_context *context,
                             const struct download_request *request, struct bytes transaction_id,
                             json_t *document)
{
    uint32_t numbers[PENDING_MAX];
    struct notification_installation installation;
    struct bytes pending;
    bool ours = false, installed = false;
    const size_t count = list_numbers(context, numbers);
    for (size_t i = count; i > 0 && !ours; i--) {
        struct blob kept;
        if (!es10b_retrieve_notification(context->es10, numbers[i - 1], &pending) ||
            blob_copy(pending, &kept) != 0)
            break;
        ours = notification_installation(blob_bytes(&kept), &installation) &&
               bytes_equal(installation.transaction_id, transaction_id);
        if (ours)
            installed = take_kept(context, request, blob_bytes(&kept), document);
        blob_finish(&kept);
    }
    return installed;
}
