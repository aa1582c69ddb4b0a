#include "isd-r/es10c.h"

#include "apdu/status.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/profiles/profile_list.h"
#include "isd-r/profiles/profile_state.h"
#include "isd-r/state.h"

#define TAG_LIST 0xA0
#define TAG_LIST_ERROR 0x81
#define TAG_IDENTIFIER 0xA0
#define TAG_REFRESH_FLAG 0x81
#define TAG_RESET_OPTIONS 0x82
#define TAG_RESULT 0x80
#define TAG_NICKNAME_SLIP 0x8F /* pySim's tag for the nickname */
#define NICKNAME_MAX 64        /* characters */
#define ERROR_INCORRECT_INPUT_VALUES 1
#define ERROR_UNDEFINED 127

static void put_result(struct writer *response, uint32_t tag, int result)
{
    const size_t mark = tlv_open(response, tag);
    der_put_integer(response, TAG_RESULT, result);
    tlv_close(response, mark);
}

int es10c_get_profiles_info(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct profile_list asked;
    const size_t whole = tlv_open(response, ES10_GET_PROFILES_INFO);
    if (!profile_list_parse(request, &asked)) {
        tlv_put_u8(response, TAG_LIST_ERROR, ERROR_INCORRECT_INPUT_VALUES);
        tlv_close(response, whole);
        return 0;
    }
    const size_t list = tlv_open(response, TAG_LIST);
    profile_list_put(&asked, &isd_r->registry, isd_r->info, response);
    tlv_close(response, list);
    tlv_close(response, whole);
    return 0;
}

/* ProfileIdentifier: false if it is neither AID nor ICCID; *out is NULL if it is unknown. */
static bool take_identifier(const struct isd_r *isd_r, struct bytes *from,
                            const struct registry_profile **out)
{
    struct tlv identifier;
    if (!tlv_take(from, &identifier))
        return false;
    if (identifier.tag == ES10_TAG_AID)
        *out = registry_by_aid(&isd_r->registry, identifier.value);
    else if (identifier.tag == ES10_TAG_ICCID)
        *out = isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_ONLY_BY_AID)
                   ? NULL
                   : registry_by_iccid(&isd_r->registry, identifier.value);
    else
        return false;
    return true;
}

/* EnableProfile and DisableProfile */
struct change {
    const struct registry_profile *target; /* NULL: unknown */
    struct profile_state_order order;
};

static bool parse_change(const struct isd_r *isd_r, struct bytes request, struct change *out)
{
    struct tlv choice, flag;
    *out = (struct change){0};
    return tlv_take_tag(&request, TAG_IDENTIFIER, &choice) &&
           tlv_take_tag(&request, TAG_REFRESH_FLAG, &flag) &&
           der_to_boolean(flag.value, &out->order.refresh) &&
           take_identifier(isd_r, &choice.value, &out->target);
}

static bool is_refused_by_quirk(const struct isd_r *isd_r, const struct change *change)
{
    return change->order.refresh &&
           isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_REFRESH_REFUSED);
}

/* An emergency ends by a function of its own; a quirk is no code that says why. */
static bool is_refused(const struct isd_r *isd_r, const struct change *change, int *answer)
{
    const bool emergency = iot_memory_has(&isd_r->iot_memory, IOT_EMERGENCY);
    *answer = emergency ? PROFILE_STATE_DISALLOWED : ERROR_UNDEFINED;
    return emergency || is_refused_by_quirk(isd_r, change);
}

static int end_change(struct isd_r *isd_r, uint32_t tag, int answer, struct writer *response)
{
    put_result(response, tag, answer);
    if (answer != PROFILE_STATE_OK)
        return 0;
    isd_r->locked = isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_LOCKED_BY_ENABLE);
    return es10b_iot_happened(isd_r, IOT_EVENT_LOCAL);
}

