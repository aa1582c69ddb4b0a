#include "tools/lib/common/rpm.h"

#include "apdu/der.h"

#define CODE_MAX 0xFFFF
#define ICCID 0x5A
#define CONTINUE_ON_FAILURE 0x80
/* RpmCommandResult */
#define RESULT_CODE 0x80
#define RESULT_LIST 0xA0
#define RESULT_LIST_ERROR 0x81
#define CONTACT_OK 0xA0
#define CONTACT_ERROR 0x81
#define CONTACT_ADDRESS 0x80
/* LoadRpmPackageResultDataSigned */
#define SIGNED_DATA 0xA0
#define SIGNATURE 0x81
#define TRANSACTION_ID 0x80
#define NOTIFICATION_METADATA 0xBF2F
#define FINAL_RESULT 0xA2
#define EXECUTED 0xA0
#define NOT_EXECUTED 0x81

struct code_text {
    uint32_t code;
    const char *text;
};

/* clang-format off */
static const struct code_text enable_texts[] = {
    {1, "iccidOrAidNotFound"}, {2, "profileNotInDisabledState"}, {3, "disallowedByPolicy"}, {4, "wrongProfileReenabling"}, {5, "catBusy"},
    {6, "disallowedByEnterpriseRule"}, {7, "commandError"}, {9, "disallowedForRpm"}, {10, "noEsimPortAvailable"}, {127, "undefinedError"}, {0, NULL}};
static const struct code_text disable_texts[] = {
    {1, "iccidOrAidNotFound"}, {2, "profileNotInEnabledState"}, {3, "disallowedByPolicy"}, {5, "catBusy"}, {7, "commandError"},
    {10, "disallowedForRpm"}, {127, "undefinedError"}, {0, NULL}};
static const struct code_text delete_texts[] = {
    {1, "iccidOrAidNotFound"}, {2, "profileNotInDisabledState"}, {3, "disallowedByPolicy"}, {4, "disallowedInTestMode"}, {7, "commandError"},
    {127, "undefinedError"}, {0, NULL}};
static const struct code_text list_texts[] = {
    {1, "incorrectInputValues"}, {11, "profileChangeOngoing"}, {127, "undefinedError"}, {0, NULL}};
static const struct code_text update_texts[] = {
    {6, "enterpriseConfigurationNotAllowed"}, {7, "commandError"}, {12, "pprUpdateInvalidSetting"}, {14, "invalidRpmConfiguration"},
    {15, "deleteNotAllowed"}, {127, "undefinedError"}, {0, NULL}};
static const struct code_text contact_texts[] = {
    {2, "profileNotEnabled"}, {7, "commandError"}, {13, "noLprConfiguration"}, {127, "undefinedError"}, {0, NULL}};
static const struct code_text terminated_texts[] = {
    {1, "resultSizeOverflow"}, {2, "unknownOrDamagedCommand"}, {3, "interruption"}, {4, "commandsWithRefreshExceeded"},
    {5, "commandAfterContactPcmp"}, {6, "commandPackageTooLarge"}, {0, NULL}};
static const struct code_text signed_texts[] = {
    {2, "invalidSignature"}, {5, "invalidTransactionId"}, {127, "undefinedError"}, {0, NULL}};

static const struct {
    const char *name;
    uint32_t command, result; /* tags */
    const struct code_text *texts;
} kinds[] = {
    [RPM_ENABLE] = {"enable", 0xA1, 0xBF31, enable_texts},
    [RPM_DISABLE] = {"disable", 0xA2, 0xBF32, disable_texts},
    [RPM_DELETE] = {"delete", 0xA3, 0xBF33, delete_texts},
    [RPM_LIST] = {"listProfileInfo", 0xA4, 0xBF2D, list_texts},
    [RPM_UPDATE] = {"updateMetadata", 0xA5, 0x9F2A, update_texts},
    [RPM_CONTACT] = {"contactPcmp", 0xA6, 0xA0, contact_texts},
    [RPM_TERMINATED] = {"rpmProcessingTerminated", 0, DER_INTEGER, terminated_texts},
    [RPM_UNKNOWN] = {"unknown", 0, 0, NULL},
};
/* clang-format on */

const char *rpm_kind_name(enum rpm_kind kind)
{
    return kinds[kind].name;
}

static const char *find_text(const struct code_text *texts, uint32_t code)
{
    while (texts->text != NULL && texts->code != code)
        texts++;
    return texts->text != NULL ? texts->text : "unknown";
}

const char *rpm_result_text(const struct rpm_command_result *result)
{
    return result->code == 0 ? "ok" : find_text(kinds[result->kind].texts, result->code);
}

