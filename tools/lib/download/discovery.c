#include "tools/lib/download/discovery.h"

#include "apdu/der.h"
#include "crypto/pki/certificate.h"
#include "tools/lib/common/field.h"
#include "tools/lib/common/text.h"

enum {
    TAG_SIGNED2 = 0xA1,
    TAG_TRANSACTION_ID = 0x80,
    TAG_EVENT_LIST = 0xA0,
    TAG_RECORDS = 0xA1,
    TAG_EC_ID = 0x82,
    TAG_REGISTRATION = 0xA1,
    TAG_REFRESH_TIME = 0x83,
    TAG_PROVIDER = 0x91,
};

static const char *const types[] = {NULL, "download", "rpm"}; /* of EventRecordV3 */
#define TYPES (sizeof(types) / sizeof(types[0]))

/* Both are used in a session later, so they have to be what a code could hold. */
static json_t *make_event(struct bytes id, struct bytes address)
{
    char text[ACTIVATION_TEXT_MAX + 1] = "";
    if (id.len == 0 || id.len > ACTIVATION_TEXT_MAX || address.len >= sizeof(text) ||
        memchr(id.data, '\0', id.len) != NULL)
        return NULL;
    if (address.len > 0)
        memcpy(text, address.data, address.len);
    if (strlen(text) != address.len || !activation_is_address(text))
        return NULL;
    json_t *event = json_object();
    json_object_set_new(event, "eventId", text_json(id));
    json_object_set_new(event, "rspServerAddress", json_string(text));
    return event;
}

static json_t *read_entry(const json_t *entry)
{
    const char *id, *address;
    if (field_text(entry, "eventId", ACTIVATION_TEXT_MAX, &id) != FIELD_OK ||
        field_text(entry, "rspServerAddress", ACTIVATION_TEXT_MAX, &address) != FIELD_OK)
        return NULL;
    return make_event(bytes_of_text(id), bytes_of_text(address));
}

bool discovery_read_entries(struct bytes text, json_t *document)
{
    json_t *entries = json_loadb((const char *)text.data, text.len, 0, NULL);
    json_t *events = json_array();
    bool good = json_is_array(entries);
    json_object_set_new(document, "events", events);
    for (size_t i = 0; good && i < json_array_size(entries); i++)
        good = json_array_append_new(events, read_entry(json_array_get(entries, i))) == 0;
    json_decref(entries);
    return good;
}

/* EventRecordV3. Of a type that is not known here there may be more to do than is known. */
static bool read_record(struct bytes record, json_t *events)
{
    struct tlv id, address, type, provider;
    uint32_t number;
    if (!tlv_take_tag(&record, DER_UTF8_STRING, &id) ||
        !tlv_take_tag(&record, DER_UTF8_STRING, &address) ||
        !tlv_take_tag(&record, DER_INTEGER, &type) ||
        !der_to_unsigned(type.value, UINT32_MAX, &number))
        return false;
    json_t *event = make_event(id.value, address.value);
    if (event == NULL)
        return false;
    json_object_set_new(event, "eventType",
                        number > 0 && number < TYPES ? json_string(types[number])
                                                     : json_integer(number));
    if (tlv_find(record, TAG_PROVIDER, &provider))
        json_object_set_new(event, "serviceProviderName", text_json(provider.value));
    return json_array_append_new(events, event) == 0;
}

static bool read_list(struct bytes list, json_t *document)
{
    struct tlv records, record, ec_id;
    json_t *events = json_object_get(document, "events");
    if (!tlv_take_tag(&list, TAG_RECORDS, &records))
        return false;
    while (tlv_take_tag(&records.value, DER_SEQUENCE, &record))
        if (!read_record(record.value, events))
            return false;
    if (tlv_find(list, TAG_EC_ID, &ec_id))
        json_object_set_new(document, "ecId", text_json_hex(ec_id.value));
    return records.value.len == 0;
}

static void read_registration(struct bytes registration, json_t *document)
{
    struct tlv time;
    json_object_set_new(document, "pushRegistered", json_true());
    if (tlv_find(registration, TAG_REFRESH_TIME, &time))
        json_object_set_new(document, "pushRefreshTime", text_json(time.value));
}

