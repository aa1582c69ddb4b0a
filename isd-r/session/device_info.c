#include "isd-r/session/device_info.h"

#define TAG_TAC 0x80
#define TAG_CAPABILITIES 0xA1
#define TAG_IMEI 0x82
#define TAC_SIZE 4
#define IMEI_SIZE 8
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

const char *device_info_fault(struct bytes value)
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
