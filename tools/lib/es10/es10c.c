#include "tools/lib/es10/es10c.h"

#include "apdu/der.h"

#define TAG_CHOICE 0xA0 /* search criteria; profile identifier */
#define TAG_LIST_OF_TAGS 0x5C
#define TAG_REFRESH 0x81
#define TAG_RESULT 0x80
#define TAG_NICKNAME 0x90
#define TAG_EID 0x5A

bool es10c_get_profiles_info(struct es10 *es10, const struct profile_id *only, struct bytes tags,
                             struct bytes *list)
{
    const enum es10_function function = ES10C_GET_PROFILES_INFO;
    struct tlv answer;
    struct writer *request = es10_begin(es10, function);
    if (only != NULL) {
        const size_t mark = tlv_open(request, TAG_CHOICE);
        profile_id_put(request, only);
        tlv_close(request, mark);
    }
    tlv_put(request, TAG_LIST_OF_TAGS, tags);
    return es10_send(es10, function, false, &answer) &&
           es10_list(es10->fault, function, answer.value, list);
}

static bool switch_profile(struct es10 *es10, enum es10_function function,
                           const struct profile_id *id, bool refresh)
{
    struct tlv answer;
    struct writer *request = es10_begin(es10, function);
    const size_t mark = tlv_open(request, TAG_CHOICE);
    profile_id_put(request, id);
    tlv_close(request, mark);
    der_put_boolean(request, TAG_REFRESH, refresh);
    return es10_send(es10, function, false, &answer) &&
           es10_is_ok(es10->fault, function, answer.value, TAG_RESULT);
}

bool es10c_enable_profile(struct es10 *es10, const struct profile_id *id, bool refresh)
{
    return switch_profile(es10, ES10C_ENABLE_PROFILE, id, refresh);
}

bool es10c_disable_profile(struct es10 *es10, const struct profile_id *id, bool refresh)
{
    return switch_profile(es10, ES10C_DISABLE_PROFILE, id, refresh);
}

bool es10c_delete_profile(struct es10 *es10, const struct profile_id *id)
{
    const enum es10_function function = ES10C_DELETE_PROFILE;
    struct tlv answer;
    profile_id_put(es10_begin(es10, function), id);
    return es10_send(es10, function, false, &answer) &&
           es10_is_ok(es10->fault, function, answer.value, TAG_RESULT);
}

bool es10c_set_nickname(struct es10 *es10, struct bytes iccid, struct bytes nickname)
{
    const enum es10_function function = ES10C_SET_NICKNAME;
    struct tlv answer;
    struct writer *request = es10_begin(es10, function);
    tlv_put(request, PROFILE_ID_TAG_ICCID, iccid);
    tlv_put(request, TAG_NICKNAME, nickname);
    return es10_send(es10, function, false, &answer) &&
           es10_is_ok(es10->fault, function, answer.value, TAG_RESULT);
}

bool es10c_get_eid(struct es10 *es10, uint8_t eid[ES10C_EID_LEN])
{
    const enum es10_function function = ES10C_GET_EID;
    struct tlv answer, value;
    tlv_put_u8(es10_begin(es10, function), TAG_LIST_OF_TAGS, TAG_EID);
    if (!es10_send(es10, function, false, &answer))
        return false;
    return (tlv_take_tag(&answer.value, TAG_EID, &value) &&
            bytes_copy_exact(value.value, eid, ES10C_EID_LEN)) ||
           es10_malformed(es10->fault, function);
}
