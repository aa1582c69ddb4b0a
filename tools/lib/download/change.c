#include "tools/lib/download/change.h"

#include <stdio.h>

#include "apdu/der.h"
#include "tools/lib/common/text.h"
#include "tools/lib/download/confirmation.h"
#include "tools/lib/es10/notification.h"
#include "tools/lib/es10/es10b_change.h"

#define MESSAGE_SIZE 512
#define PENDING_MAX 64

enum {
    TAG_TRANSACTION_ID = 0x80,
    TAG_RECOVERY_CODE = 0x81,
    TAG_MESSAGE = 0x81,
    TAG_NOTIFICATION = 0xBF2F,
    TAG_SIGNATURE = 0x5F37,
};

struct change {
    struct session *session;
    const struct change_request *request;
    struct change_outcome *out;
    struct confirmation confirmation;
    bool code_wanted;
    struct es9_answer confirmed;
    char told_address[NOTIFICATION_ADDRESS_MAX + 1];
};

static bool malformed(const struct session *session, enum es9_function function, const char *what)
{
    return fault_raise(session->context->fault, es9_name(function), "the server's %s is malformed",
                       what);
}

/* The content of what the server has signed for this transaction. */
static bool take_signed(const struct session *session, enum es9_function function,
                        struct bytes whole, const char *what, struct bytes *content)
{
    struct tlv sequence, id;
    if (!tlv_whole(whole, DER_SEQUENCE, &sequence) ||
        !tlv_take_tag(&sequence.value, TAG_TRANSACTION_ID, &id))
        return malformed(session, function, what);
    *content = sequence.value;
    return bytes_equal(id.value, session_transaction_id(session)) ||
           fault_raise(session->context->fault, es9_name(function),
                       "the server signs for another transaction than it names");
}

bool change_read_signed4(const struct session *session, bool *code_wanted, struct bytes *code)
{
    struct bytes content;
    struct tlv flag, recovery;
    if (!take_signed(session, ES9_AUTHENTICATE_CLIENT,
                     es9_field(&session->offered, ES9_SMDP_SIGNED4), "smdpSigned4", &content))
        return false;
    if (!tlv_take_tag(&content, DER_BOOLEAN, &flag) || !der_to_boolean(flag.value, code_wanted) ||
        !tlv_take_optional(&content, TAG_RECOVERY_CODE, &recovery))
        return malformed(session, ES9_AUTHENTICATE_CLIENT, "smdpSigned4");
    *code = recovery.value;
    return true;
}

/* What the operator says to the user, made fit to be shown. */
static void read_message(const struct session *session, char text[MESSAGE_SIZE])
{
    struct tlv sequence, message;
    text[0] = '\0';
    if (!tlv_whole(es9_field(&session->offered, ES9_CHANGE_MESSAGE), DER_SEQUENCE, &sequence) ||
        !tlv_find(sequence.value, TAG_MESSAGE, &message))
        return;
    text_clean(message.value, text, MESSAGE_SIZE);
    json_object_set_new(session->document, "message", text_json(message.value));
}

static bool ask_user(void *state)
{
    struct change *change = state;
    struct session *session = change->session;
    struct bytes code;
    char message[MESSAGE_SIZE];
    if (!change_read_signed4(session, &change->code_wanted, &code))
        return false;
    read_message(session, message);
    progress_end(session->context->progress);
    session->reason = ES10B_END_USER_REJECTION;
    if (!change->request->agree(change->request->context, message))
        return fault_raise(session->context->fault, "move", "not wanted: the profile stays");
    return !change->code_wanted || confirmation_need(&change->confirmation, session);
}

static bool prepare(void *state)
{
    struct change *change = state;
    struct session *session = change->session;
    uint8_t hash[ES10B_HASH_LEN];
    struct bytes answer;
    if (change->code_wanted && !confirmation_hash(&change->confirmation, session, hash))
        return false;
    return es10b_prepare_device_change(
               session->context->es10, es9_field(&session->offered, ES9_SMDP_SIGNED4),
               es9_field(&session->offered, ES9_SMDP_SIGNATURE4),
               change->code_wanted ? bytes_of(hash, sizeof(hash)) : (struct bytes){0}, &answer) &&
           session_keep(session, answer, &session->card_answer);
}

static bool confirm(void *state)
{
    struct change *change = state;
    const struct session *session = change->session;
    const struct es9_argument arguments[] = {
        {ES9_TRANSACTION_ID, session_transaction_id(session)},
        {ES9_PREPARE_CHANGE_RESPONSE, blob_bytes(&session->card_answer)},
    };
    struct bytes content;
    return es9_call(session->context->http, ES9_CONFIRM_DEVICE_CHANGE,
                    session->request->code.address, arguments, 2, &change->confirmed) &&
           take_signed(session, ES9_CONFIRM_DEVICE_CHANGE,
                       es9_field(&change->confirmed, ES9_SMDP_SIGNED5), "smdpSigned5", &content);
}

