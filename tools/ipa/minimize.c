#include "tools/ipa/minimize.h"

#include "apdu/der.h"
#include "tools/lib/iot/esipa.h"

#define OK 0xA0
#define COMPACT 0xA2
#define SIGNATURE 0x5F37
/* EuiccSigned1, CompactAuthenticateResponseOk */
#define COMPACT_SIGNED1 0xA0
#define CARD_RESOURCE 0x84
#define CONTEXT1 0xA0
#define COMPACT_CONTEXT1 0xA2
#define EUICC_INFO2 0xBF22
/* EUICCSigned2 */
#define ONE_TIME_KEY 0x5F49
/* EuiccCancelSessionSigned */
#define REASON 0x82
#define COMPACT_REASON 0x80
/* Notifications */
#define COMPACT_INSTALLATION 0xA0
#define COMPACT_OTHER 0xA1
#define COMPACT_DATA 0xA0
#define INSTALLATION 0xBF37
#define INSTALLATION_DATA 0xBF27
#define METADATA 0xBF2F
#define FINAL_RESULT 0xA2
#define SUCCESS 0xA0
#define AID 0x4F
#define AID_SIZE 16
#define AID_AT 13 /* of the two bytes that the compact form has */
#define TRANSACTION_ID 0x80
#define SEQUENCE_NUMBER 0x80
#define ICCID 0x5A
#define EID 0x5A

static const uint8_t response_ok[] = {0x30, 0x07, 0xA0, 0x05, 0x30, 0x03, 0x80, 0x01, 0x00};

/* The certificates are those that the eIM has been told. */
static bool put_authentication(struct bytes ok, struct writer *out)
{
    struct tlv part, signature, info2, resource, context;
    if (!tlv_take_tag(&ok, DER_SEQUENCE, &part) || !tlv_take_tag(&ok, SIGNATURE, &signature) ||
        !tlv_find(part.value, EUICC_INFO2, &info2) ||
        !tlv_find(info2.value, CARD_RESOURCE, &resource) ||
        !tlv_find(part.value, CONTEXT1, &context))
        return false;
    const size_t mark = tlv_open(out, COMPACT_SIGNED1);
    writer_put(out, resource.whole);
    tlv_put(out, COMPACT_CONTEXT1, context.whole);
    tlv_close(out, mark);
    writer_put(out, signature.whole);
    return true;
}

static bool put_preparation(struct bytes ok, struct writer *out)
{
    struct tlv part, signature, key;
    if (!tlv_take_tag(&ok, DER_SEQUENCE, &part) || !tlv_take_tag(&ok, SIGNATURE, &signature) ||
        !tlv_find(part.value, ONE_TIME_KEY, &key))
        return false;
    tlv_put(out, DER_SEQUENCE, key.whole);
    writer_put(out, signature.whole);
    return true;
}

static bool put_cancellation(struct bytes ok, struct writer *out)
{
    struct tlv part, signature, reason;
    if (!tlv_take_tag(&ok, DER_SEQUENCE, &part) || !tlv_take_tag(&ok, SIGNATURE, &signature) ||
        !tlv_find(part.value, REASON, &reason))
        return false;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, COMPACT_REASON, reason.value);
    tlv_close(out, mark);
    writer_put(out, signature.whole);
    return true;
}

static const struct {
    enum esipa_function function;
    bool (*put)(struct bytes ok, struct writer *out);
} rows[] = {
    {ESIPA_AUTHENTICATE_CLIENT, put_authentication},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, put_preparation},
    {ESIPA_CANCEL_SESSION, put_cancellation},
};

/* The chip's answer is a good one: the compact alternative stands for it. */
static bool minimize_answer(bool (*put)(struct bytes, struct writer *), struct bytes answer,
                            struct writer *out)
{
    struct tlv outer, choice;
    struct bytes from = answer;
    if (!tlv_take(&from, &outer) || !tlv_take(&outer.value, &choice) || choice.tag != OK)
        return false;
    const size_t whole = tlv_open(out, outer.tag), compact = tlv_open(out, COMPACT);
    const bool good = put(choice.value, out);
    tlv_close(out, compact);
    tlv_close(out, whole);
    return good && !out->overflow;
}

