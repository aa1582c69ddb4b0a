#include "isd-r/es10a.h"

#include "apdu/status.h"
#include "isd-r/info/configured_address.h"
#include "isd-r/state.h"

#define TAG_DEFAULT_DP_ADDRESS 0x80
#define TAG_ROOT_DS_ADDRESS 0x81
#define TAG_ADDITIONAL_ROOT_DS 0xA2 /* this and what follows from v3 on */
#define TAG_ALLOWED_CI 0x83
#define TAG_CI_LIST 0xA4
#define TAG_CI_KEY_ID 0x80 /* in an entry of ciList */
#define TAG_CI_NAME 0x81
#define TAG_REQUESTED_CI 0x81 /* of SetDefaultDpAddress */
#define TAG_RESULT 0x80
#define RESULT_OK 0
#define RESULT_UNSUPPORTED_CI 8
#define RESULT_UNDEFINED_ERROR 127
#define ROOT_DS_ADDRESS_NAME "root-ds-address"
#define SEPARATOR ',' /* of the additional root SM-DS */

/* What was found, or what stands in for it; neither, or one that is empty: nothing. */
static void put_address(int found, struct bytes address, const char *otherwise, uint32_t tag,
                        struct writer *out)
{
    if (found == 0 && address.len > 0)
        tlv_put(out, tag, address);
    else if (found == SW_REFERENCE_NOT_FOUND && otherwise != NULL)
        tlv_put(out, tag, bytes_of_text(otherwise));
}

static int put_default_dp(const struct isd_r *isd_r, struct writer *out)
{
    uint8_t room[CONFIGURED_ADDRESS_MAX];
    struct writer address = writer_on(room, sizeof(room));
    const int found = configured_address_get(isd_r->store, &address);
    put_address(found, writer_bytes(&address), isd_r->settings->default_dp_address,
                TAG_DEFAULT_DP_ADDRESS, out);
    return found < 0 ? found : 0;
}

static int put_root_ds(const struct isd_r *isd_r, struct writer *out)
{
    uint8_t room[CONFIGURED_ADDRESS_MAX];
    struct writer address = writer_on(room, sizeof(room));
    const int found = store_get(isd_r->store, ROOT_DS_ADDRESS_NAME, &address);
    put_address(found, writer_bytes(&address), isd_r->info->root_ds_address, TAG_ROOT_DS_ADDRESS,
                out);
    return found < 0 ? found : 0;
}

static void put_additional_root_ds(const struct euicc_info *info, struct writer *out)
{
    const char *rest = info->additional_root_ds_addresses;
    if (rest == NULL || rest[0] == '\0')
        return;
    const size_t mark = tlv_open(out, TAG_ADDITIONAL_ROOT_DS);
    while (*rest != '\0') {
        const char *start = rest + strspn(rest, " ");
        const char *end = start + strcspn(start, " ,");
        if (end > start)
            tlv_put(out, DER_UTF8_STRING, bytes_of(start, (size_t)(end - start)));
        rest = end + strspn(end, " ");
        rest += *rest == SEPARATOR;
    }
    tlv_close(out, mark);
}

static int put_allowed_ci(const struct isd_r *isd_r, struct writer *out)
{
    uint8_t room[CREDENTIALS_KEY_ID_MAX];
    struct writer ci = writer_on(room, sizeof(room));
    const int found = configured_address_get_ci(isd_r->store, &ci);
    if (found == 0)
        tlv_put(out, TAG_ALLOWED_CI, writer_bytes(&ci));
    return found < 0 ? found : 0;
}

/* The name that a person reads is the organisation's in the CI's certificate. */
static void put_ci_list(const struct credentials *credentials, struct writer *out)
{
    const size_t list = tlv_open(out, TAG_CI_LIST);
    for (size_t i = 0; i < credentials->count; i++) {
        const struct credential *credential = &credentials->list[i];
        if (!credential->verifies)
            continue;
        const size_t entry = tlv_open(out, DER_SEQUENCE);
        tlv_put(out, TAG_CI_KEY_ID, credential->ci.subject_key_id);
        tlv_put(out, TAG_CI_NAME, credential->ci.subject_organization);
        tlv_close(out, entry);
    }
    tlv_close(out, list);
}

static int put_v3(const struct isd_r *isd_r, struct writer *out)
{
    put_additional_root_ds(isd_r->info, out);
    const int result = put_allowed_ci(isd_r, out);
    put_ci_list(&isd_r->credentials, out);
    return result;
}

int es10a_get_euicc_configured_addresses(struct isd_r *isd_r, struct bytes request,
                                         struct writer *response)
{
    (void)request;
    const size_t mark = tlv_open(response, ES10_GET_CONFIGURED_ADDRESSES);
    int result = put_default_dp(isd_r, response);
    if (result == 0)
        result = put_root_ds(isd_r, response);
    if (result == 0 && euicc_info_is_v3(isd_r->info))
        result = put_v3(isd_r, response);
    tlv_close(response, mark);
    return result;
}

/* A chip of v2 does not look at a CI. */
static bool take_ci(const struct isd_r *isd_r, struct bytes *request, struct tlv *out)
{
    *out = (struct tlv){0};
    return !euicc_info_is_v3(isd_r->info) || tlv_take_optional(request, TAG_REQUESTED_CI, out);
}

static int set_default_dp(const struct isd_r *isd_r, struct bytes address, const struct tlv *ci,
                          uint8_t *answer)
{
    *answer = RESULT_UNDEFINED_ERROR;
    if (!der_is_utf8(address, CONFIGURED_ADDRESS_MAX) || address.len > CONFIGURED_ADDRESS_MAX)
        return 0;
    *answer = RESULT_UNSUPPORTED_CI;
    if (ci->tag != 0 && credentials_for_verification(&isd_r->credentials, ci->value) == NULL)
        return 0;
    *answer = RESULT_OK;
    return address.len == 0 && isd_r->settings->default_dp_address == NULL
               ? configured_address_forget(isd_r->store)
               : configured_address_set(isd_r->store, address, ci->value);
}

/* By an LPA, or by an IPA with a tag of its own. */
static int set_default(struct isd_r *isd_r, struct bytes request, uint32_t tag,
                       struct writer *response)
{
    struct tlv address, ci;
    uint8_t answer;
    if (!tlv_take_tag(&request, TAG_DEFAULT_DP_ADDRESS, &address) || !take_ci(isd_r, &request, &ci))
        return SW_WRONG_DATA;
    const int result = set_default_dp(isd_r, address.value, &ci, &answer);
    const size_t mark = tlv_open(response, tag);
    tlv_put_u8(response, TAG_RESULT, answer);
    tlv_close(response, mark);
    return result;
}

int es10a_set_default_dp_address(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    return set_default(isd_r, request, ES10_SET_DEFAULT_DP_ADDRESS, response);
}

int es10a_iot_set_default_dp_address(struct isd_r *isd_r, struct bytes request,
                                     struct writer *response)
{
    return set_default(isd_r, request, ES10_IOT_SET_DEFAULT_DP_ADDRESS, response);
}
