#include "isd-r/es10c.h"

#include "apdu/status.h"
#include "isd-r/profiles/profile_info.h"
#include "isd-r/profiles/profile_state.h"
#include "isd-r/state.h"
#include "isd-r/info/tag_list.h"

#define TAG_LIST 0xA0
#define TAG_CRITERIA 0xA0
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

/* Which profiles GetProfilesInfo is asked for. */
struct search {
    struct tlv criterion; /* tag 0: all */
    uint32_t class;
    struct bytes tag_list;
};

static bool parse_criterion(struct bytes value, struct search *out)
{
    if (!tlv_take(&value, &out->criterion) || value.len > 0)
        return false;
    switch (out->criterion.tag) {
    case ES10_TAG_AID:
    case ES10_TAG_ICCID:
        return true;
    case METADATA_TAG_CLASS:
        return der_to_unsigned(out->criterion.value, METADATA_OPERATIONAL, &out->class);
    default:
        return false;
    }
}

static bool parse_search(struct bytes request, struct search *out)
{
    struct tlv criteria, tag_list;
    if (!tlv_take_optional(&request, TAG_CRITERIA, &criteria) ||
        (criteria.tag != 0 && !parse_criterion(criteria.value, out)) ||
        !tlv_take_optional(&request, ES10_TAG_TAG_LIST, &tag_list))
        return false;
    out->tag_list = tag_list.value;
    return request.len == 0 && tag_list_is_one(out->tag_list);
}

static bool is_searched(const struct search *search, const struct registry_profile *profile)
{
    const struct bytes value = search->criterion.value;
    switch (search->criterion.tag) {
    case ES10_TAG_AID:
        return bytes_equal(value, bytes_of(profile->aid, profile->aid_len));
    case ES10_TAG_ICCID:
        return bytes_equal(value, bytes_of(profile->iccid, METADATA_ICCID_SIZE));
    case METADATA_TAG_CLASS:
        return profile->metadata.class == search->class;
    default:
        return true;
    }
}

int es10c_get_profiles_info(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct search search = {0};
    const size_t whole = tlv_open(response, ES10_GET_PROFILES_INFO);
    if (!parse_search(request, &search)) {
        tlv_put_u8(response, TAG_LIST_ERROR, ERROR_INCORRECT_INPUT_VALUES);
        tlv_close(response, whole);
        return 0;
    }
    const size_t list = tlv_open(response, TAG_LIST);
    for (size_t i = 0; i < isd_r->registry.count; i++)
        if (is_searched(&search, &isd_r->registry.list[i]))
            profile_info_put(&isd_r->registry.list[i], search.tag_list, isd_r->info->rsp_capability,
                             response);
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

static void end_change(struct isd_r *isd_r, uint32_t tag, int answer, struct writer *response)
{
    put_result(response, tag, answer);
    if (answer == PROFILE_STATE_OK)
        isd_r->locked = isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_LOCKED_BY_ENABLE);
}

int es10c_enable_profile(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct change change;
    int answer = ERROR_UNDEFINED, result = 0;
    if (!parse_change(isd_r, request, &change))
        return SW_WRONG_DATA;
    if (!is_refused_by_quirk(isd_r, &change))
        result = profile_state_enable(&isd_r->profiles, change.target, change.order, &answer);
    if (result == 0)
        end_change(isd_r, ES10_ENABLE_PROFILE, answer, response);
    return result;
}

int es10c_disable_profile(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct change change;
    int answer = ERROR_UNDEFINED, result = 0;
    if (!parse_change(isd_r, request, &change))
        return SW_WRONG_DATA;
    if (!is_refused_by_quirk(isd_r, &change))
        result = profile_state_disable(&isd_r->profiles, change.target, change.order, &answer);
    if (result == 0)
        end_change(isd_r, ES10_DISABLE_PROFILE, answer, response);
    return result;
}

int es10c_delete_profile(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    const struct registry_profile *target;
    int answer;
    if (!take_identifier(isd_r, &request, &target))
        return SW_WRONG_DATA;
    const int result =
        profile_state_delete(&isd_r->profiles, target, (struct profile_state_order){0}, &answer);
    if (result == 0)
        put_result(response, ES10_DELETE_PROFILE, answer);
    return result;
}

int es10c_euicc_memory_reset(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv options;
    uint32_t bits;
    int answer;
    if (!tlv_take_tag(&request, TAG_RESET_OPTIONS, &options) || !der_to_bits(options.value, &bits))
        return SW_WRONG_DATA;
    const int result = profile_state_memory_reset(&isd_r->profiles, bits, &answer);
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