static void put_success(struct bytes content, struct writer *out)
{
    struct tlv aid = {0}, response = {0};
    const size_t mark = tlv_open(out, SUCCESS);
    if (tlv_take_tag(&content, AID, &aid) && aid.value.len == AID_SIZE)
        tlv_put(out, AID, bytes_of(aid.value.data + AID_AT, 2));
    if (tlv_take_optional(&content, DER_OCTET_STRING, &response) && response.tag != 0 &&
        !bytes_equal(response.value, bytes_of(response_ok, sizeof(response_ok))))
        writer_put(out, response.whole);
    tlv_close(out, mark);
}

static void put_final(struct bytes final, struct writer *out)
{
    struct tlv choice = {0};
    const size_t mark = tlv_open(out, FINAL_RESULT);
    if (tlv_take(&final, &choice) && choice.tag == SUCCESS)
        put_success(choice.value, out);
    else
        writer_put(out, choice.whole);
    tlv_close(out, mark);
}

static bool put_installation(struct bytes content, struct writer *out)
{
    struct tlv data, transaction, metadata, sequence, iccid, final, signature;
    if (!tlv_take_tag(&content, INSTALLATION_DATA, &data) ||
        !tlv_take_tag(&content, SIGNATURE, &signature) ||
        !tlv_find(data.value, TRANSACTION_ID, &transaction) ||
        !tlv_find(data.value, METADATA, &metadata) ||
        !tlv_find(metadata.value, SEQUENCE_NUMBER, &sequence) ||
        !tlv_find(data.value, FINAL_RESULT, &final))
        return false;
    const size_t whole = tlv_open(out, COMPACT_INSTALLATION), part = tlv_open(out, COMPACT_DATA);
    tlv_put(out, TRANSACTION_ID, transaction.value);
    tlv_put(out, DER_INTEGER, sequence.value);
    if (!tlv_find(metadata.value, ICCID, &iccid))
        der_put_boolean(out, DER_BOOLEAN, false);
    put_final(final.value, out);
    tlv_close(out, part);
    writer_put(out, signature.whole);
    tlv_close(out, whole);
    return true;
}

static bool put_other(struct bytes content, struct bytes eid, struct writer *out)
{
    struct tlv metadata, signature;
    if (!tlv_take_tag(&content, METADATA, &metadata) ||
        !tlv_take_tag(&content, SIGNATURE, &signature))
        return false;
    const size_t whole = tlv_open(out, COMPACT_OTHER);
    tlv_put(out, EID, eid);
    writer_put(out, metadata.whole);
    writer_put(out, signature.whole);
    tlv_close(out, whole);
    return true;
}

static bool minimize_notification(struct bytes pending, struct bytes eid, struct writer *out)
{
    struct tlv element;
    if (!tlv_take(&pending, &element))
        return false;
    if (element.tag == INSTALLATION)
        return put_installation(element.value, out);
    return element.tag == DER_SEQUENCE && put_other(element.value, eid, out);
}

#define SHORTER_MAX 4096

static bool shorten(enum esipa_function function, const struct esipa_values *values,
                    struct bytes eid, size_t *at, struct writer *out)
{
    if (function == ESIPA_HANDLE_NOTIFICATION) {
        *at = ESIPA_PENDING;
        return values->has[*at] && minimize_notification(values->at[*at], eid, out);
    }
    *at = ESIPA_CHIP_ANSWER;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].function == function)
            return minimize_answer(rows[i].put, values->at[*at], out);
    return false;
}

bool minimize_message(struct bytes message, struct bytes eid, struct writer *out)
{
    uint8_t data[SHORTER_MAX];
    struct writer shorter = writer_on(data, sizeof(data));
    struct esipa_values values;
    size_t at;
    const enum esipa_function function = esipa_function_of(message);
    if (function == ESIPA_FUNCTIONS ||
        !esipa_read_request(&esipa_messages[function], message, &values) ||
        !shorten(function, &values, eid, &at, &shorter) || shorter.overflow)
        return false;
    values.at[at] = writer_bytes(&shorter);
    esipa_put_request(&esipa_messages[function], &values, out);
    return !out->overflow;
}
