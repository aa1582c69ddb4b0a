#include "isd-r/device_change/device_change_data.h"

#include "apdu/der.h"
#include "isd-r/info/configured_address.h"
#include "isd-r/info/es10_tag.h"
#include "isd-r/profiles/metadata_tag.h"
#include "isd-r/session/key_agreement.h"

#define TAG_ACTIVATION_CODE 0x80
#define TAG_DELETE_OLD 0x81
#define TAG_NOTIFICATION_SUPPORT 0x82
#define TAG_NOTIFICATION_ADDRESS 0x83
#define TAG_RECOVERY_SUPPORT 0x84 /* which the LPA heeds, as the next */
#define TAG_RECOVERY_PERIOD 0x85
#define TAG_SEGMENTS 0xA1
#define TAG_SEGMENT 0x87
#define ACTIVATION_CODE_MAX 255 /* characters */

/* A NULL that is there or not. */
static bool take_flag(struct bytes *from, uint32_t tag, bool *out)
{
    struct tlv flag;
    if (!tlv_take_optional(from, tag, &flag) || flag.value.len != 0)
        return false;
    *out = flag.tag != 0;
    return true;
}

bool device_change_data_parse(struct bytes value, struct device_change_data *out)
{
    struct tlv iccid, code, address, period;
    struct device_change_data data = {.whole = value};
    bool notification, recovery;
    if (!tlv_take_tag(&value, ES10_TAG_ICCID, &iccid) || iccid.value.len != METADATA_ICCID_SIZE ||
        !tlv_take_tag(&value, TAG_ACTIVATION_CODE, &code) ||
        !der_is_utf8(code.value, ACTIVATION_CODE_MAX) ||
        !take_flag(&value, TAG_DELETE_OLD, &data.delete_old) ||
        !take_flag(&value, TAG_NOTIFICATION_SUPPORT, &notification) ||
        !tlv_take_optional(&value, TAG_NOTIFICATION_ADDRESS, &address) ||
        address.value.len > CONFIGURED_ADDRESS_MAX ||
        !der_is_utf8(address.value, address.value.len) ||
        !take_flag(&value, TAG_RECOVERY_SUPPORT, &recovery) ||
        !tlv_take_optional(&value, TAG_RECOVERY_PERIOD, &period))
        return false;
    data.iccid = iccid.value;
    if (notification && address.value.len > 0)
        data.notification_address = address.value;
    *out = data;
    return true;
}

static int open_segments(struct bytes segments, struct bsp *bsp, struct writer *out)
{
    struct tlv segment;
    while (segments.len > 0) {
        if (!tlv_take_tag(&segments, TAG_SEGMENT, &segment) ||
            segment.value.len > out->capacity - out->len)
            return DEVICE_CHANGE_INVALID_DATA;
        const int result = bsp_open(bsp, BSP_ENCRYPTED, &segment, out);
        if (result != BSP_OK)
            return result < 0 ? result : DEVICE_CHANGE_INVALID_DATA;
    }
    return DEVICE_CHANGE_OK;
}

/* What is protected is the whole SEQUENCE; its value stays. */
static int unwrap(struct bytes plain, struct writer *out)
{
    struct tlv data;
    if (!tlv_whole(plain, DER_SEQUENCE, &data))
        return DEVICE_CHANGE_INVALID_DATA;
    writer_put(out, data.value);
    return DEVICE_CHANGE_OK;
}

int device_change_data_open(struct bytes value, const struct ec_private *one_time_key,
                            struct bytes eid, struct writer *out)
{
    uint8_t room[DEVICE_CHANGE_DATA_MAX];
    struct writer plain = writer_on(room, sizeof(room));
    struct tlv control, point, segments;
    struct key_agreement agreement;
    struct bsp bsp = {0};
    if (one_time_key == NULL || !tlv_take_tag(&value, KEY_AGREEMENT_TAG, &control) ||
        !key_agreement_parse(control.value, &agreement) ||
        !tlv_take_tag(&value, ES10_TAG_ONE_TIME_KEY, &point) ||
        !tlv_take_tag(&value, TAG_SEGMENTS, &segments))
        return DEVICE_CHANGE_INVALID_DATA;
    if (!key_agreement_is_supported(&agreement))
        return DEVICE_CHANGE_UNSUPPORTED_CRT_VALUES;
    int result = key_agreement_run(&agreement, one_time_key, point.value, eid, &bsp);
    if (result > 0)
        return DEVICE_CHANGE_INVALID_DATA;
    if (result == 0)
        result = open_segments(segments.value, &bsp, &plain);
    if (result == DEVICE_CHANGE_OK)
        result = unwrap(writer_bytes(&plain), out);
    bsp_wipe(&bsp);
    wipe(room, sizeof(room));
    return result;
}