const char *rpm_signed_error_text(uint32_t error)
{
    return find_text(signed_texts, error);
}

static enum rpm_kind kind_of_command(uint32_t tag)
{
    enum rpm_kind kind = RPM_ENABLE;
    while (kind < RPM_TERMINATED && kinds[kind].command != tag)
        kind++;
    return kind < RPM_TERMINATED ? kind : RPM_UNKNOWN;
}

bool rpm_command_take(struct bytes *package, struct rpm_command *out)
{
    struct tlv command, goes_on = {0}, details = {0}, iccid = {0};
    if (!tlv_take(package, &command))
        return false;
    const bool whole = command.tag == DER_SEQUENCE &&
                       tlv_take_optional(&command.value, CONTINUE_ON_FAILURE, &goes_on) &&
                       tlv_take(&command.value, &details);
    *out = (struct rpm_command){.kind = whole ? kind_of_command(details.tag) : RPM_UNKNOWN,
                                .goes_on = goes_on.tag != 0,
                                .value = details.value};
    if (out->kind != RPM_UNKNOWN && out->kind != RPM_LIST && tlv_find(details.value, ICCID, &iccid))
        out->iccid = iccid.value;
    return true;
}

static bool to_code(struct bytes value, uint32_t *out)
{
    return der_to_unsigned(value, CODE_MAX, out);
}

static bool read_code(struct bytes value, struct rpm_command_result *out)
{
    struct tlv code;
    return tlv_take_tag(&value, RESULT_CODE, &code) && to_code(code.value, &out->code);
}

/* A CHOICE of something good and of a code. */
static bool read_choice(struct bytes value, uint32_t good, uint32_t bad,
                        struct rpm_command_result *out)
{
    struct tlv choice;
    if (!tlv_take(&value, &choice))
        return false;
    if (choice.tag == bad)
        return to_code(choice.value, &out->code);
    out->value = choice.value;
    return choice.tag == good;
}

static bool read_contact(struct bytes value, struct rpm_command_result *out)
{
    struct tlv address;
    if (!read_choice(value, CONTACT_OK, CONTACT_ERROR, out))
        return false;
    if (out->code != 0)
        return true;
    if (!tlv_take_tag(&out->value, CONTACT_ADDRESS, &address))
        return false;
    out->value = address.value;
    return true;
}

static bool read_value(struct bytes value, struct rpm_command_result *out)
{
    switch (out->kind) {
    case RPM_LIST:
        return read_choice(value, RESULT_LIST, RESULT_LIST_ERROR, out);
    case RPM_CONTACT:
        return read_contact(value, out);
    case RPM_UPDATE:
    case RPM_TERMINATED:
        return to_code(value, &out->code);
    case RPM_UNKNOWN:
        return false;
    default:
        return read_code(value, out);
    }
}

bool rpm_result_take(struct bytes *results, struct rpm_command_result *out)
{
    struct tlv result, iccid, data;
    if (!tlv_take_tag(results, DER_SEQUENCE, &result) ||
        !tlv_take_optional(&result.value, ICCID, &iccid) || !tlv_take(&result.value, &data))
        return false;
    struct rpm_command_result read = {.iccid = iccid.value};
    while (read.kind < RPM_UNKNOWN && kinds[read.kind].result != data.tag)
        read.kind++;
    if (!read_value(data.value, &read))
        return false;
    *out = read;
    return true;
}

static bool read_final(struct bytes value, struct rpm_signed *out)
{
    struct tlv choice;
    if (!tlv_take(&value, &choice))
        return false;
    out->executed = choice.tag == EXECUTED;
    out->results = choice.value;
    return out->executed || (choice.tag == NOT_EXECUTED && to_code(choice.value, &out->error));
}

bool rpm_signed_read(struct bytes content, struct rpm_signed *out)
{
    struct tlv data, signature, transaction_id, metadata, oid, final;
    if (!tlv_take_tag(&content, SIGNED_DATA, &data) ||
        !tlv_take_tag(&content, SIGNATURE, &signature) ||
        !tlv_take_tag(&data.value, TRANSACTION_ID, &transaction_id) ||
        !tlv_take_tag(&data.value, NOTIFICATION_METADATA, &metadata) ||
        !tlv_take_tag(&data.value, DER_OBJECT_IDENTIFIER, &oid) ||
        !tlv_take_tag(&data.value, FINAL_RESULT, &final))
        return false;
    struct rpm_signed read = {data.whole, signature.value, transaction_id.value, metadata.whole,
                              oid.value};
    if (!read_final(final.value, &read))
        return false;
    *out = read;
    return true;
}
