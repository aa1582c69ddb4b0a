#include "tools/lib/download/rpm.h"

#include "apdu/der.h"
#include "tools/lib/common/rpm.h"
#include "tools/lib/download/deliver.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/common/text.h"

enum {
    TAG_TRANSACTION_ID = 0x80,
    TAG_PACKAGE = 0xA1,
    TAG_PENDING = 0x82,
    TAG_SIGNED = 0xA0,
};

struct execution {
    struct session *session;
    json_t *commands;
    bool *more;
    struct blob result; /* LoadRpmPackageResult, whole */
};

static void set_iccid(json_t *object, struct bytes iccid)
{
    char digits[TEXT_ICCID_SIZE];
    if (iccid.len == 0)
        return;
    text_swapped_digits(iccid, digits, sizeof(digits));
    json_object_set_new(object, "iccid", json_string(digits));
}

static json_t *describe_command(const struct rpm_command *command)
{
    json_t *object = json_object();
    json_object_set_new(object, "command", json_string(rpm_kind_name(command->kind)));
    set_iccid(object, command->iccid);
    if (command->goes_on)
        json_object_set_new(object, "continueOnFailure", json_true());
    return object;
}

/* What the server signs for: this transaction, and commands that can be read. Whether the card
 * carries them out is the card's affair. */
static bool read_package(void *context)
{
    struct execution *execution = context;
    struct session *session = execution->session;
    struct tlv signed3, transaction_id, package, pending;
    struct rpm_command command;
    session->reason = ES10B_INVALID_RPM_PACKAGE;
    if (!tlv_whole(es9_field(&session->offered, ES9_SMDP_SIGNED3), DER_SEQUENCE, &signed3) ||
        !tlv_take_tag(&signed3.value, TAG_TRANSACTION_ID, &transaction_id) ||
        !tlv_take_tag(&signed3.value, TAG_PACKAGE, &package))
        return fault_raise(session->context->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                           "the server's smdpSigned3 is malformed");
    if (!bytes_equal(transaction_id.value, session_transaction_id(session)))
        return fault_raise(session->context->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                           "the server signs for another transaction than it names");
    *execution->more = tlv_find(signed3.value, TAG_PENDING, &pending);
    while (rpm_command_take(&package.value, &command))
        json_array_append_new(execution->commands, describe_command(&command));
    return true;
}

static bool load(void *context)
{
    struct execution *execution = context;
    struct session *session = execution->session;
    struct bytes answer = {0};
    session->reason = ES10B_LOAD_RPM_PACKAGE_ERROR;
    return es10b_load_rpm_package(session->context->es10,
                                  es9_field(&session->offered, ES9_SMDP_SIGNED3),
                                  es9_field(&session->offered, ES9_SMDP_SIGNATURE3), &answer) &&
           session_keep(session, answer, &execution->result);
}

static const struct session_step steps[] = {
    {"reading what the operator wants", read_package},
    {"the card carries it out", load},
};

static void set_value(json_t *object, const struct rpm_command_result *result)
{
    if (result->kind == RPM_LIST && result->code == 0)
        json_object_set_new(object, "profiles", describe_list(&describe_profile, result->value));
    if (result->kind == RPM_CONTACT && result->code == 0)
        json_object_set_new(object, "pcmpAddress", text_json(result->value));
}

/* Results come in the commands' order; what ended the processing comes last and is none of them. */
static bool read_results(struct execution *execution, struct bytes results)
{
    json_t *document = execution->session->document;
    struct rpm_command_result result;
    for (size_t at = 0; results.len > 0; at++) {
        if (!rpm_result_take(&results, &result))
            return es10_malformed(execution->session->context->fault, ES10B_LOAD_RPM_PACKAGE);
        json_t *command = json_array_get(execution->commands, at);
        const char *text = rpm_result_text(&result);
        if (result.kind == RPM_TERMINATED || command == NULL)
            json_object_set_new(document, "terminated", json_string(text));
        else
            json_object_set_new(command, "result", json_string(text));
        if (command != NULL)
            set_value(command, &result);
    }
    return true;
}

/* The result itself, and what the commands did to profiles. */
static bool is_of_rpm(const void *context, const struct notification *found)
{
    (void)context;
    return found->event >= NOTIFICATION_RPM_ENABLE && found->event <= NOTIFICATION_RPM_RESULT;
}

static bool refuse(struct execution *execution, uint32_t error)
{
    struct fault *fault = execution->session->context->fault;
    json_object_set_new(execution->session->document, "terminated",
                        json_string(rpm_signed_error_text(error)));
    return es10_refused(fault, ES10B_LOAD_RPM_PACKAGE, error);
}

static bool take_result(struct execution *execution, bool keep_notification)
{
    const struct session_context *context = execution->session->context;
    struct tlv whole, content;
    struct rpm_signed read;
    struct notification notification;
    if (!tlv_take(&(struct bytes){execution->result.data, execution->result.len}, &whole) ||
        !tlv_take_tag(&whole.value, TAG_SIGNED, &content) ||
        !rpm_signed_read(content.value, &read) || !notification_take(&read.metadata, &notification))
        return es10_malformed(context->fault, ES10B_LOAD_RPM_PACKAGE);
    const bool good =
        read.executed ? read_results(execution, read.results) : refuse(execution, read.error);
    if (!keep_notification)
        deliver_waiting(context, is_of_rpm, &notification, execution->session->document);
    return good;
}

bool rpm_execute(struct session *session, bool keep_notification, bool *more)
{
    struct execution execution = {session, json_array(), more, {0}};
    json_object_set_new(session->document, "commands", execution.commands);
    *more = false;
    bool good = session_run(session, steps, sizeof(steps) / sizeof(steps[0]), &execution);
    if (good) {
        session->authenticated = false; /* its result has ended the session */
        good = take_result(&execution, keep_notification);
    }
    blob_finish(&execution.result);
    return good;
}

bool rpm_look(struct session *session)
{
    bool more;
    struct execution execution = {session, json_array(), &more, {0}};
    json_object_set_new(session->document, "commands", execution.commands);
    return read_package(&execution);
}

bool rpm_run(const struct session_context *context, const struct session_request *request,
             bool keep_notification, json_t *document, bool *more)
{
    struct session session = {.context = context, .request = request, .document = document};
    *more = false;
    const bool good = session_open(&session) && rpm_execute(&session, keep_notification, more);
    if (!good && session.authenticated)
        session_cancel(&session);
    progress_end(context->progress);
    session_finish(&session);
    return good;
}
