#include "tools/lib/es10/es10b.h"

#include "apdu/der.h"

#define IMEI_DIGITS 15
#define TEST_TAC "35290611"
#define CODE_MAX 0xFFFF

enum {
    TAG_TRANSACTION_ID = 0x80,
    TAG_CHALLENGE = 0x80,
    TAG_DEFAULT_SMDP = 0x80,
    TAG_ROOT_SMDS = 0x81,
    TAG_MORE_SMDS = 0xA2,
    TAG_RESPONSE_OK = 0xA0,
    TAG_RESPONSE_ERROR = 0xA1,
    TAG_CONTEXT = 0xA0, /* ctxParamsForCommonAuthentication */
    TAG_CONTEXT_CHANGE = 0xA1,
    TAG_CONTEXT_RECOVERY = 0xA2,
    TAG_TARGET_EID = 0x5A, /* an ICCID's: the order decides */
    TAG_TARGET_TAC = 0x82,
    TAG_MATCHING_ID = 0x80,
    TAG_DEVICE_INFO = 0xA1,
    TAG_TAC = 0x80,
    TAG_CAPABILITIES = 0xA1,
    TAG_IMEI = 0x82,
    TAG_LPA_CAPABILITY = 0x85,
    TAG_OPERATION = 0x82,
    TAG_ICCID = 0x5A,
    TAG_MATCHING_ID_SOURCE = 0xA3,
    TAG_SOURCE_NONE = 0x80,
    TAG_SOURCE_CODE = 0x81,
    TAG_SOURCE_SMDS = 0x82,
    TAG_PUSH_CONTEXT = 0xA3, /* ctxParamsForPushServiceRegistration */
    TAG_PUSH_SERVICE = 0x80,
    TAG_PUSH_TOKEN = 0x81,
    TAG_OTHER_CERTS = 0xA1,
    TAG_CRLS = 0xA2,
    TAG_SMDS_OK = 0x80,
    TAG_SMDS_ERROR = 0x81,
    TAG_RPM_SIGNED = 0xA0,
    TAG_RPM_NOT_SIGNED = 0xA1,
    TAG_REASON = 0x81,
    TAG_CANCEL_ERROR = 0x81,
    TAG_NUMBER = 0x80,
    TAG_SEARCH = 0xA0,
    TAG_DELETE_STATUS = 0x80,
    TAG_RAT = 0xA0,
};

bool es10a_get_configured_addresses(struct es10 *es10, struct es10b_addresses *out)
{
    const enum es10_function function = ES10A_GET_CONFIGURED_ADDRESSES;
    struct tlv answer, smdp, smds, more;
    if (!es10_get(es10, function, &answer))
        return false;
    if (!tlv_take_optional(&answer.value, TAG_DEFAULT_SMDP, &smdp) ||
        !tlv_take_optional(&answer.value, TAG_ROOT_SMDS, &smds) ||
        !tlv_take_optional(&answer.value, TAG_MORE_SMDS, &more))
        return es10_malformed(es10->fault, function);
    *out = (struct es10b_addresses){smdp.value, smds.value, more.value};
    return true;
}

bool es10a_take_root_smds(struct bytes *more, struct bytes *address)
{
    struct tlv text;
    if (!tlv_take_tag(more, DER_UTF8_STRING, &text))
        return false;
    *address = text.value;
    return true;
}

bool es10b_get_challenge(struct es10 *es10, uint8_t challenge[ES10B_CHALLENGE_LEN])
{
    const enum es10_function function = ES10B_GET_CHALLENGE;
    struct tlv answer, value;
    if (!es10_get(es10, function, &answer))
        return false;
    return (tlv_take_tag(&answer.value, TAG_CHALLENGE, &value) &&
            bytes_copy_exact(value.value, challenge, ES10B_CHALLENGE_LEN)) ||
           es10_malformed(es10->fault, function);
}

static bool get_whole(struct es10 *es10, enum es10_function function, struct bytes *whole)
{
    struct tlv answer;
    if (!es10_get(es10, function, &answer))
        return false;
    *whole = answer.whole;
    return true;
}

