#include "isd-r/download/one_time_key.h"

#include "apdu/status.h"
#include "apdu/tlv.h"

#define VALUE_NAME "one-time-key"
#define VALUE_MAX 256
#define TAG_SERVER_OID 0x80
#define TAG_CURVE 0x81
#define TAG_SCALAR 0x82

int one_time_key_keep(struct store *store, struct bytes server_oid, const struct ec_private *key)
{
    uint8_t room[VALUE_MAX];
    struct secret scalar = {0};
    struct writer writer = writer_on(room, sizeof(room));
    ec_private_scalar(key, &scalar);
    tlv_put(&writer, TAG_SERVER_OID, server_oid);
    tlv_put_u8(&writer, TAG_CURVE, (uint8_t)ec_private_curve(key));
    tlv_put(&writer, TAG_SCALAR, secret_bytes(&scalar));
    const int result =
        writer.overflow ? FAILURE_INTERNAL : store_put(store, VALUE_NAME, writer_bytes(&writer));
    secret_wipe(&scalar);
    wipe(room, sizeof(room));
    return result;
}

static int read_value(struct bytes value, struct bytes server_oid, struct ec_private **out)
{
    struct tlv oid, curve, scalar;
    if (!tlv_take_tag(&value, TAG_SERVER_OID, &oid) || !tlv_take_tag(&value, TAG_CURVE, &curve) ||
        !tlv_take_tag(&value, TAG_SCALAR, &scalar) || curve.value.len != 1 ||
        curve.value.data[0] >= EC_CURVES)
        return FAILURE_INTERNAL;
    if (!bytes_equal(oid.value, server_oid))
        return 0;
    return ec_private_create((enum ec_curve)curve.value.data[0], scalar.value, out);
}

int one_time_key_find(struct store *store, struct bytes server_oid, struct bytes point,
                      struct ec_private **out)
{
    uint8_t room[VALUE_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    struct ec_private *key = NULL;
    *out = NULL;
    int result = store_get(store, VALUE_NAME, &writer);
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    if (result == 0)
        result = read_value(writer_bytes(&writer), server_oid, &key);
    wipe(room, sizeof(room));
    if (key != NULL && bytes_equal(bytes_of(ec_private_point(key), EC_POINT_SIZE), point)) {
        *out = key;
        return result;
    }
    ec_private_destroy(key);
    return result;
}

int one_time_key_forget(struct store *store)
{
    return store_forget(store, VALUE_NAME);
}
