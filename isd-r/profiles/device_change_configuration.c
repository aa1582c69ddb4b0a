#include "isd-r/profiles/device_change_configuration.h"

#include <strings.h>

#include "apdu/der.h"
#include "isd-r/info/configured_address.h"

#define TAG_REQUEST_TO_DP 0xA0
#define TAG_STORED_CODE 0xA1
#define TAG_ADDRESS 0x80
#define TAG_ALLOWED_CI 0x81
#define TAG_EID_REQUIRED 0x82 /* which the LPA heeds, as the next */
#define TAG_TAC_REQUIRED 0x83
#define TAG_ACTIVATION_CODE 0x80
#define TAG_DELETE_OLD 0x81
#define ACTIVATION_CODE_MAX 255 /* characters */

static bool parse_request_to_dp(struct bytes value, struct device_change_configuration *out)
{
    struct tlv address, ci, eid, tac;
    if (!tlv_take_tag(&value, TAG_ADDRESS, &address) ||
        address.value.len > CONFIGURED_ADDRESS_MAX ||
        !der_is_utf8(address.value, address.value.len) ||
        !tlv_take_optional(&value, TAG_ALLOWED_CI, &ci) ||
        !tlv_take_optional(&value, TAG_EID_REQUIRED, &eid) || eid.value.len != 0 ||
        !tlv_take_optional(&value, TAG_TAC_REQUIRED, &tac) || tac.value.len != 0)
        return false;
    *out = (struct device_change_configuration){
        .by_server = true, .address = address.value, .allowed_ci = ci.value};
    return true;
}

static bool parse_stored_code(struct bytes value, struct device_change_configuration *out)
{
    struct tlv code, delete_old;
    if (!tlv_take_tag(&value, TAG_ACTIVATION_CODE, &code) ||
        !der_is_utf8(code.value, ACTIVATION_CODE_MAX) ||
        !tlv_take_optional(&value, TAG_DELETE_OLD, &delete_old) || delete_old.value.len != 0)
        return false;
    *out = (struct device_change_configuration){.activation_code = code.value};
    return true;
}

bool device_change_configuration_parse(struct bytes value, struct device_change_configuration *out)
{
    struct tlv choice;
    if (tlv_whole(value, TAG_REQUEST_TO_DP, &choice))
        return parse_request_to_dp(choice.value, out);
    return tlv_whole(value, TAG_STORED_CODE, &choice) && parse_stored_code(choice.value, out);
}

/* Hosts are the same in either case (RFC 4343). */
static bool is_same_host(struct bytes one, struct bytes other)
{
    return one.len == other.len &&
           (one.len == 0 ||
            strncasecmp((const char *)one.data, (const char *)other.data, one.len) == 0);
}

bool device_change_configuration_names(const struct device_change_configuration *configuration,
                                       struct bytes address, struct bytes ci_key_id)
{
    return configuration->by_server && is_same_host(configuration->address, address) &&
           (configuration->allowed_ci.data == NULL ||
            bytes_equal(configuration->allowed_ci, ci_key_id));
}