static void copy_text(struct bytes from, char *text, size_t size)
{
    snprintf(text, size, "%.*s", (int)from.len, from.len > 0 ? (const char *)from.data : "");
}

static bool verify(void *state)
{
    struct change *change = state;
    struct session *session = change->session;
    struct change_outcome *out = change->out;
    struct es10b_change_data data;
    if (!change->request->ready(change->request->context) ||
        !es10b_verify_device_change(session->context->es10,
                                    es9_field(&change->confirmed, ES9_SMDP_SIGNED5),
                                    es9_field(&change->confirmed, ES9_SMDP_SIGNATURE5), &data))
        return false;
    session->authenticated = false; /* the card has ended the session */
    if (data.iccid.len == 0)
        return fault_raise(session->context->fault, es9_name(ES9_CONFIRM_DEVICE_CHANGE),
                           "the server names no activation code for the new device");
    copy_text(data.activation_code, out->activation_code, sizeof(out->activation_code));
    copy_text(data.told_address, change->told_address, sizeof(change->told_address));
    copy_text(data.recoverable_until, out->recoverable_until, sizeof(out->recoverable_until));
    out->deleted = data.deleted;
    out->recoverable = data.recoverable;
    json_object_set_new(session->document, "deleted", json_boolean(data.deleted));
    return change->request->left(change->request->context, out);
}

/* The card's notification of the deletion for this address: 0 if it has none. */
static uint32_t find_deletion(const struct change *change)
{
    const struct bytes address = bytes_of_text(change->told_address);
    struct bytes list;
    struct notification found;
    uint32_t number = 0;
    if (!es10b_list_notification(change->session->context->es10, &list))
        return 0;
    while (notification_take(&list, &found))
        if (found.event == NOTIFICATION_DELETE && bytes_equal(found.address, address) &&
            bytes_equal(found.iccid, change->request->session.iccid))
            number = found.number;
    return number;
}

/* DeleteNotificationForDc: the notification without the card's certificates. */
static bool put_deletion(struct bytes pending, struct writer *out)
{
    struct tlv whole, metadata, signature;
    if (!tlv_whole(pending, DER_SEQUENCE, &whole) ||
        !tlv_take_tag(&whole.value, TAG_NOTIFICATION, &metadata) ||
        !tlv_take_tag(&whole.value, TAG_SIGNATURE, &signature))
        return false;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    writer_put(out, metadata.whole);
    writer_put(out, signature.whole);
    tlv_close(out, mark);
    return !out->overflow;
}

/* The new device brings it along, whatever becomes of what this card tells itself. What fails here
 * hinders nobody. */
static void add_deletion(const struct change *change)
{
    struct fault *fault = change->session->context->fault;
    uint8_t memory[ACTIVATION_DELETION_MAX];
    struct writer deletion = writer_on(memory, sizeof(memory));
    struct bytes pending;
    if (change->told_address[0] == '\0' || !change->out->deleted)
        return;
    const uint32_t number = find_deletion(change);
    if (number != 0 &&
        es10b_retrieve_notification(change->session->context->es10, number, &pending) &&
        put_deletion(pending, &deletion))
        (void)activation_append_deletion(change->out->activation_code,
                                         sizeof(change->out->activation_code),
                                         writer_bytes(&deletion));
    fault_clear(fault);
}

static const struct session_step steps[] = {
    {"asking the user", ask_user},
    {"preparing the card", prepare},
    {"asking the server for the new device's activation code", confirm},
    {"the card lets the profile go", verify},
};

bool change_run(const struct session_context *context, const struct change_request *request,
                json_t *document, struct change_outcome *out)
{
    struct session session = {
        .context = context, .request = &request->session, .document = document};
    struct change change = {.session = &session, .request = request, .out = out};
    *out = (struct change_outcome){0};
    const bool good =
        confirmation_take(&change.confirmation, request->confirmation_code, context->fault) &&
        session_open(&session) &&
        session_run(&session, steps, sizeof(steps) / sizeof(steps[0]), &change);
    if (!good && session.authenticated)
        session_cancel(&session);
    if (good)
        add_deletion(&change);
    progress_end(context->progress);
    session_finish(&session);
    es9_answer_finish(&change.confirmed);
    confirmation_wipe(&change.confirmation);
    return good;
}
