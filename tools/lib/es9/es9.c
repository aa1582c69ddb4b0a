#include "tools/lib/es9/es9.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "crypto/primitives/random.h"
#include "tools/lib/common/field.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/es9/es9_status.h"
#include "tools/lib/common/text.h"

#define FIELD_MAX HTTP_ANSWER_MAX
#define CALL_ID_LEN 8     /* bytes */
#define CODE_SIZE 16      /* "8.11.1" and such */
#define MESSAGE_MAX 4096  /* characters of a server's own words that are looked at */
#define MESSAGE_SHOWN 200 /* bytes of them that are shown, the end included */
#define HTTP_OK 200
#define HTTP_NO_CONTENT 204
#define PATH "/gsma/rsp2/es9plus/"
#define FIELD(name) (UINT64_C(1) << (name))
#define INITIATED                                                                                  \
    (FIELD(ES9_TRANSACTION_ID) | FIELD(ES9_SERVER_SIGNED1) | FIELD(ES9_SERVER_SIGNATURE1) |        \
     FIELD(ES9_CI_KEY_ID) | FIELD(ES9_SERVER_CERTIFICATE))

struct row {
    const char *name;
    const char *path;
    uint64_t answer;     /* FIELD() bits of what must be in the answer */
    uint64_t instead[2]; /* of what stands there in its stead when one of these does */
    uint64_t further;    /* of what may be there */
};

/* clang-format off */
static const char *const members[ES9_FIELDS] = {
    [ES9_SMDP_ADDRESS] = "smdpAddress",
    [ES9_EUICC_CHALLENGE] = "euiccChallenge",
    [ES9_EUICC_INFO1] = "euiccInfo1",
    [ES9_TRANSACTION_ID] = "transactionId",
    [ES9_SERVER_SIGNED1] = "serverSigned1",
    [ES9_SERVER_SIGNATURE1] = "serverSignature1",
    [ES9_CI_KEY_ID] = "euiccCiPKIdToBeUsed",
    [ES9_SERVER_CERTIFICATE] = "serverCertificate",
    [ES9_AUTHENTICATE_SERVER_RESPONSE] = "authenticateServerResponse",
    [ES9_PROFILE_METADATA] = "profileMetadata",
    [ES9_SMDP_SIGNED2] = "smdpSigned2",
    [ES9_SMDP_SIGNATURE2] = "smdpSignature2",
    [ES9_SMDP_CERTIFICATE] = "smdpCertificate",
    [ES9_PREPARE_DOWNLOAD_RESPONSE] = "prepareDownloadResponse",
    [ES9_BOUND_PROFILE_PACKAGE] = "boundProfilePackage",
    [ES9_PENDING_NOTIFICATION] = "pendingNotification",
    [ES9_CANCEL_SESSION_RESPONSE] = "cancelSessionResponse",
    [ES9_LPA_CAPABILITY] = "lpaRspCapability",
    [ES9_OTHER_CERTS] = "otherCertsInChain",
    [ES9_CRL_LIST] = "crlList",
    [ES9_SMDP_SIGNED3] = "smdpSigned3",
    [ES9_SMDP_SIGNATURE3] = "smdpSignature3",
    [ES11_EVENT_ENTRIES] = "eventEntries",
    [ES11_SMDS_SIGNED2] = "smdsSigned2",
    [ES11_SMDS_SIGNATURE2] = "smdsSignature2",
    [ES11_SMDS_ADDRESS] = "smdsAddress",
    [ES11_EC_ID] = "ecId",
    [ES11_IS_PENDING_EVENT] = "isPendingEvent",
    [ES9_SMDP_SIGNED4] = "smdpSigned4",
    [ES9_SMDP_SIGNATURE4] = "smdpSignature4",
    [ES9_CHANGE_MESSAGE] = "serviceProviderMessageForDc",
    [ES9_PREPARE_CHANGE_RESPONSE] = "prepareDeviceChangeResponse",
    [ES9_SMDP_SIGNED5] = "smdpSigned5",
    [ES9_SMDP_SIGNATURE5] = "smdpSignature5",
    [ES9_DELETE_NOTIFICATION] = "deleteNotificationForDc",
};

