#include "isd-r/es10b_iot.h"

#include <stdio.h>

#include "apdu/status.h"
#include "fs/text/inventory_iot.h"
#include "isd-r/iot/eim_list.h"
#include "isd-r/iot/reset.h"
#include "isd-r/state.h"

#define TAG_REFRESH_FLAG 0x80
#define TAG_OPTIONS 0x82
#define TAG_RESULT 0x80
#define TAG_EIM_RESULT 0x81
#define TAG_IMMEDIATE_RESULT 0x82
#define PROFILE_BITS 0x1Fu /* of eUICCMemoryReset: as PROFILE_STATE_RESET_* */
#define EIM_BIT 5
#define IMMEDIATE_BIT 6
/* v1.0's */
#define PROFILE_BITS_1_0 0x07u
#define EIM_BIT_1_0 3
#define IMMEDIATE_BIT_1_0 4
#define TAG_PARAMETERS 0xA0
#define TAG_HTTP_PARAMETERS 0x81
#define TAG_ERROR 0x81
#define ERROR_NO_PARAMETERS 1
#define HTTP_PARAMETERS_MAX 1024 /* bytes */
#define NOT_SUPPORTED 1

struct iot es10b_iot(struct isd_r *isd_r)
{
    return (struct iot){.store = isd_r->store,
                        .random = isd_r->random,
                        .credentials = &isd_r->credentials,
                        .registry = &isd_r->registry,
                        .state = &isd_r->profiles,
                        .notification = &isd_r->notification,
                        .info = isd_r->info,
                        .settings = &isd_r->settings->iot,
                        .rules = isd_r->settings->rules,
                        .default_dp_address = isd_r->settings->default_dp_address,
                        .memory = &isd_r->iot_memory,
                        .download = &isd_r->downloaded,
                        .watch = isd_r->watch};
}

int es10b_iot_happened(struct isd_r *isd_r, enum iot_event event)
{
    const struct iot_happening happening = {
        .event = event, .release = euicc_info_iot(isd_r->info), .registry = &isd_r->registry};
    return happening.release == EUICC_INFO_NOT_IOT
               ? 0
               : iot_memory_apply(isd_r->store, &isd_r->iot_memory, &happening);
}

/* Some send it as a BOOLEAN with its own tag. */
bool es10b_iot_take_refresh(const struct isd_r *isd_r, struct bytes *from, bool *out)
{
    struct tlv flag;
    *out = false;
    if (tlv_take_tag(from, TAG_REFRESH_FLAG, &flag) || tlv_take_tag(from, DER_BOOLEAN, &flag))
        return der_to_boolean(flag.value, out);
    return euicc_info_iot(isd_r->info) == EUICC_INFO_IOT_1_0 && from->len == 0;
}

int es10b_iot_allows_es10c(const struct isd_r *isd_r)
{
    size_t count = 0;
    if (euicc_info_iot(isd_r->info) == EUICC_INFO_NOT_IOT ||
        !(isd_r->settings->iot.quirks & IOT_QUIRK_ES10C_REFUSED))
        return 0;
    const int result = eim_list_count(isd_r->store, &count);
    return result == 0 && count > 0 ? SW_CONDITIONS_NOT_SATISFIED : result;
}

/* One IPA sends bits 5 and 6 among those that it says are unused: they count all the same. */
static bool take_options(struct bytes request, uint32_t *bits)
{
    struct tlv options;
    uint8_t unused, first;
    if (!tlv_take_tag(&request, TAG_OPTIONS, &options) || !der_to_bits(options.value, bits) ||
        !bytes_take_u8(&options.value, &unused) || !bytes_take_u8(&options.value, &first))
        return false;
    for (unsigned bit = 0; bit < 8; bit++)
        *bits |= (uint32_t)(first >> (7 - bit) & 1) << bit;
    return true;
}

static int reset(struct isd_r *isd_r, const struct reset_request *request, uint32_t tag,
                 uint32_t result_tag, struct writer *response)
{
    const struct iot iot = es10b_iot(isd_r);
    struct reset_results results;
    const int result = reset_carry_out(&iot, request, &results);
    const size_t mark = tlv_open(response, tag);
    der_put_integer(response, result_tag, results.profiles);
    if (request->eims)
        der_put_integer(response, TAG_EIM_RESULT, results.eims);
    if (request->immediate)
        der_put_integer(response, TAG_IMMEDIATE_RESULT, results.immediate);
    tlv_close(response, mark);
    return result;
}

int es10b_iot_memory_reset(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    uint32_t bits;
    if (!take_options(request, &bits))
        return SW_WRONG_DATA;
    const struct reset_request wanted = {bits & PROFILE_BITS, der_bit(bits, EIM_BIT),
                                         der_bit(bits, IMMEDIATE_BIT)};
    return reset(isd_r, &wanted, ES10_IOT_MEMORY_RESET, TAG_RESULT, response);
}

int es10b_iot_memory_reset_1_0(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    uint32_t bits;
    if (!take_options(request, &bits))
        return SW_WRONG_DATA;
    const struct reset_request wanted = {bits & PROFILE_BITS_1_0, der_bit(bits, EIM_BIT_1_0),
                                         der_bit(bits, IMMEDIATE_BIT_1_0)};
    return reset(isd_r, &wanted, ES10_EUICC_MEMORY_RESET, DER_INTEGER, response);
}

/* Kept by the profile's id in the store, which no later profile has. No public text says how a
 * profile brings them: they are put there from outside. */
static int get_parameters(struct isd_r *isd_r, struct writer *out)
{
    const struct registry_profile *enabled = registry_enabled(&isd_r->registry);
    char name[32];
    if (enabled == NULL)
        return SW_REFERENCE_NOT_FOUND;
    (void)snprintf(name, sizeof(name), INVENTORY_IOT_CONNECTIVITY "%u", (unsigned)enabled->id);
    return store_get(isd_r->store, name, out);
}

int es10b_get_connectivity_parameters(struct isd_r *isd_r, struct bytes request,
                                      struct writer *response)
{
    uint8_t room[HTTP_PARAMETERS_MAX];
    struct writer parameters = writer_on(room, sizeof(room));
    (void)request;
    const int result = get_parameters(isd_r, &parameters);
    if (result < 0)
        return result;
    const size_t mark = tlv_open(response, ES10_GET_CONNECTIVITY_PARAMETERS);
    if (result == 0) {
        const size_t choice = tlv_open(response, TAG_PARAMETERS);
        tlv_put(response, TAG_HTTP_PARAMETERS, writer_bytes(&parameters));
        tlv_close(response, choice);
    } else {
        der_put_integer(response, TAG_ERROR, ERROR_NO_PARAMETERS);
    }
    tlv_close(response, mark);
    return 0;
}

/* There is no IPA in the chip. */
int es10b_ipae_activation(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv options;
    (void)isd_r;
    if (!tlv_take_tag(&request, TAG_RESULT, &options))
        return SW_WRONG_DATA;
    const size_t mark = tlv_open(response, ES10_IPAE_ACTIVATION);
    der_put_integer(response, TAG_RESULT, NOT_SUPPORTED);
    tlv_close(response, mark);
    return 0;
}
