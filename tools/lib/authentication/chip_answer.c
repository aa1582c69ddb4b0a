#include "tools/lib/authentication/chip_answer.h"

#include "apdu/der.h"

#define AUTHENTICATE_SERVER 0xBF38
#define PREPARE_DOWNLOAD 0xBF21
#define CANCEL_SESSION 0xBF41
#define PREPARE_DEVICE_CHANGE 0xBF4D
#define CHOICE_OK 0xA0
#define CHOICE_ERROR 0xA1
#define CHOICE_CANCEL_ERROR 0x81
#define OTHER_CERTIFICATES 0xA0 /* in AuthenticateResponseOk */
#define SIGNATURE 0x5F37
#define TRANSACTION_ID 0x80
/* EuiccSigned1 */
#define SERVER_ADDRESS 0x83
#define SERVER_CHALLENGE 0x84
#define EUICC_INFO2 0xBF22
#define CONTEXT_PARAMETERS1 0xA0
#define CONTEXT_CHANGE 0xA1
#define CONTEXT_PUSH 0xA3
#define PUSH_SERVICE 0x80
#define PUSH_TOKEN 0x81
#define CONTEXT_RECOVERY 0xA2
#define TARGET_EID 0x5A /* the tag of an ICCID: the order decides (SGP.22 v3 Annex H) */
#define TARGET_EID_SIZE 16
#define TARGET_TAC 0x82
#define ICCID_SIZE 10
#define MATCHING_ID 0x80
#define DEVICE_INFO 0xA1
#define TAC 0x80
#define TAC_SIZE 4
#define LPA_CAPABILITY 0x85
#define MATCHING_ID_SOURCE 0xA3
#define SOURCE_FIRST 0x80
#define SOURCE_LAST 0x82
#define OPERATION_TYPE 0x82
#define ICCID 0x5A
/* EUICCSigned2 */
#define ONE_TIME_PUBLIC_KEY 0x5F49
/* EuiccCancelSessionSigned */
#define SERVER_OID 0x81
#define CANCEL_REASON 0x82
#define CODE_MAX 127

struct error_text {
    uint32_t code;
    const char *text;
};

static const struct error_text authenticate_errors[] = {
    {1, "invalidCertificate"},
    {2, "invalidSignature"},
    {3, "unsupportedCurve"},
    {4, "noSessionContext"},
    {5, "invalidOid"},
    {6, "euiccChallengeMismatch"},
    {7, "ciPKUnknown"},
    {8, "transactionIdError"},
    {9, "missingCrl"},
    {10, "invalidCrlSignature"},
    {11, "revokedCert"},
    {12, "invalidCertOrCrlTime"},
    {13, "invalidCertOrCrlConfiguration"},
    {14, "invalidIccid"},
    {CODE_MAX, "undefinedError"},
    {0, NULL},
};
static const struct error_text download_errors[] = {
    {1, "invalidCertificate"},
    {2, "invalidSignature"},
    {3, "unsupportedCurve"},
    {4, "noSessionContext"},
    {5, "invalidTransactionId"},
    {CODE_MAX, "undefinedError"},
    {0, NULL},
};
static const struct error_text cancel_errors[] = {
    {5, "invalidTransactionId"},
    {CODE_MAX, "undefinedError"},
    {0, NULL},
};

static int refuse_code(struct call *call, struct bytes code, const struct error_text *texts)
{
    uint32_t number;
    if (!der_to_unsigned(code, CODE_MAX, &number))
        return call_refuse(call, REFUSAL_FORMAT, "eUICC's error code is malformed");
    while (texts->text != NULL && texts->code != number)
        texts++;
    return call_refuse(call, REFUSAL_EUICC_ERROR, "eUICC says %s (%u)",
                       texts->text != NULL ? texts->text : "an unknown error", (unsigned)number);
}

/* { transactionId [0], code INTEGER } */
static int refuse_error(struct call *call, struct bytes error, const struct error_text *texts)
{
    struct tlv transaction_id, code;
    if (!tlv_take_tag(&error, TRANSACTION_ID, &transaction_id) ||
        !tlv_take_tag(&error, DER_INTEGER, &code))
        return call_refuse(call, REFUSAL_FORMAT, "eUICC's error is malformed");
    return refuse_code(call, code.value, texts);
}

/* The content of the OK alternative, or the refusal that the other one stands for. */
static int open_choice(struct call *call, struct bytes answer, uint32_t tag,
                       const struct error_text *texts, struct bytes *ok)
{
    struct tlv outer, choice;
    if (!tlv_whole(answer, tag, &outer) || !tlv_take(&outer.value, &choice) || outer.value.len > 0)
        return call_refuse(call, REFUSAL_FORMAT, "eUICC's answer is malformed");
    if (choice.tag == CHOICE_ERROR)
        return refuse_error(call, choice.value, texts);
    if (choice.tag == CHOICE_CANCEL_ERROR && tag == CANCEL_SESSION)
        return refuse_code(call, choice.value, texts);
    if (choice.tag != CHOICE_OK)
        return call_refuse(call, REFUSAL_FORMAT, "eUICC's answer is neither success nor error");
    *ok = choice.value;
    return 0;
}

