#include "isd-r/es10a.h"

#include "apdu/status.h"
#include "isd-r/state.h"

#define TAG_DEFAULT_DP_ADDRESS 0x80
#define TAG_ROOT_DS_ADDRESS 0x81
#define TAG_RESULT 0x80
#define RESULT_OK 0
#define RESULT_UNDEFINED_ERROR 127
#define DEFAULT_DP_ADDRESS_NAME "default-dp-address"
#define ROOT_DS_ADDRESS_NAME "root-ds-address"

/* A stored address, or what stands in for it; neither, or one that is empty: nothing. */
static int put_address(const struct isd_r *isd_r, const char *name, const char *otherwise,
                       uint32_t tag, struct writer *out)
{
    uint8_t room[RSP_ADDRESS_MAX];
    struct writer address = writer_on(room, sizeof(room));
    const int result = store_get(isd_r->store, name, &address);
    if (result == 0 && address.len > 0)
        tlv_put(out, tag, writer_bytes(&address));
    else if (result == SW_REFERENCE_NOT_FOUND && otherwise != NULL)
        tlv_put(out, tag, bytes_of_text(otherwise));
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

int es10a_get_euicc_configured_addresses(struct isd_r *isd_r, struct bytes request,
                                         struct writer *response)
{
    (void)request;
    const size_t mark = tlv_open(response, ES10_GET_CONFIGURED_ADDRESSES);
    int result = put_address(isd_r, DEFAULT_DP_ADDRESS_NAME, isd_r->settings->default_dp_address,
                             TAG_DEFAULT_DP_ADDRESS, response);
    if (result == 0)
        result = put_address(isd_r, ROOT_DS_ADDRESS_NAME, isd_r->info->root_ds_address,
                             TAG_ROOT_DS_ADDRESS, response);
    tlv_close(response, mark);
    return result;
}

int es10a_set_default_dp_address(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv address;
    uint8_t answer = RESULT_OK;
    int result = 0;
    if (!tlv_take_tag(&request, TAG_DEFAULT_DP_ADDRESS, &address))
        return SW_WRONG_DATA;
    if (!der_is_utf8(address.value, RSP_ADDRESS_MAX) || address.value.len > RSP_ADDRESS_MAX)
        answer = RESULT_UNDEFINED_ERROR;
    else if (address.value.len == 0 && isd_r->settings->default_dp_address == NULL)
        result = store_forget(isd_r->store, DEFAULT_DP_ADDRESS_NAME);
    else
        result = store_put(isd_r->store, DEFAULT_DP_ADDRESS_NAME, address.value);
    const size_t mark = tlv_open(response, ES10_SET_DEFAULT_DP_ADDRESS);
    tlv_put_u8(response, TAG_RESULT, answer);
    tlv_close(response, mark);
    return result;
}
