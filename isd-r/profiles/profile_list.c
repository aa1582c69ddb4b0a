#include "isd-r/profiles/profile_list.h"

#include "isd-r/info/es10_tag.h"
#include "isd-r/profiles/profile_info.h"
#include "isd-r/info/tag_list.h"

#define TAG_CRITERIA 0xA0

static bool parse_criterion(struct bytes value, struct profile_list *out)
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

bool profile_list_parse(struct bytes request, struct profile_list *out)
{
    struct tlv criteria, tag_list;
    *out = (struct profile_list){0};
    if (!tlv_take_optional(&request, TAG_CRITERIA, &criteria) ||
        (criteria.tag != 0 && !parse_criterion(criteria.value, out)) ||
        !tlv_take_optional(&request, ES10_TAG_TAG_LIST, &tag_list))
        return false;
    out->tag_list = tag_list.value;
    return request.len == 0 && tag_list_is_one(out->tag_list);
}

static bool is_searched(const struct profile_list *list, const struct registry_profile *profile)
{
    const struct bytes value = list->criterion.value;
    switch (list->criterion.tag) {
    case ES10_TAG_AID:
        return bytes_equal(value, bytes_of(profile->aid, profile->aid_len));
    case ES10_TAG_ICCID:
        return bytes_equal(value, bytes_of(profile->iccid, METADATA_ICCID_SIZE));
    case METADATA_TAG_CLASS:
        return profile->metadata.class == list->class;
    default:
        return true;
    }
}

/* What v1.3 of SGP.32 shows unasked. */
static const uint8_t tags_1_3[] = {0x5A, 0x4F, 0x9F, 0x70, 0x91, 0x92, 0x95,
                                   0x9F, 0x7B, 0x9F, 0x26, 0x9F, 0x67};

void profile_list_put(const struct profile_list *list, const struct registry *registry,
                      const struct euicc_info *info, struct writer *out)
{
    struct bytes tag_list = list->tag_list;
    if (tag_list.data == NULL && euicc_info_iot(info) >= EUICC_INFO_IOT_1_3)
        tag_list = bytes_of(tags_1_3, sizeof(tags_1_3));
    for (size_t i = 0; i < registry->count; i++)
        if (is_searched(list, &registry->list[i]))
            profile_info_put(&registry->list[i], tag_list, info->rsp_capability, out);
}