static bool take(struct bytes *from, uint32_t tag, struct bytes *value)
{
    struct tlv element;
    if (!tlv_take_tag(from, tag, &element))
        return false;
    *value = element.value;
    return true;
}

static bool take_whole(struct bytes *from, uint32_t tag, struct bytes *whole)
{
    struct tlv element;
    if (!tlv_take_tag(from, tag, &element))
        return false;
    *whole = element.whole;
    return true;
}

static bool read_device(struct bytes device, struct chip_authentication *out)
{
    struct tlv capability;
    struct bytes tac;
    if (!take(&device, TAC, &tac) || tac.len != TAC_SIZE)
        return false;
    out->has_lpa_capability = tlv_find(device, LPA_CAPABILITY, &capability);
    return !out->has_lpa_capability || der_to_bits(capability.value, &out->lpa_capability);
}

static bool read_source(struct bytes source, struct chip_authentication *out)
{
    struct tlv choice;
    if (!tlv_take(&source, &choice) || choice.tag < SOURCE_FIRST || choice.tag > SOURCE_LAST)
        return false;
    out->source = (enum chip_source)(CHIP_SOURCE_NONE + (choice.tag - SOURCE_FIRST));
    return true;
}

/* CtxParamsForCommonAuthentication: matching id, if any, the device, and what is asked for. */
static bool read_context(struct bytes context, struct chip_authentication *out)
{
    struct tlv matching, operation, iccid, source;
    struct bytes device;
    if (!tlv_take_optional(&context, MATCHING_ID, &matching) ||
        !take(&context, DEVICE_INFO, &device) || !read_device(device, out) ||
        !tlv_take_optional(&context, OPERATION_TYPE, &operation) ||
        !tlv_take_optional(&context, ICCID, &iccid) ||
        !tlv_take_optional(&context, MATCHING_ID_SOURCE, &source) ||
        (source.tag != 0 && !read_source(source.value, out)))
        return false;
    out->matching_id = matching.value;
    out->iccid = iccid.value;
    out->operation = CHIP_ANSWER_DOWNLOAD;
    return operation.tag == 0 || der_to_bits(operation.value, &out->operation);
}

static bool read_profile(struct bytes *context, struct chip_authentication *out)
{
    struct bytes device;
    return take(context, ICCID, &out->iccid) && out->iccid.len == ICCID_SIZE &&
           take(context, DEVICE_INFO, &device) && read_device(device, out);
}

static bool read_change(struct bytes context, struct chip_authentication *out)
{
    struct tlv eid, tac;
    out->purpose = CHIP_PURPOSE_CHANGE;
    if (!read_profile(&context, out) || !tlv_take_optional(&context, TARGET_EID, &eid) ||
        !tlv_take_optional(&context, TARGET_TAC, &tac))
        return false;
    out->target_eid = eid.value;
    out->target_tac = tac.value;
    return (eid.tag == 0 || eid.value.len == TARGET_EID_SIZE) &&
           (tac.tag == 0 || tac.value.len == TAC_SIZE);
}

static bool read_recovery(struct bytes context, struct chip_authentication *out)
{
    out->purpose = CHIP_PURPOSE_RECOVERY;
    return read_profile(&context, out);
}

/* The device is not told of: what it can is what it said at first. */
static bool read_push(struct bytes context, struct chip_authentication *out)
{
    out->purpose = CHIP_PURPOSE_PUSH;
    return take(&context, PUSH_SERVICE, &out->push_service) &&
           take(&context, PUSH_TOKEN, &out->push_token);
}

static bool read_purpose(struct bytes from, struct chip_authentication *out)
{
    static const struct {
        uint32_t tag;
        bool (*read)(struct bytes context, struct chip_authentication *out);
    } choices[] = {{CONTEXT_PARAMETERS1, read_context},
                   {CONTEXT_CHANGE, read_change},
                   {CONTEXT_RECOVERY, read_recovery},
                   {CONTEXT_PUSH, read_push}};
    struct tlv choice;
    if (!tlv_take(&from, &choice))
        return false;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        if (choices[i].tag == choice.tag)
            return choices[i].read(choice.value, out);
    return false;
}

