#include "isd-r/profile_info.h"

#include "isd-r/es10.h"

#define TAG_PROFILE_INFO 0xE3
#define TAG_STATE 0x9F70
#define TAG_PROPRIETARY 0xB8

typedef void put_field(const struct registry_profile *profile, uint32_t tag, struct writer *out);

static void put_iccid(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    tlv_put(out, tag, bytes_of(profile->iccid, METADATA_ICCID_SIZE));
}

static void put_aid(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    tlv_put(out, tag, bytes_of(profile->aid, profile->aid_len));
}

static void put_state(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    tlv_put_u8(out, tag, profile->enabled);
}

static void put_nickname(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    if (profile->nickname.len > 0)
        tlv_put(out, tag, profile->nickname);
}

static void put_class(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    der_put_integer(out, tag, profile->metadata.class);
}

/* As the server sent it. */
static void put_metadata(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    struct tlv whole, field;
    if (tlv_whole(profile->metadata.whole, METADATA_TAG, &whole) &&
        tlv_find(whole.value, tag, &field))
        writer_put(out, field.whole);
}

static void put_proprietary(const struct registry_profile *profile, uint32_t tag,
                            struct writer *out)
{
    struct bytes configuration = profile->configuration;
    struct tlv request, field;
    if (tlv_take(&configuration, &request) && tlv_find(request.value, tag, &field))
        writer_put(out, field.whole);
}

struct field {
    uint32_t tag;
    bool unasked; /* shown when there is no tag list */
    put_field *put;
};

/* In the order of the answer. */
/* clang-format off */
static const struct field fields[] = {
    { ES10_TAG_ICCID,                true,  put_iccid },
    { ES10_TAG_AID,                  true,  put_aid },
    { TAG_STATE,                     true,  put_state },
    { METADATA_TAG_NICKNAME,         true,  put_nickname },
    { METADATA_TAG_SERVICE_PROVIDER, true,  put_metadata },
    { METADATA_TAG_NAME,             true,  put_metadata },
    { METADATA_TAG_ICON_TYPE,        true,  put_metadata },
    { METADATA_TAG_ICON,             true,  put_metadata },
    { METADATA_TAG_CLASS,            true,  put_class },
    { METADATA_TAG_NOTIFICATIONS,    false, put_metadata },
    { METADATA_TAG_OWNER,            false, put_metadata },
    { TAG_PROPRIETARY,               false, put_proprietary },
    { METADATA_TAG_RULES,            false, put_metadata },
};
/* clang-format on */

static bool take_tag(struct bytes *from, uint32_t *tag)
{
    uint8_t room[TLV_HEADER_MAX];
    struct tlv_header header;
    for (size_t len = 1; len <= from->len && len < sizeof(room); len++) {
        /* A tag becomes a whole element with a length of zero after it. */
        memcpy(room, from->data, len);
        room[len] = 0;
        if (tlv_read_header(bytes_of(room, len + 1), &header) != TLV_FRONT_OK)
            continue;
        struct bytes taken;
        *tag = header.tag;
        return bytes_take(from, header.header_len - 1, &taken);
    }
    return false;
}

bool profile_info_is_tag_list(struct bytes tag_list)
{
    uint32_t tag;
    while (tag_list.len > 0)
        if (!take_tag(&tag_list, &tag))
            return false;
    return true;
}

static bool is_asked_for(const struct field *field, struct bytes tag_list)
{
    uint32_t tag;
    if (tag_list.data == NULL)
        return field->unasked;
    while (take_tag(&tag_list, &tag))
        if (tag == field->tag)
            return true;
    return false;
}

void profile_info_put(const struct registry_profile *profile, struct bytes tag_list,
                      struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_PROFILE_INFO);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (is_asked_for(&fields[i], tag_list))
            fields[i].put(profile, fields[i].tag, out);
    tlv_close(out, mark);
}