bool discovery_read_signed2(struct bytes whole, struct bytes transaction_id, json_t *document)
{
    struct tlv signed2, id, choice;
    json_object_set_new(document, "events", json_array());
    if (!tlv_whole(whole, TAG_SIGNED2, &signed2) ||
        !tlv_take_tag(&signed2.value, TAG_TRANSACTION_ID, &id) ||
        !bytes_equal(id.value, transaction_id) || !tlv_take(&signed2.value, &choice))
        return false;
    if (choice.tag == TAG_REGISTRATION)
        read_registration(choice.value, document);
    return choice.tag == TAG_REGISTRATION ||
           (choice.tag == TAG_EVENT_LIST && read_list(choice.value, document));
}

static void set_oid(const struct session *session, json_t *document)
{
    struct certificate certificate;
    char text[DER_OID_TEXT_SIZE];
    if (certificate_parse(es9_field(&session->opened, ES9_SERVER_CERTIFICATE), &certificate) ==
            CERTIFICATE_OK &&
        der_oid_to_text(certificate.registered_id, text, sizeof(text)))
        json_object_set_new(document, "smdsOid", json_string(text));
}

bool discovery_read(struct session *session, json_t *document)
{
    const struct bytes signed2 = es9_field(&session->offered, ES11_SMDS_SIGNED2);
    set_oid(session, document);
    const bool good =
        signed2.len > 0
            ? discovery_read_signed2(signed2, session_transaction_id(session), document)
            : discovery_read_entries(es9_field(&session->offered, ES11_EVENT_ENTRIES), document);
    return good || fault_raise(session->context->fault, es9_name(ES11_AUTHENTICATE_CLIENT),
                               "the list of events is malformed");
}

bool discovery_request(const json_t *event, const char *smds_oid, uint8_t oid[DISCOVERY_OID_MAX],
                       struct session_request *out)
{
    const char *id, *address, *type;
    struct writer writer = writer_on(oid, DISCOVERY_OID_MAX);
    if (field_text(event, "eventId", ACTIVATION_TEXT_MAX, &id) != FIELD_OK ||
        field_text(event, "rspServerAddress", ACTIVATION_TEXT_MAX, &address) != FIELD_OK)
        return false;
    strcpy(out->code.matching_id, id);
    strcpy(out->code.address, address);
    out->peer = SESSION_EITHER;
    if (smds_oid != NULL && der_oid_from_text(smds_oid, &writer))
        out->smds_oid = writer_bytes(&writer);
    if (field_text(event, "eventType", ACTIVATION_TEXT_MAX, &type) == FIELD_OK)
        out->operation = strcmp(type, types[2]) == 0 ? ES10B_RPM : ES10B_DOWNLOAD;
    return true;
}

bool discovery_run(const struct session_context *context, const struct session_request *request,
                   json_t *document)
{
    struct session session = {.context = context, .request = request, .document = document};
    bool good = session_open(&session) && discovery_read(&session, document);
    if (!good && session_nothing_waits(context->fault, request->code.matching_id)) {
        fault_clear(context->fault);
        json_object_set_new(document, "events", json_array());
        good = true;
    }
    progress_end(context->progress);
    session_finish(&session);
    return good;
}

bool discovery_check(const struct session_context *context, const char *address, struct bytes ec_id,
                     json_t *document)
{
    const struct es9_argument arguments[] = {
        {ES11_EC_ID, ec_id},
        {ES11_SMDS_ADDRESS, bytes_of_text(address)},
    };
    struct es9_answer answer;
    context->http->role = HTTP_SMDS;
    context->http->v3 = true;
    const bool good = es9_call(context->http, ES11_CHECK_EVENT, address, arguments, 2, &answer);
    context->http->role = HTTP_SMDP;
    context->http->v3 = false;
    if (good)
        json_object_set_new(document, "pending",
                            json_boolean(es9_field(&answer, ES11_IS_PENDING_EVENT).data[0] != 0));
    es9_answer_finish(&answer);
    progress_end(context->progress);
    return good;
}