static const struct row rows[ES9_FUNCTIONS] = {
    [ES9_INITIATE_AUTHENTICATION] = {"ES9+.InitiateAuthentication", PATH "initiateAuthentication",
        INITIATED, {0}, FIELD(ES9_OTHER_CERTS) | FIELD(ES9_CRL_LIST)},
    [ES9_AUTHENTICATE_CLIENT] = {"ES9+.AuthenticateClient", PATH "authenticateClient",
        FIELD(ES9_PROFILE_METADATA) | FIELD(ES9_SMDP_SIGNED2) | FIELD(ES9_SMDP_SIGNATURE2) | FIELD(ES9_SMDP_CERTIFICATE),
        {FIELD(ES9_SMDP_SIGNED3) | FIELD(ES9_SMDP_SIGNATURE3), FIELD(ES9_SMDP_SIGNED4) | FIELD(ES9_SMDP_SIGNATURE4)}, FIELD(ES9_CHANGE_MESSAGE)},
    [ES9_GET_BOUND_PROFILE_PACKAGE] = {"ES9+.GetBoundProfilePackage", PATH "getBoundProfilePackage", FIELD(ES9_BOUND_PROFILE_PACKAGE), {0}, 0},
    [ES9_HANDLE_NOTIFICATION] = {"ES9+.HandleNotification", PATH "handleNotification", 0, {0}, 0},
    [ES9_CANCEL_SESSION] = {"ES9+.CancelSession", PATH "cancelSession", 0, {0}, 0},
    [ES9_CONFIRM_DEVICE_CHANGE] = {"ES9+.ConfirmDeviceChange", PATH "confirmDeviceChange", FIELD(ES9_SMDP_SIGNED5) | FIELD(ES9_SMDP_SIGNATURE5), {0}, 0},
    [ES11_INITIATE_AUTHENTICATION] = {"ES11.InitiateAuthentication", PATH "initiateAuthentication", INITIATED, {0}, FIELD(ES9_OTHER_CERTS) | FIELD(ES9_CRL_LIST)},
    [ES11_AUTHENTICATE_CLIENT] = {"ES11.AuthenticateClient", PATH "authenticateClient", FIELD(ES11_EVENT_ENTRIES),
        {FIELD(ES11_SMDS_SIGNED2) | FIELD(ES11_SMDS_SIGNATURE2)}, 0},
    [ES11_CHECK_EVENT] = {"ES11.CheckEvent", "/gsma/rsp2/es11/checkEvent", FIELD(ES11_IS_PENDING_EVENT), {0}, 0}, /* the path is a guess */
};
/* clang-format on */

const char *es9_name(enum es9_function function)
{
    return rows[function].name;
}

void es9_answer_finish(struct es9_answer *answer)
{
    for (size_t i = 0; i < ES9_FIELDS; i++)
        blob_finish(&answer->fields[i]);
}

static int set_argument(json_t *request, const struct es9_argument *argument)
{
    const char *name = members[argument->field];
    if (argument->field == ES9_SMDP_ADDRESS || argument->field == ES11_SMDS_ADDRESS)
        return json_object_set_new(
            request, name, json_stringn((const char *)argument->value.data, argument->value.len));
    if (argument->field == ES9_TRANSACTION_ID)
        return field_set_transaction_id(request, name, argument->value);
    return field_set_bytes(request, name, argument->value);
}

/* A server's request begins with who asks, and an identifier that no other call has. */
static json_t *begin_request(const struct http *http)
{
    uint8_t drawn[CALL_ID_LEN];
    char id[2 * CALL_ID_LEN + 1];
    struct random random;
    if (http->requester == NULL)
        return json_object();
    random_init(&random);
    if (random_fill(&random, drawn, sizeof(drawn)) != 0)
        return NULL;
    hex_encode(bytes_of(drawn, sizeof(drawn)), id);
    return json_pack("{s:{s:s, s:s}}", "header", "functionRequesterIdentifier", http->requester,
                     "functionCallIdentifier", id);
}

/* The request's text, the caller's to free(); NULL if memory is short. */
static char *write_request(const struct http *http, const struct es9_argument *arguments,
                           size_t count)
{
    json_t *request = begin_request(http);
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = set_argument(request, &arguments[i]);
    char *text = result == 0 ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    return text;
}

