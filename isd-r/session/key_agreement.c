#include "isd-r/session/key_agreement.h"

#define TAG_KEY_TYPE 0x80
#define TAG_KEY_LEN 0x81
#define TAG_HOST_ID 0x84
#define HOST_ID_MAX 16

bool key_agreement_parse(struct bytes value, struct key_agreement *out)
{
    struct tlv key_type, key_len, host_id;
    if (!tlv_take_tag(&value, TAG_KEY_TYPE, &key_type) ||
        !tlv_take_tag(&value, TAG_KEY_LEN, &key_len) ||
        !tlv_take_tag(&value, TAG_HOST_ID, &host_id) || host_id.value.len < 1 ||
        host_id.value.len > HOST_ID_MAX)
        return false;
    *out = (struct key_agreement){key_type.value, key_len.value, host_id.value};
    return true;
}

static bool is_byte(struct bytes value, uint8_t byte)
{
    return value.len == 1 && value.data[0] == byte;
}

bool key_agreement_is_supported(const struct key_agreement *agreement)
{
    return is_byte(agreement->key_type, BSP_KEY_TYPE_AES) &&
           is_byte(agreement->key_len, BSP_KEY_LEN);
}

int key_agreement_run(const struct key_agreement *agreement, const struct ec_private *own,
                      struct bytes point, struct bytes eid, struct bsp *out)
{
    struct secret shared = {0};
    int result = ec_agree(own, point, &shared);
    if (result == 0)
        result = bsp_init_agreed(out, secret_bytes(&shared), agreement->host_id, eid);
    secret_wipe(&shared);
    return result;
}
