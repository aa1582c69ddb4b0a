#include "isd-r/session/device_info.h"

#include "apdu/der.h"

#define TAG_COMMON_AUTHENTICATION 0xA0
#define TAG_MATCHING_ID 0x80
#define TAG_DEVICE_INFO 0xA1
#define TAG_OPERATION_TYPE 0x82
#define TAG_ICCID 0x5A
#define TAG_MATCHING_ID_SOURCE 0xA3
#define TAG_SOURCE_NONE 0x80
#define TAG_SOURCE_SMDS 0x82
#define TAG_VENDOR_EXTENSION 0xA4
#define ICCID_SIZE 10
#define TAG_TAC 0x80
#define TAG_CAPABILITIES 0xA1
#define TAG_IMEI 0x82
#define TAC_SIZE 4
#define IMEI_SIZE 8
#define MATCHING_ID_MAX 255 /* characters */
#define TAG_FIRST_RELEASE 0x80
#define TAG_LAST_RELEASE 0x8B /* lpaSvn; what follows is of another type */
#define RELEASE_SIZE 3

static const char *capabilities_fault(struct bytes value)
{
    struct tlv release;
    while (value.len > 0) {
        if (!tlv_take(&value, &release))
            return "deviceCapabilities is cut short";
        if (release.tag >= TAG_FIRST_RELEASE && release.tag <= TAG_LAST_RELEASE &&
            release.value.len != RELEASE_SIZE)
            return "a release in deviceCapabilities is not 3 bytes long";
    }
    return NULL;
}

static const char *device_fault(struct bytes value)
{
    struct tlv tac, capabilities, imei;
    if (!tlv_take_tag(&value, TAG_TAC, &tac))
        return "deviceInfo has no TAC";
    if (tac.value.len != TAC_SIZE)
        return "the TAC is not 4 bytes long";
    if (!tlv_take_tag(&value, TAG_CAPABILITIES, &capabilities))
        return "deviceInfo has no deviceCapabilities";
    if (!tlv_take_optional(&value, TAG_IMEI, &imei))
        return "deviceInfo is cut short";
    if (imei.tag != 0 && imei.value.len != IMEI_SIZE)
        return "the IMEI is not 8 bytes long";
    return capabilities_fault(capabilities.value);
}

/* What v3 adds behind deviceInfo; operationType's default is a download. */
static const char *additions_fault(struct bytes value)
{
    struct tlv operation, iccid, source, choice, extension;
    uint32_t bits;
    if (!tlv_take_optional(&value, TAG_OPERATION_TYPE, &operation) ||
        !tlv_take_optional(&value, TAG_ICCID, &iccid) ||
        !tlv_take_optional(&value, TAG_MATCHING_ID_SOURCE, &source) ||
        !tlv_take_optional(&value, TAG_VENDOR_EXTENSION, &extension))
        return "ctxParams1 is cut short";
    if (operation.tag != 0 && (!der_to_bits(operation.value, &bits) || bits == 0))
        return "the operationType names no operation";
    if (iccid.tag != 0 && iccid.value.len != ICCID_SIZE)
        return "the ICCID is not 10 bytes long";
    if (source.tag != 0 && (!tlv_take(&source.value, &choice) || source.value.len != 0 ||
                            choice.tag < TAG_SOURCE_NONE || choice.tag > TAG_SOURCE_SMDS))
        return "the matchingIdSource is none of those there are";
    return NULL;
}

const char *device_info_fault(struct bytes ctx_params1, bool v3)
{
    struct tlv choice, matching_id, device;
    if (!tlv_whole(ctx_params1, TAG_COMMON_AUTHENTICATION, &choice))
        return "ctxParams1 is not for common authentication";
    if (!tlv_take_optional(&choice.value, TAG_MATCHING_ID, &matching_id))
        return "ctxParams1 is cut short";
    if (matching_id.tag != 0 && !der_is_utf8(matching_id.value, MATCHING_ID_MAX))
        return "the matchingId is not UTF-8";
    if (!tlv_take_tag(&choice.value, TAG_DEVICE_INFO, &device))
        return "ctxParams1 has no deviceInfo";
    const char *fault = device_fault(device.value);
    return fault == NULL && v3 ? additions_fault(choice.value) : fault;
}