static enum field_result read_transaction_id(const json_t *answer, struct blob *out)
{
    uint8_t bytes[FIELD_TRANSACTION_ID_MAX];
    struct writer writer = writer_on(bytes, sizeof(bytes));
    const enum field_result result =
        field_transaction_id(answer, members[ES9_TRANSACTION_ID], &writer);
    if (result != FIELD_OK)
        return result;
    return blob_copy(writer_bytes(&writer), out) == 0 ? FIELD_OK : FIELD_INVALID;
}

/* The members that this answer must have. */
static uint64_t wanted_fields(const struct row *row, const json_t *json)
{
    for (size_t i = 0; i < sizeof(row->instead) / sizeof(row->instead[0]); i++)
        for (enum es9_field field = 0; field < ES9_FIELDS; field++)
            if (row->instead[i] & FIELD(field) && json_object_get(json, members[field]) != NULL)
                return row->instead[i];
    return row->answer;
}

/* Kept as JSON text. */
static enum field_result read_list(const json_t *list, struct blob *out)
{
    if (list == NULL)
        return FIELD_ABSENT;
    char *text = json_is_array(list) ? json_dumps(list, JSON_COMPACT) : NULL;
    if (text == NULL)
        return FIELD_INVALID;
    *out = (struct blob){(uint8_t *)text, strlen(text)};
    return FIELD_OK;
}

static enum field_result read_flag(const json_t *json, const char *name, struct blob *out)
{
    bool flag;
    const enum field_result result = field_boolean(json, name, &flag);
    if (result != FIELD_OK)
        return result;
    return blob_copy(flag ? BYTES(1) : BYTES(0), out) == 0 ? FIELD_OK : FIELD_INVALID;
}

static enum field_result read_field(enum es9_field field, const json_t *json, struct blob *out)
{
    if (field == ES11_IS_PENDING_EVENT)
        return read_flag(json, members[field], out);
    if (field == ES11_EVENT_ENTRIES)
        return read_list(json_object_get(json, members[field]), out);
    if (field == ES9_TRANSACTION_ID)
        return read_transaction_id(json, out);
    return field_bytes(json, members[field], FIELD_MAX, out);
}

static bool read_fields(const struct row *row, const json_t *json, struct es9_answer *answer,
                        struct fault *fault)
{
    const uint64_t wanted = wanted_fields(row, json);
    for (enum es9_field field = 0; field < ES9_FIELDS; field++) {
        if (((wanted | row->further) & FIELD(field)) == 0)
            continue;
        const enum field_result result = read_field(field, json, &answer->fields[field]);
        const bool may_lack = result == FIELD_ABSENT && (wanted & FIELD(field)) == 0;
        if (result != FIELD_OK && !may_lack)
            return fault_raise(fault, row->name, "the server's %s is %s", members[field],
                               result == FIELD_ABSENT ? "missing" : "malformed");
    }
    return true;
}

/* A stranger's text, made fit to be shown; false if there is none. */
static bool read_words(const json_t *object, const char *name, char *text, size_t size)
{
    const char *found;
    if (field_text(object, name, MESSAGE_MAX, &found) != FIELD_OK)
        return false;
    text_clean(bytes_of_text(found), text, size);
    return text[0] != '\0';
}

/* What a server says of its refusal, as far as it says it. */
struct refusal {
    char subject[CODE_SIZE], reason[CODE_SIZE], message[MESSAGE_SHOWN];
};

static struct refusal read_refusal(const json_t *status)
{
    const json_t *data = json_object_get(status, "statusCodeData");
    struct refusal refusal = {0};
    (void)read_words(data, "subjectCode", refusal.subject, sizeof(refusal.subject));
    (void)read_words(data, "reasonCode", refusal.reason, sizeof(refusal.reason));
    (void)read_words(data, "message", refusal.message, sizeof(refusal.message));
    return refusal;
}

/* Adds the server's own words to what was found. */
static bool raise_with(const struct row *row, const char *what, const struct refusal *refusal,
                       struct fault *fault)
{
    if (refusal->message[0] != '\0')
        fault_raise(fault, row->name, "%s (\"%s\")", what, refusal->message);
    else
        fault_raise(fault, row->name, "%s", what);
    if (refusal->subject[0] != '\0' && refusal->reason[0] != '\0')
        fault_code(fault, "%s/%s", refusal->subject, refusal->reason);
    return false;
}