int es10c_enable_profile(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct change change;
    int answer, result = 0;
    if (!parse_change(isd_r, request, &change))
        return SW_WRONG_DATA;
    if (!is_refused(isd_r, &change, &answer))
        result = profile_state_enable(&isd_r->profiles, change.target, change.order, &answer);
    return result == 0 ? end_change(isd_r, ES10_ENABLE_PROFILE, answer, response) : result;
}

int es10c_disable_profile(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct change change;
    int answer, result = 0;
    if (!parse_change(isd_r, request, &change))
        return SW_WRONG_DATA;
    if (!is_refused(isd_r, &change, &answer))
        result = profile_state_disable(&isd_r->profiles, change.target, change.order, &answer);
    return result == 0 ? end_change(isd_r, ES10_DISABLE_PROFILE, answer, response) : result;
}

int es10c_delete_profile(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    const struct registry_profile *target;
    int answer;
    if (!take_identifier(isd_r, &request, &target))
        return SW_WRONG_DATA;
    int result =
        profile_state_delete(&isd_r->profiles, target, (struct profile_state_order){0}, &answer);
    if (result == 0 && answer == PROFILE_STATE_OK)
        result = es10b_iot_happened(isd_r, IOT_EVENT_DELETED);
    if (result == 0)
        put_result(response, ES10_DELETE_PROFILE, answer);
    return result;
}

int es10c_euicc_memory_reset(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv options;
    uint32_t bits;
    int answer;
    if (euicc_info_iot(isd_r->info) == EUICC_INFO_IOT_1_0)
        return es10b_iot_memory_reset_1_0(isd_r, request, response);
    if (!tlv_take_tag(&request, TAG_RESET_OPTIONS, &options) || !der_to_bits(options.value, &bits))
        return SW_WRONG_DATA;
    int result = profile_state_memory_reset(&isd_r->profiles, bits, &answer);
    if (result == 0 && answer == PROFILE_STATE_OK)
        result = es10b_iot_happened(isd_r, IOT_EVENT_DELETED);
    if (result == 0)
        put_result(response, ES10_EUICC_MEMORY_RESET, answer);
    return result;
}

/* The tag list may be left out; it can name the EID only. */
int es10c_get_eid(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv tag_list;
    if (!tlv_take_optional(&request, ES10_TAG_TAG_LIST, &tag_list))
        return SW_WRONG_DATA;
    if (tag_list.tag != 0 && !bytes_equal(tag_list.value, BYTES(ES10_TAG_ICCID)))
        return SW_REFERENCE_NOT_FOUND;
    const size_t mark = tlv_open(response, ES10_GET_EUICC_DATA);
    tlv_put(response, ES10_TAG_ICCID, bytes_of(isd_r->credentials.eid, CREDENTIALS_EID_SIZE));
    tlv_close(response, mark);
    return 0;
}

static bool take_nickname(struct bytes *from, struct tlv *out)
{
    return tlv_take_tag(from, METADATA_TAG_NICKNAME, out) ||
           tlv_take_tag(from, TAG_NICKNAME_SLIP, out);
}

int es10c_set_nickname(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv iccid, nickname;
    int answer = PROFILE_STATE_OK, result = 0;
    if (!tlv_take_tag(&request, ES10_TAG_ICCID, &iccid) || !take_nickname(&request, &nickname))
        return SW_WRONG_DATA;
    const struct registry_profile *target = registry_by_iccid(&isd_r->registry, iccid.value);
    if (target == NULL)
        answer = PROFILE_STATE_NOT_FOUND;
    else if (!der_is_utf8(nickname.value, NICKNAME_MAX))
        answer = ERROR_UNDEFINED;
    else
        result = store_profile_set_nickname(isd_r->store, target->id, nickname.value);
    if (result == 0 && answer == PROFILE_STATE_OK)
        result = registry_load(&isd_r->registry);
    put_result(response, ES10_SET_NICKNAME, answer);
    return result;
}
