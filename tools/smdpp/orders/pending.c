#include "tools/smdpp/orders/pending.h"

#include "apdu/der.h"

#define PROFILE_INSTALLATION_RESULT 0xBF37
#define RPM_PACKAGE_RESULT 0xA1
#define OTHER_CERTIFICATES 0xA1 /* in OtherSignedNotification */
#define RESULT_DATA 0xBF27
#define NOTIFICATION_METADATA 0xBF2F
#define SIGNATURE 0x5F37
#define TRANSACTION_ID 0x80
#define FINAL_RESULT 0xA2
#define SUCCESS_RESULT 0xA0
#define ERROR_RESULT 0xA1
#define SUCCESS_AID 0x4F
#define ERROR_COMMAND 0x80
#define ERROR_REASON 0x81
#define SEQUENCE_NUMBER 0x80
#define OPERATION 0x81
#define ICCID 0x5A
#define ICCID_SIZE 10
#define CODE_MAX 127

static bool take(struct bytes *from, uint32_t tag, struct bytes *value)
{
    struct tlv element;
    if (!tlv_take_tag(from, tag, &element))
        return false;
    *value = element.value;
    return true;
}

static bool take_metadata(struct bytes *from, struct pending_metadata *out)
{
    struct tlv metadata, iccid;
    struct bytes sequence, operation;
    if (!tlv_take_tag(from, NOTIFICATION_METADATA, &metadata))
        return false;
    struct bytes value = metadata.value;
    if (!take(&value, SEQUENCE_NUMBER, &sequence) ||
        !der_to_unsigned(sequence, UINT32_MAX, &out->sequence) ||
        !take(&value, OPERATION, &operation) || !der_to_bits(operation, &out->operation) ||
        !take(&value, DER_UTF8_STRING, &out->address) ||
        !tlv_take_optional(&value, ICCID, &iccid) ||
        (iccid.tag != 0 && iccid.value.len != ICCID_SIZE))
        return false;
    out->whole = metadata.whole;
    out->iccid = iccid.value;
    return true;
}

static bool read_error(struct bytes error, struct pending *out)
{
    struct bytes command, reason;
    return take(&error, ERROR_COMMAND, &command) &&
           der_to_unsigned(command, CODE_MAX, &out->command) &&
           take(&error, ERROR_REASON, &reason) && der_to_unsigned(reason, CODE_MAX, &out->reason);
}

static bool read_final(struct bytes value, struct pending *out)
{
    struct tlv choice;
    struct bytes aid, response;
    if (!tlv_take(&value, &choice))
        return false;
    out->installed = choice.tag == SUCCESS_RESULT;
    if (out->installed)
        return take(&choice.value, SUCCESS_AID, &aid) &&
               take(&choice.value, DER_OCTET_STRING, &response);
    return choice.tag == ERROR_RESULT && read_error(choice.value, out);
}

static bool read_result_data(struct bytes value, struct pending *out)
{
    struct tlv oid;
    struct bytes final;
    if (!take(&value, TRANSACTION_ID, &out->transaction_id) ||
        !take_metadata(&value, &out->metadata) ||
        !tlv_take_optional(&value, DER_OBJECT_IDENTIFIER, &oid) ||
        !take(&value, FINAL_RESULT, &final))
        return false;
    out->server_oid = oid.value;
    return read_final(final, out);
}

static bool read_result(struct bytes value, struct pending *out)
{
    struct tlv data, signature;
    if (!tlv_take_tag(&value, RESULT_DATA, &data) || !tlv_take_tag(&value, SIGNATURE, &signature))
        return false;
    out->is_result = true;
    out->signed_part = data.whole;
    out->signature = signature.whole;
    return read_result_data(data.value, out);
}