bool es10b_get_info1(struct es10 *es10, struct bytes *whole)
{
    return get_whole(es10, ES10B_GET_INFO1, whole);
}

bool es10b_get_info2(struct es10 *es10, struct bytes *whole)
{
    return get_whole(es10, ES10B_GET_INFO2, whole);
}

/* Digits in TBCD, low nibble first. */
static void put_digits(const char *digits, size_t count, uint8_t *out)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t digit = (uint8_t)(digits[i] - '0');
        out[i / 2] = i % 2 == 0 ? digit : (uint8_t)(out[i / 2] | digit << 4);
    }
}

bool es10b_device_from_imei(const char *digits, struct es10b_device *out)
{
    *out = (struct es10b_device){.has_imei = digits != NULL};
    if (digits == NULL) {
        put_digits(TEST_TAC, 2 * ES10B_TAC_LEN, out->tac);
        return true;
    }
    if (strlen(digits) != IMEI_DIGITS || strspn(digits, "0123456789") != IMEI_DIGITS)
        return false;
    put_digits(digits, 2 * ES10B_TAC_LEN, out->tac);
    put_digits(digits, IMEI_DIGITS - 1, out->imei);
    /* Only the last octet is not TBCD: check digit high, filler low (SGP.22 §4.2). */
    out->imei[ES10B_IMEI_LEN - 1] = (uint8_t)((digits[IMEI_DIGITS - 1] - '0') << 4 | 0x0F);
    return true;
}

static void put_device(struct writer *request, const struct es10b_context *context)
{
    const struct es10b_device *device = context->device;
    const size_t info = tlv_open(request, TAG_DEVICE_INFO);
    tlv_put(request, TAG_TAC, bytes_of(device->tac, sizeof(device->tac)));
    /* No radio, therefore no release of any to name. */
    tlv_put(request, TAG_CAPABILITIES, (struct bytes){0});
    if (device->has_imei)
        tlv_put(request, TAG_IMEI, bytes_of(device->imei, sizeof(device->imei)));
    if (context->v3 && context->lpa_capability != 0)
        der_put_bits(request, TAG_LPA_CAPABILITY, context->lpa_capability);
    tlv_close(request, info);
}

static void put_operation(struct writer *request, const struct es10b_context *context)
{
    if (context->operation != ES10B_DOWNLOAD)
        der_put_bits(request, TAG_OPERATION, context->operation);
    if (context->iccid.len > 0)
        tlv_put(request, TAG_ICCID, context->iccid);
    const size_t source = tlv_open(request, TAG_MATCHING_ID_SOURCE);
    if (context->smds_oid.len > 0)
        tlv_put(request, TAG_SOURCE_SMDS, context->smds_oid);
    else
        tlv_put(request, context->matching_id[0] != '\0' ? TAG_SOURCE_CODE : TAG_SOURCE_NONE,
                (struct bytes){0});
    tlv_close(request, source);
}

static void put_push_context(struct writer *request, const struct es10b_context *context)
{
    const size_t mark = tlv_open(request, TAG_PUSH_CONTEXT);
    tlv_put(request, TAG_PUSH_SERVICE, context->push_service);
    tlv_put(request, TAG_PUSH_TOKEN, context->push_token);
    tlv_close(request, mark);
}

static void put_target(struct writer *request, const struct es10b_context *context)
{
    if (context->target_eid.len > 0)
        tlv_put(request, TAG_TARGET_EID, context->target_eid);
    if (context->target_tac.len > 0)
        tlv_put(request, TAG_TARGET_TAC, context->target_tac);
}

/* Of a profile that leaves or comes back. */
static void put_profile_context(struct writer *request, const struct es10b_context *context)
{
    const bool leaves = context->purpose == ES10B_DEVICE_CHANGE;
    const size_t mark = tlv_open(request, leaves ? TAG_CONTEXT_CHANGE : TAG_CONTEXT_RECOVERY);
    tlv_put(request, TAG_ICCID, context->iccid);
    put_device(request, context);
    if (leaves)
        put_target(request, context);
    tlv_close(request, mark);
}