/* "Failed" and the codes that say why (SGP.22 §5.2.6, §6.5.1.4). */
static bool refuse(const struct row *row, const json_t *status, struct fault *fault)
{
    char text[ES9_STATUS_TEXT_SIZE], what[ES9_STATUS_TEXT_SIZE + MESSAGE_SHOWN];
    const struct refusal refusal = read_refusal(status);
    if (refusal.subject[0] == '\0' || refusal.reason[0] == '\0')
        return raise_with(row, "the server refuses and gives no codes", &refusal, fault);
    const char *next = es9_status_explain(refusal.subject, refusal.reason, text);
    snprintf(what, sizeof(what), "the server refuses: %s", text);
    raise_with(row, what, &refusal, fault);
    return next != NULL ? fault_next(fault, "%s", next) : false;
}

static bool check_header(const struct row *row, const json_t *json, struct fault *fault)
{
    const json_t *status =
        json_object_get(json_object_get(json, "header"), "functionExecutionStatus");
    const struct refusal refusal = read_refusal(status);
    const char *word;
    if (field_text(status, "status", MESSAGE_MAX, &word) != FIELD_OK)
        return raise_with(row, "the server's answer has no execution status", &refusal, fault);
    if (strcmp(word, "Executed-Success") == 0 || strcmp(word, "Executed-WithWarning") == 0)
        return true;
    return refuse(row, status, fault);
}

/* An answer with an error of HTTP's may say more in its body. */
static bool raise_http(const struct row *row, const struct http_answer *http, const char *address,
                       struct fault *fault)
{
    char what[MESSAGE_SHOWN + CODE_SIZE];
    json_t *json = http->len > 0 ? json_loadb(http->body, http->len, 0, NULL) : NULL;
    const struct refusal refusal =
        read_refusal(json_object_get(json_object_get(json, "header"), "functionExecutionStatus"));
    json_decref(json);
    snprintf(what, sizeof(what), "%.150s answers HTTP %ld", address, http->status);
    raise_with(row, what, &refusal, fault);
    if (refusal.subject[0] == '\0' || refusal.reason[0] == '\0')
        fault_code(fault, "HTTP %ld", http->status);
    return fault_next(fault, "is this an RSP server? The log of the server says more");
}

bool es9_parse(enum es9_function function, const char *text, size_t len, struct es9_answer *answer,
               struct fault *fault)
{
    const struct row *row = &rows[function];
    *answer = (struct es9_answer){0};
    json_t *json = json_loadb(text, len, 0, NULL);
    if (json == NULL)
        return fault_raise(fault, row->name, "the server's answer is not JSON");
    const bool good = check_header(row, json, fault) && read_fields(row, json, answer, fault);
    json_decref(json);
    if (!good)
        es9_answer_finish(answer);
    return good;
}

bool es9_read_answer(enum es9_function function, const struct http_answer *http,
                     const char *address, struct es9_answer *answer, struct fault *fault)
{
    if (http->status == HTTP_NO_CONTENT && rows[function].answer == 0)
        return true;
    if (http->status != HTTP_OK)
        return raise_http(&rows[function], http, address, fault);
    /* HandleNotification has no answer, but some servers send an empty body with 200. */
    if (http->len == 0 && rows[function].answer == 0)
        return true;
    return es9_parse(function, http->body != NULL ? http->body : "", http->len, answer, fault);
}

bool es9_call(struct http *http, enum es9_function function, const char *address,
              const struct es9_argument *arguments, size_t count, struct es9_answer *answer)
{
    struct http_answer received;
    *answer = (struct es9_answer){0};
    trace_detail("%s", rows[function].name);
    if (!activation_is_address(address))
        return fault_raise(http->fault, rows[function].name, "'%.100s' is no server address",
                           address);
    char *request = write_request(http, arguments, count);
    if (request == NULL)
        return fault_raise(http->fault, "memory", "there is none left");
    record_text(http->record, rows[function].name, RECORD_SENT, request);
    bool good = http->post(http, address, rows[function].path, request, &received);
    if (good)
        record_text(http->record, rows[function].name, RECORD_RECEIVED,
                    received.body != NULL ? received.body : "");
    good = good && es9_read_answer(function, &received, address, answer, http->fault);
    free(request);
    free(received.body);
    return good;
}
