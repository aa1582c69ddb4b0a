#include "tools/lib/es10/es10b_change.h"

#include "apdu/der.h"

#define CODE_MAX 0xFFFF
#define ICCID_LEN 10

enum {
    TAG_OK = 0xA0,
    TAG_NOT_PREPARED = 0xA1,
    TAG_ERROR = 0x81,
    TAG_CONFIRMATION = 0xA0, /* VerifyDeviceChangeRequest's choices */
    TAG_RECOVERY = 0xA1,
    TAG_NOTHING = 0x80, /* verifyDeviceChangeOk's */
    TAG_DATA = 0xA1,
    TAG_ICCID = 0x5A, /* DeviceChangeData */
    TAG_ACTIVATION_CODE = 0x80,
    TAG_DELETE_OLD = 0x81,
    TAG_NOTIFICATION_SUPPORT = 0x82,
    TAG_NOTIFICATION_ADDRESS = 0x83,
    TAG_RECOVERY_SUPPORT = 0x84,
    TAG_RECOVERY_PERIOD = 0x85,
};

static bool refuse(struct es10 *es10, enum es10_function function, struct bytes code)
{
    uint32_t number;
    return der_to_unsigned(code, CODE_MAX, &number) ? es10_refused(es10->fault, function, number)
                                                    : es10_malformed(es10->fault, function);
}

bool es10b_prepare_device_change(struct es10 *es10, struct bytes signed4, struct bytes signature4,
                                 struct bytes hash_cc, struct bytes *answer)
{
    const enum es10_function function = ES10B_PREPARE_DEVICE_CHANGE;
    struct tlv received, outcome, code;
    struct writer *request = es10_begin(es10, function);
    *answer = (struct bytes){0};
    writer_put(request, signed4);
    writer_put(request, signature4);
    if (hash_cc.len > 0)
        tlv_put(request, DER_OCTET_STRING, hash_cc);
    if (!es10_send(es10, function, hash_cc.len > 0, &received))
        return false;
    *answer = received.whole;
    if (tlv_take_tag(&received.value, TAG_OK, &outcome))
        return true;
    if (!tlv_take_tag(&received.value, TAG_NOT_PREPARED, &outcome) ||
        !tlv_find(outcome.value, DER_INTEGER, &code))
        return es10_malformed(es10->fault, function);
    return refuse(es10, function, code.value);
}

static bool take_flag(struct bytes *from, uint32_t tag, bool *out)
{
    struct tlv flag;
    if (!tlv_take_optional(from, tag, &flag))
        return false;
    *out = flag.tag != 0;
    return true;
}

bool es10b_change_data_read(struct bytes value, struct es10b_change_data *out)
{
    struct tlv iccid, code, address, period;
    struct es10b_change_data data = {0};
    bool told;
    if (!tlv_take_tag(&value, TAG_ICCID, &iccid) || iccid.value.len != ICCID_LEN ||
        !tlv_take_tag(&value, TAG_ACTIVATION_CODE, &code) ||
        !take_flag(&value, TAG_DELETE_OLD, &data.deleted) ||
        !take_flag(&value, TAG_NOTIFICATION_SUPPORT, &told) ||
        !tlv_take_optional(&value, TAG_NOTIFICATION_ADDRESS, &address) ||
        !take_flag(&value, TAG_RECOVERY_SUPPORT, &data.recoverable) ||
        !tlv_take_optional(&value, TAG_RECOVERY_PERIOD, &period))
        return false;
    data.iccid = iccid.value;
    data.activation_code = code.value;
    if (told)
        data.told_address = address.value;
    data.recoverable_until = period.value;
    *out = data;
    return true;
}

/* The content of the answer's OK alternative. */
static bool verify(struct es10 *es10, uint32_t choice, struct bytes signed_part,
                   struct bytes signature, struct tlv *out)
{
    const enum es10_function function = ES10B_VERIFY_DEVICE_CHANGE;
    struct tlv received, outcome;
    struct writer *request = es10_begin(es10, function);
    const size_t mark = tlv_open(request, choice);
    writer_put(request, signed_part);
    writer_put(request, signature);
    tlv_close(request, mark);
    if (!es10_send(es10, function, false, &received))
        return false;
    if (tlv_take_tag(&received.value, TAG_ERROR, &outcome))
        return refuse(es10, function, outcome.value);
    return (tlv_take_tag(&received.value, TAG_OK, &outcome) && tlv_take(&outcome.value, out)) ||
           es10_malformed(es10->fault, function);
}

bool es10b_verify_device_change(struct es10 *es10, struct bytes signed5, struct bytes signature5,
                                struct es10b_change_data *out)
{
    struct tlv data;
    *out = (struct es10b_change_data){0};
    if (!verify(es10, TAG_CONFIRMATION, signed5, signature5, &data))
        return false;
    return data.tag == TAG_NOTHING ||
           (data.tag == TAG_DATA && es10b_change_data_read(data.value, out)) ||
           es10_malformed(es10->fault, ES10B_VERIFY_DEVICE_CHANGE);
}

bool es10b_verify_recovery(struct es10 *es10, struct bytes signed4, struct bytes signature4)
{
    struct tlv data;
    return verify(es10, TAG_RECOVERY, signed4, signature4, &data);
}