static void put_context(struct writer *request, const struct es10b_context *context)
{
    if (context->push_service.len > 0) {
        put_push_context(request, context);
        return;
    }
    if (context->purpose != ES10B_COMMON) {
        put_profile_context(request, context);
        return;
    }
    const size_t mark = tlv_open(request, TAG_CONTEXT);
    tlv_put(request, TAG_MATCHING_ID, bytes_of_text(context->matching_id));
    put_device(request, context);
    if (context->v3)
        put_operation(request, context);
    tlv_close(request, mark);
}

/* A list as ES9+ has it, SEQUENCE OF, with the tag that it bears here. */
static void put_list(struct writer *request, uint32_t tag, struct bytes whole)
{
    struct tlv list;
    if (tlv_whole(whole, DER_SEQUENCE, &list))
        tlv_put(request, tag, list.value);
}

/* An answer that is either something signed or a transaction id with an error code. */
static bool check_outcome(struct es10 *es10, enum es10_function function, struct bytes content)
{
    struct tlv outcome, part;
    uint32_t code;
    if (tlv_take_tag(&content, TAG_RESPONSE_OK, &outcome))
        return true;
    if (!tlv_take_tag(&content, TAG_RESPONSE_ERROR, &outcome) ||
        !tlv_find(outcome.value, DER_INTEGER, &part) ||
        !der_to_unsigned(part.value, CODE_MAX, &code))
        return es10_malformed(es10->fault, function);
    return es10_refused(es10->fault, function, code);
}

bool es10b_authenticate_server(struct es10 *es10, const struct es10b_server *server,
                               const struct es10b_context *context, struct bytes *answer)
{
    const enum es10_function function = ES10B_AUTHENTICATE_SERVER;
    struct tlv received;
    struct writer *request = es10_begin(es10, function);
    *answer = (struct bytes){0};
    writer_put(request, server->signed1);
    writer_put(request, server->signature1);
    writer_put(request, server->ci_key_id);
    writer_put(request, server->certificate);
    put_context(request, context);
    put_list(request, TAG_OTHER_CERTS, server->other_certs);
    put_list(request, TAG_CRLS, server->crls);
    if (!es10_send(es10, function, false, &received))
        return false;
    *answer = received.whole;
    return check_outcome(es10, function, received.value);
}

bool es10b_prepare_download(struct es10 *es10, const struct es10b_binding *binding,
                            struct bytes *answer)
{
    const enum es10_function function = ES10B_PREPARE_DOWNLOAD;
    struct tlv received;
    struct writer *request = es10_begin(es10, function);
    *answer = (struct bytes){0};
    writer_put(request, binding->signed2);
    writer_put(request, binding->signature2);
    if (binding->hash_cc.len > 0)
        tlv_put(request, DER_OCTET_STRING, binding->hash_cc);
    writer_put(request, binding->certificate);
    if (!es10_send(es10, function, binding->hash_cc.len > 0, &received))
        return false;
    *answer = received.whole;
    return check_outcome(es10, function, received.value);
}

bool es10b_load_package(struct es10 *es10, const struct bytes *segments, size_t count,
                        struct bytes *answer)
{
    const char *name = es10_row(ES10B_LOAD_PACKAGE)->name;
    struct tlv result;
    if (!chip_call_each(es10->chip, name, segments, count, false, answer))
        return false;
    return answer->len == 0 || tlv_whole(*answer, es10_row(ES10B_LOAD_PACKAGE)->tag, &result) ||
           es10_malformed(es10->fault, ES10B_LOAD_PACKAGE);
}

