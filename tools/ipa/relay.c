#include "tools/ipa/relay.h"

#include <stdlib.h>
#include <string.h>

#include "apdu/der.h"
#include "tools/lib/common/field.h"
#include "tools/lib/iot/esipa_json.h"

#define HTTP_OK 200
#define HTTP_NO_CONTENT 204
#define ES9_CI_KEY_ID "euiccCiPKIdToBeUsed"
#define ESIPA_CI_KEY_ID_NAME "euiccCiPKIdentifierToBeUsed"
#define SERVER_ADDRESS 0x83
#define TRANSACTION_ID 0x80
#define TRANSACTION_NAME "transactionId"
#define SIGNED1_MAX 1024
#define TRIGGER_MAX 1024
#define SIGNATURE 0x5F37
#define WRAPPED_MAX 256

/* The function of ESipa that ES9+'s last part of the path names, too. */
static enum esipa_function function_of(const char *path)
{
    const char *name = strrchr(path, '/');
    enum esipa_function function = 0;
    while (function < ESIPA_FUNCTIONS &&
           (name == NULL || strcmp(esipa_messages[function].name, name + 1) != 0))
        function++;
    return function;
}

/* What the eIM has to know beside ES9+'s members. */
static void complete_request(const struct relay *relay, enum esipa_function function,
                             json_t *request)
{
    if (function != ESIPA_INITIATE_AUTHENTICATION)
        return;
    if (!relay->tells_address)
        json_object_del(request, "smdpAddress");
    if (relay->eim_transaction_id.len > 0)
        (void)field_set_transaction_id(request, "eimTransactionId", relay->eim_transaction_id);
}

static void copy_text(const char *from, char *out, size_t size)
{
    if (from != NULL && strlen(from) < size)
        strcpy(out, from);
}

/* What the eIM has left out stands in what the server has signed: the transaction id, which is
 * optional beside it, and the address, which is the one to expect where the eIM has chosen it. */
static void take_signed(struct relay *relay, json_t *answer)
{
    struct blob signed1;
    struct tlv sequence, address, transaction;
    if (field_bytes(answer, "serverSigned1", SIGNED1_MAX, &signed1) == FIELD_OK &&
        tlv_whole(blob_bytes(&signed1), DER_SEQUENCE, &sequence)) {
        if (json_object_get(answer, TRANSACTION_NAME) == NULL &&
            tlv_find(sequence.value, TRANSACTION_ID, &transaction))
            (void)field_set_transaction_id(answer, TRANSACTION_NAME, transaction.value);
        if (!relay->tells_address && tlv_find(sequence.value, SERVER_ADDRESS, &address) &&
            address.value.len < sizeof(relay->code->address)) {
            memcpy(relay->code->address, address.value.data, address.value.len);
            relay->code->address[address.value.len] = '\0';
        }
    }
    blob_finish(&signed1);
}

/* What an SM-DS has for the chip the eIM tells as a trigger: of events it is none by itself. */
static void take_trigger(struct relay *relay, json_t *answer)
{
    if (json_object_get(answer, "smdpSigned2") != NULL)
        return;
    blob_finish(&relay->further);
    (void)field_bytes(answer, "profileDownloadTrigger", TRIGGER_MAX, &relay->further);
    json_object_set_new(answer, "eventEntries", json_array());
}

/* onomondo-eim puts what it got from the SM-DP+, an object whole, into another one of its tag. */
static void unwrap(json_t *answer, const char *name, uint32_t tag)
{
    struct blob whole;
    struct tlv outer, inner;
    if (field_bytes(answer, name, WRAPPED_MAX, &whole) == FIELD_OK &&
        tlv_whole(blob_bytes(&whole), tag, &outer) && tlv_whole(outer.value, tag, &inner))
        (void)field_set_bytes(answer, name, inner.whole);
    blob_finish(&whole);
}

static void complete_answer(struct relay *relay, enum esipa_function function, json_t *answer)
{
    unwrap(answer, "serverSignature1", SIGNATURE);
    unwrap(answer, "smdpSignature2", SIGNATURE);
    unwrap(answer, ESIPA_CI_KEY_ID_NAME, DER_OCTET_STRING);
    if (function == ESIPA_AUTHENTICATE_CLIENT)
        take_trigger(relay, answer);
    json_t *id = json_object_get(answer, ESIPA_CI_KEY_ID_NAME);
    if (function != ESIPA_INITIATE_AUTHENTICATION)
        return;
    json_object_set(answer, ES9_CI_KEY_ID, id);
    copy_text(json_string_value(json_object_get(answer, "matchingId")), relay->code->matching_id,
              sizeof(relay->code->matching_id));
    take_signed(relay, answer);
}

static bool write_answer(struct relay *relay, enum esipa_function function, struct bytes said,
                         struct http_answer *answer)
{
    answer->status = HTTP_NO_CONTENT;
    if (said.len == 0)
        return true;
    json_t *object = esipa_json_write_answer(&esipa_messages[function], said);
    if (object == NULL)
        return fault_raise(relay->http.fault, esipa_messages[function].name,
                           "the eIM's answer cannot be read");
    complete_answer(relay, function, object);
    answer->body = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (answer->body == NULL)
        return fault_raise(relay->http.fault, "memory", "there is none left");
    answer->len = strlen(answer->body);
    answer->status = HTTP_OK;
    return true;
}

static bool post(struct http *http, const char *address, const char *path, const char *json,
                 struct http_answer *answer)
{
    (void)address;
    struct relay *relay = (struct relay *)http;
    const enum esipa_function function = function_of(path);
    const char *name = NULL;
    struct blob message = {0}, said = {0};
    *answer = (struct http_answer){0};
    json_t *request = json_loads(json, 0, NULL);
    if (function == ESIPA_FUNCTIONS || request == NULL) {
        json_decref(request);
        return fault_raise(http->fault, "ESipa", "an eIM has no function for %s", path);
    }
    complete_request(relay, function, request);
    bool good = esipa_json_read_request(&esipa_messages[function], request, &message, &name) ||
                fault_raise(http->fault, esipa_messages[function].name, "%s cannot be sent",
                            name != NULL ? name : "it");
    if (good)
        good = relay->call(relay->context, blob_bytes(&message), &said);
    if (good)
        good = write_answer(relay, function, blob_bytes(&said), answer);
    blob_finish(&message);
    blob_finish(&said);
    json_decref(request);
    return good;
}

void relay_init(struct relay *relay, relay_call *call, void *context, struct fault *fault)
{
    *relay =
        (struct relay){.http = {.post = post, .fault = fault}, .call = call, .context = context};
}
