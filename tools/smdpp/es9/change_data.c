#include "tools/smdpp/es9/change_data.h"

#include "apdu/der.h"
#include "crypto/primitives/bsp.h"

#include <time.h>

/* DeviceChangeData */
#define ICCID 0x5A
#define ACTIVATION_CODE 0x80
#define DELETE_OLD 0x81
#define NOTIFICATION_SUPPORT 0x82
#define NOTIFICATION_ADDRESS 0x83
#define RECOVERY_SUPPORT 0x84
#define RECOVERY_PERIOD 0x85
#define TIME_SIZE 32
/* EncryptedDeviceChangeData */
#define ENCRYPTED 0xA1
#define CONTROL_REFERENCE_TEMPLATE 0xA6
#define CRT_KEY_TYPE 0x80
#define CRT_KEY_LENGTH 0x81
#define CRT_HOST_ID 0x84
#define ONE_TIME_PUBLIC_KEY 0x5F49
#define SEGMENTS 0xA1
#define SEGMENT 0x87

static void put_flag(struct writer *out, uint32_t tag)
{
    tlv_put(out, tag, (struct bytes){0});
}

/* GeneralizedTime */
static void put_time(struct writer *out, int64_t when)
{
    char text[TIME_SIZE];
    struct tm parts;
    const time_t seconds = (time_t)when;
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &parts);
    tlv_put(out, RECOVERY_PERIOD, bytes_of_text(text));
}

void change_data_put(const struct change_data *data, struct writer *out)
{
    tlv_put(out, ICCID, data->iccid);
    tlv_put(out, ACTIVATION_CODE, bytes_of_text(data->activation_code));
    if (!data->deletes)
        return;
    put_flag(out, DELETE_OLD);
    put_flag(out, NOTIFICATION_SUPPORT);
    tlv_put(out, NOTIFICATION_ADDRESS, bytes_of_text(data->address));
    if (data->recoverable == 0)
        return;
    put_flag(out, RECOVERY_SUPPORT);
    put_time(out, data->recoverable);
}

/* What is protected is the whole SEQUENCE, as the chip opens it. */
static int put_segments(struct bsp *bsp, struct bytes content, struct writer *out)
{
    uint8_t memory[CHANGE_DATA_MAX];
    struct writer plain = writer_on(memory, sizeof(memory));
    tlv_put(&plain, DER_SEQUENCE, content);
    const size_t segments = tlv_open(out, SEGMENTS);
    const int result = bsp_seal(bsp, BSP_ENCRYPTED, SEGMENT, writer_bytes(&plain), out);
    tlv_close(out, segments);
    wipe(memory, sizeof(memory));
    return result;
}

static int agree(const struct change_data_key *key, const struct ec_private *own, struct bsp *bsp)
{
    struct secret shared = {0};
    int result = ec_agree(own, key->euicc_otpk, &shared);
    if (result == 0)
        result = bsp_init_agreed(bsp, secret_bytes(&shared), key->host_id, key->eid);
    secret_wipe(&shared);
    return result;
}

int change_data_seal(const struct change_data_key *key, struct random *random, struct bytes content,
                     struct writer *out)
{
    struct ec_private *own;
    struct bsp bsp = {0};
    int result = ec_private_generate(random, key->curve, &own);
    if (result != 0)
        return result;
    const size_t whole = tlv_open(out, ENCRYPTED);
    const size_t control = tlv_open(out, CONTROL_REFERENCE_TEMPLATE);
    tlv_put_u8(out, CRT_KEY_TYPE, BSP_KEY_TYPE_AES);
    tlv_put_u8(out, CRT_KEY_LENGTH, BSP_KEY_LEN);
    tlv_put(out, CRT_HOST_ID, key->host_id);
    tlv_close(out, control);
    tlv_put(out, ONE_TIME_PUBLIC_KEY, bytes_of(ec_private_point(own), EC_POINT_SIZE));
    result = agree(key, own, &bsp);
    if (result == 0)
        result = put_segments(&bsp, content, out);
    tlv_close(out, whole);
    bsp_wipe(&bsp);
    ec_private_destroy(own);
    return result;
}