bool es10b_load_rpm_package(struct es10 *es10, struct bytes signed3, struct bytes signature3,
                            struct bytes *result)
{
    const enum es10_function function = ES10B_LOAD_RPM_PACKAGE;
    struct tlv received, outcome, code;
    uint32_t number;
    struct writer *request = es10_begin(es10, function);
    writer_put(request, signed3);
    writer_put(request, signature3);
    if (!es10_send(es10, function, false, &received))
        return false;
    *result = received.whole;
    if (tlv_take_tag(&received.value, TAG_RPM_SIGNED, &outcome))
        return true;
    if (!tlv_take_tag(&received.value, TAG_RPM_NOT_SIGNED, &outcome) ||
        !tlv_find(outcome.value, DER_INTEGER, &code) ||
        !der_to_unsigned(code.value, CODE_MAX, &number))
        return es10_malformed(es10->fault, function);
    return es10_refused(es10->fault, function, number);
}

bool es10b_verify_smds_response(struct es10 *es10, struct bytes signed2, struct bytes signature2)
{
    const enum es10_function function = ES10B_VERIFY_SMDS_RESPONSE;
    struct tlv received, result;
    uint32_t code;
    struct writer *request = es10_begin(es10, function);
    writer_put(request, signed2);
    writer_put(request, signature2);
    if (!es10_send(es10, function, false, &received))
        return false;
    if (tlv_take_tag(&received.value, TAG_SMDS_OK, &result))
        return true;
    if (!tlv_take_tag(&received.value, TAG_SMDS_ERROR, &result) ||
        !der_to_unsigned(result.value, CODE_MAX, &code))
        return es10_malformed(es10->fault, function);
    return es10_refused(es10->fault, function, code);
}

bool es10b_cancel_session(struct es10 *es10, struct bytes transaction_id,
                          enum es10b_cancel_reason reason, struct bytes *answer)
{
    const enum es10_function function = ES10B_CANCEL_SESSION;
    struct tlv received, error;
    uint32_t code;
    struct writer *request = es10_begin(es10, function);
    tlv_put(request, TAG_TRANSACTION_ID, transaction_id);
    der_put_integer(request, TAG_REASON, reason);
    if (!es10_send(es10, function, false, &received))
        return false;
    *answer = received.whole;
    if (!tlv_take_tag(&received.value, TAG_CANCEL_ERROR, &error))
        return true;
    return der_to_unsigned(error.value, CODE_MAX, &code) ? es10_refused(es10->fault, function, code)
                                                         : es10_malformed(es10->fault, function);
}

bool es10b_list_notification(struct es10 *es10, struct bytes *list)
{
    const enum es10_function function = ES10B_LIST_NOTIFICATION;
    struct tlv answer;
    return es10_get(es10, function, &answer) &&
           es10_list(es10->fault, function, answer.value, list);
}

bool es10b_retrieve_notification(struct es10 *es10, uint32_t number, struct bytes *pending)
{
    const enum es10_function function = ES10B_RETRIEVE_NOTIFICATIONS;
    struct tlv answer, found;
    struct bytes list;
    struct writer *request = es10_begin(es10, function);
    const size_t mark = tlv_open(request, TAG_SEARCH);
    der_put_integer(request, TAG_NUMBER, number);
    tlv_close(request, mark);
    if (!es10_send(es10, function, false, &answer) ||
        !es10_list(es10->fault, function, answer.value, &list))
        return false;
    if (!tlv_take(&list, &found))
        return fault_raise(es10->fault, es10_row(function)->name, "the card has no notification %u",
                           number);
    *pending = found.whole;
    return true;
}

bool es10b_remove_notification(struct es10 *es10, uint32_t number)
{
    const enum es10_function function = ES10B_REMOVE_NOTIFICATION;
    struct tlv answer;
    der_put_integer(es10_begin(es10, function), TAG_NUMBER, number);
    return es10_send(es10, function, false, &answer) &&
           es10_is_ok(es10->fault, function, answer.value, TAG_DELETE_STATUS);
}

bool es10b_get_rat(struct es10 *es10, struct bytes *rules)
{
    struct tlv answer, found;
    if (!es10_get(es10, ES10B_GET_RAT, &answer))
        return false;
    if (!tlv_take_tag(&answer.value, TAG_RAT, &found))
        return es10_malformed(es10->fault, ES10B_GET_RAT);
    *rules = found.value;
    return true;
}