static bool read_other(struct bytes value, struct pending *out)
{
    struct tlv signature, euicc, eum, others;
    if (!take_metadata(&value, &out->metadata) || !tlv_take_tag(&value, SIGNATURE, &signature) ||
        !tlv_take_tag(&value, DER_SEQUENCE, &euicc) || !tlv_take_tag(&value, DER_SEQUENCE, &eum) ||
        !tlv_take_optional(&value, OTHER_CERTIFICATES, &others))
        return false;
    out->signed_part = out->metadata.whole;
    out->signature = signature.whole;
    out->chain = (struct euicc_chain){euicc.whole, eum.whole, others.value};
    return true;
}

static bool read_rpm(struct bytes value, struct pending *out)
{
    out->is_rpm = true;
    if (!rpm_signed_read(value, &out->rpm))
        return false;
    struct bytes metadata = out->rpm.metadata;
    return take_metadata(&metadata, &out->metadata);
}

bool pending_read(struct bytes whole, struct pending *out)
{
    struct tlv choice;
    *out = (struct pending){0};
    if (!tlv_take(&whole, &choice) || whole.len > 0)
        return false;
    if (choice.tag == PROFILE_INSTALLATION_RESULT)
        return read_result(choice.value, out);
    if (choice.tag == RPM_PACKAGE_RESULT)
        return read_rpm(choice.value, out);
    return choice.tag == DER_SEQUENCE && read_other(choice.value, out);
}

bool pending_read_deletion(struct bytes whole, struct pending *out)
{
    struct tlv sequence, signature;
    *out = (struct pending){0};
    if (!tlv_whole(whole, DER_SEQUENCE, &sequence) ||
        !take_metadata(&sequence.value, &out->metadata) ||
        !tlv_take_tag(&sequence.value, SIGNATURE, &signature) || sequence.value.len > 0)
        return false;
    out->signed_part = out->metadata.whole;
    out->signature = signature.whole;
    return out->metadata.operation == PENDING_DELETE;
}

struct text {
    uint32_t code;
    const char *text;
};

static const char *find_text(const struct text *texts, uint32_t code)
{
    while (texts->text != NULL && texts->code != code)
        texts++;
    return texts->text != NULL ? texts->text : "unknown";
}

void pending_iccid(const struct pending *pending, char out[ICCID_TEXT_SIZE])
{
    (void)iccid_swapped_text(pending->metadata.iccid, out);
}

const char *pending_operation_text(uint32_t operation)
{
    static const struct text texts[] = {
        {1u << 0, "install"},   {1u << 1, "enable"},
        {1u << 2, "disable"},   {1u << 3, "delete"},
        {1u << 4, "rpmEnable"}, {1u << 5, "rpmDisable"},
        {1u << 6, "rpmDelete"}, {0, NULL},
    };
    return find_text(texts, operation);
}

const char *pending_command_text(uint32_t command)
{
    static const struct text texts[] = {
        {0, "initialiseSecureChannel"},
        {1, "configureISDP"},
        {2, "storeMetadata"},
        {3, "storeMetadata2"},
        {4, "replaceSessionKeys"},
        {5, "loadProfileElements"},
        {0, NULL},
    };
    return find_text(texts, command);
}

const char *pending_reason_text(uint32_t reason)
{
    static const struct text texts[] = {
        {1, "incorrectInputValues"},
        {2, "invalidSignature"},
        {3, "invalidTransactionId"},
        {4, "unsupportedCrtValues"},
        {5, "unsupportedRemoteOperationType"},
        {6, "unsupportedProfileClass"},
        {7, "scp03tStructureError"},
        {8, "scp03tSecurityError"},
        {9, "installFailedDueToIccidAlreadyExistsOnEuicc"},
        {10, "installFailedDueToInsufficientMemoryForProfile"},
        {11, "installFailedDueToInterruption"},
        {12, "installFailedDueToPEProcessingError"},
        {13, "installFailedDueToDataMismatch"},
        {14, "testProfileInstallFailedDueToInvalidNaaKey"},
        {15, "pprNotAllowed"},
        {CODE_MAX, "installFailedDueToUnknownError"},
        {0, NULL},
    };
    return find_text(texts, reason);
}