static bool read_signed1(struct bytes whole, struct chip_authentication *out)
{
    struct tlv sequence;
    struct bytes info2;
    return tlv_whole(whole, DER_SEQUENCE, &sequence) &&
           take(&sequence.value, TRANSACTION_ID, &out->transaction_id) &&
           take(&sequence.value, SERVER_ADDRESS, &out->server_address) &&
           take(&sequence.value, SERVER_CHALLENGE, &out->server_challenge) &&
           take(&sequence.value, EUICC_INFO2, &info2) && euicc_info2_read(info2, &out->info2) &&
           read_purpose(sequence.value, out);
}

int chip_answer_authentication(struct call *call, struct bytes answer,
                               struct chip_authentication *out)
{
    struct bytes ok;
    struct tlv others;
    *out = (struct chip_authentication){0};
    const int result = open_choice(call, answer, AUTHENTICATE_SERVER, authenticate_errors, &ok);
    if (result != 0)
        return result;
    if (!take_whole(&ok, DER_SEQUENCE, &out->signed1) ||
        !take_whole(&ok, SIGNATURE, &out->signature1) ||
        !take_whole(&ok, DER_SEQUENCE, &out->chain.euicc) ||
        !take_whole(&ok, DER_SEQUENCE, &out->chain.next) ||
        !tlv_take_optional(&ok, OTHER_CERTIFICATES, &others))
        return call_refuse(call, REFUSAL_FORMAT, "AuthenticateResponseOk is malformed");
    out->chain.others = others.value;
    if (!read_signed1(out->signed1, out))
        return call_refuse(call, REFUSAL_FORMAT, "euiccSigned1 is malformed");
    return 0;
}

static bool read_signed2(struct bytes whole, struct chip_preparation *out)
{
    struct tlv sequence, hash;
    if (!tlv_whole(whole, DER_SEQUENCE, &sequence) ||
        !take(&sequence.value, TRANSACTION_ID, &out->transaction_id) ||
        !take(&sequence.value, ONE_TIME_PUBLIC_KEY, &out->otpk) ||
        !tlv_take_optional(&sequence.value, DER_OCTET_STRING, &hash))
        return false;
    out->hash_cc = hash.value;
    return true;
}

int chip_answer_preparation(struct call *call, struct bytes answer, struct chip_preparation *out)
{
    struct bytes ok;
    const int result = open_choice(call, answer, PREPARE_DOWNLOAD, download_errors, &ok);
    if (result != 0)
        return result;
    if (!take_whole(&ok, DER_SEQUENCE, &out->signed2) ||
        !take_whole(&ok, SIGNATURE, &out->signature2) || !read_signed2(out->signed2, out))
        return call_refuse(call, REFUSAL_FORMAT, "PrepareDownloadResponseOk is malformed");
    return 0;
}

static bool read_signed3(struct bytes whole, struct chip_change *out)
{
    struct tlv sequence, otpk, hash;
    if (!tlv_whole(whole, DER_SEQUENCE, &sequence) ||
        !take(&sequence.value, TRANSACTION_ID, &out->transaction_id) ||
        !tlv_take_optional(&sequence.value, ONE_TIME_PUBLIC_KEY, &otpk) ||
        !tlv_take_optional(&sequence.value, DER_OCTET_STRING, &hash))
        return false;
    out->otpk = otpk.value;
    out->hash_cc = hash.value;
    return true;
}

int chip_answer_change(struct call *call, struct bytes answer, struct chip_change *out)
{
    struct bytes ok;
    const int result = open_choice(call, answer, PREPARE_DEVICE_CHANGE, download_errors, &ok);
    if (result != 0)
        return result;
    if (!take_whole(&ok, DER_SEQUENCE, &out->signed3) ||
        !take_whole(&ok, SIGNATURE, &out->signature3) || !read_signed3(out->signed3, out))
        return call_refuse(call, REFUSAL_FORMAT, "PrepareDeviceChangeResponseOk is malformed");
    return 0;
}

static bool read_cancel_signed(struct bytes whole, struct chip_cancellation *out)
{
    struct tlv sequence;
    struct bytes reason;
    return tlv_whole(whole, DER_SEQUENCE, &sequence) &&
           take(&sequence.value, TRANSACTION_ID, &out->transaction_id) &&
           take(&sequence.value, SERVER_OID, &out->server_oid) &&
           take(&sequence.value, CANCEL_REASON, &reason) &&
           der_to_unsigned(reason, CODE_MAX, &out->reason);
}

int chip_answer_cancellation(struct call *call, struct bytes answer, struct chip_cancellation *out)
{
    struct bytes ok;
    const int result = open_choice(call, answer, CANCEL_SESSION, cancel_errors, &ok);
    if (result != 0)
        return result;
    if (!take_whole(&ok, DER_SEQUENCE, &out->signed_part) ||
        !take_whole(&ok, SIGNATURE, &out->signature) || !read_cancel_signed(out->signed_part, out))
        return call_refuse(call, REFUSAL_FORMAT, "CancelSessionResponseOk is malformed");
    return 0;
}
