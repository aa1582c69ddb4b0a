#include "tools/lib/iot/euicc_package.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define PACKAGE 0xBF51
#define EIM_ID 0x80
#define EID 0x5A
#define COUNTER 0x81
#define TRANSACTION_ID 0x82
#define SEQUENCE_NUMBER 0x83
#define PSMO_LIST 0xA0
#define ECO_LIST 0xA1
#define SIGNATURE 0x5F37
#define TOKEN 0x84
#define RESULT_SIGNED 0xA0
#define ERROR_SIGNED 0xA1
#define ERROR_UNSIGNED 0xA2
#define CODE_MAX 0xFFFF

void euicc_package_put_token(int64_t token, struct writer *out)
{
    der_put_integer(out, TOKEN, token);
}

static void put_signed(const struct euicc_package *package, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, EIM_ID, package->eim_id);
    tlv_put(out, EID, package->eid);
    der_put_integer(out, COUNTER, package->counter);
    if (package->transaction_id.len > 0)
        tlv_put(out, TRANSACTION_ID, package->transaction_id);
    tlv_put(out, package->list == OPERATION_PSMO ? PSMO_LIST : ECO_LIST, package->operations);
    tlv_close(out, mark);
}

int euicc_package_put(const struct euicc_package *package, const struct ec_private *key,
                      struct random *random, struct writer *out)
{
    uint8_t room[EUICC_PACKAGE_TOKEN_SIZE], signature[EC_SIGNATURE_SIZE];
    struct writer token = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(out, PACKAGE);
    const size_t start = out->len;
    put_signed(package, out);
    euicc_package_put_token(package->token, &token);
    if (out->overflow) {
        trace_error("the package is too long to be signed");
        return FAILURE_INTERNAL;
    }
    const struct bytes parts[] = {bytes_of(out->data + start, out->len - start),
                                  writer_bytes(&token)};
    const int result = ec_sign(key, random, parts, sizeof(parts) / sizeof(parts[0]), signature);
    if (result != 0)
        return result;
    tlv_put(out, SIGNATURE, bytes_of(signature, sizeof(signature)));
    tlv_close(out, mark);
    return out->overflow ? FAILURE_INTERNAL : 0;
}

static bool read_front(struct bytes *from, struct euicc_package_result *out)
{
    struct tlv id, counter, transaction;
    if (!tlv_take_tag(from, EIM_ID, &id) || !tlv_take_tag(from, COUNTER, &counter) ||
        !tlv_take_optional(from, TRANSACTION_ID, &transaction) ||
        !der_to_unsigned(counter.value, UINT32_MAX, &out->counter))
        return false;
    out->eim_id = id.value;
    out->transaction_id = transaction.value;
    return true;
}

static bool read_result(struct bytes data, struct euicc_package_result *out)
{
    struct tlv sequence, results;
    if (!read_front(&data, out) || !tlv_take_tag(&data, SEQUENCE_NUMBER, &sequence) ||
        !der_to_unsigned(sequence.value, UINT32_MAX, &out->sequence) ||
        !tlv_take_tag(&data, DER_SEQUENCE, &results))
        return false;
    out->results = results.value;
    return true;
}

static bool read_error(struct bytes data, struct euicc_package_result *out)
{
    struct tlv code;
    return read_front(&data, out) && tlv_take_tag(&data, DER_INTEGER, &code) &&
           der_to_unsigned(code.value, CODE_MAX, &out->code);
}

static bool read_signed(struct bytes content, struct euicc_package_result *out)
{
    struct tlv data, signature;
    if (!tlv_take_tag(&content, DER_SEQUENCE, &data) ||
        !tlv_take_tag(&content, SIGNATURE, &signature))
        return false;
    out->signed_part = data.whole;
    out->signature = signature.value;
    return out->kind == EUICC_PACKAGE_RESULT ? read_result(data.value, out)
                                             : read_error(data.value, out);
}

static bool read_unsigned(struct bytes content, struct euicc_package_result *out)
{
    struct tlv id, transaction, token;
    if (!tlv_take_tag(&content, EIM_ID, &id) ||
        !tlv_take_optional(&content, TRANSACTION_ID, &transaction) ||
        !tlv_take_optional(&content, TOKEN, &token))
        return false;
    out->eim_id = id.value;
    out->transaction_id = transaction.value;
    out->token = token.value;
    return true;
}

/* The one element in this content. */
static bool take_only(struct bytes content, struct tlv *out)
{
    return tlv_take(&content, out) && content.len == 0;
}

static bool read_choice(const struct tlv *choice, struct euicc_package_result *out)
{
    switch (choice->tag) {
    case RESULT_SIGNED:
        out->kind = EUICC_PACKAGE_RESULT;
        return read_signed(choice->value, out);
    case ERROR_SIGNED:
        out->kind = EUICC_PACKAGE_ERROR_SIGNED;
        return read_signed(choice->value, out);
    case ERROR_UNSIGNED:
        out->kind = EUICC_PACKAGE_ERROR_UNSIGNED;
        return read_unsigned(choice->value, out);
    default:
        return false;
    }
}

bool euicc_package_result_read(struct bytes whole, struct euicc_package_result *out)
{
    struct tlv outer, choice;
    struct euicc_package_result read = {0};
    if (!tlv_whole(whole, PACKAGE, &outer) || !take_only(outer.value, &choice))
        return false;
    const struct bytes inner = choice.value;
    if (choice.tag == PACKAGE && !take_only(inner, &choice))
        return false;
    if (!read_choice(&choice, &read))
        return false;
    *out = read;
    return true;
}

bool euicc_package_result_verify(const struct euicc_package_result *result, enum ec_curve curve,
                                 struct bytes point, int64_t token)
{
    uint8_t room[EUICC_PACKAGE_TOKEN_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    euicc_package_put_token(token, &writer);
    const struct bytes parts[] = {result->signed_part, writer_bytes(&writer)};
    return result->kind != EUICC_PACKAGE_ERROR_UNSIGNED &&
           ec_verify(curve, point, parts, sizeof(parts) / sizeof(parts[0]), result->signature);
}

bool euicc_package_result_verify_v1(const struct euicc_package_result *result, enum ec_curve curve,
                                    struct bytes point, struct bytes package)
{
    struct tlv outer, signature;
    if (result->kind == EUICC_PACKAGE_ERROR_UNSIGNED || !tlv_whole(package, PACKAGE, &outer) ||
        !tlv_find(outer.value, SIGNATURE, &signature))
        return false;
    const struct bytes parts[] = {result->signed_part, signature.whole};
    return ec_verify(curve, point, parts, sizeof(parts) / sizeof(parts[0]), result->signature);
}

const char *euicc_package_error_text(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *text;
    } texts[] = {{3, "invalidEid"},    {4, "replayError"},   {6, "counterValueOutOfRange"},
                 {15, "sizeOverflow"}, {104, "ecallActive"}, {127, "undefinedError"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "unknown error";
}
