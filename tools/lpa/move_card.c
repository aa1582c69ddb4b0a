#include "tools/lpa/move_card.h"

#include <stdio.h>

#include "apdu/hex.h"
#include "tools/lib/common/text.h"

#define ENABLED 1

enum {
    TAG_STATE = 0x9F70,
    TAG_CONFIGURATION = 0xBF20,
    TAG_REQUEST_TO_DP = 0xA0,
    TAG_STORED_CODE = 0xA1,
    TAG_ADDRESS = 0x80, /* of the first */
    TAG_ALLOWED_CI = 0x81,
    TAG_EID_REQUIRED = 0x82,
    TAG_TAC_REQUIRED = 0x83,
    TAG_CODE = 0x80, /* of the second */
    TAG_DELETE_OLD = 0x81,
};

/* What a profile that may move is asked for; a card of v2 knows no such tag. */
#define TAGS BYTES(0x5A, 0x9F, 0x70, 0xBF, 0x20)
#define TAGS_V2 BYTES(0x5A, 0x9F, 0x70)

static bool copy_text(struct bytes from, char *out, size_t size)
{
    if (from.len >= size || (from.len > 0 && memchr(from.data, 0, from.len) != NULL))
        return false;
    snprintf(out, size, "%.*s", (int)from.len, from.len > 0 ? (const char *)from.data : "");
    return true;
}

static bool read_request_to_dp(struct bytes value, struct move_profile *out)
{
    struct tlv address, ci, eid, tac;
    if (!tlv_take_tag(&value, TAG_ADDRESS, &address) ||
        !tlv_take_optional(&value, TAG_ALLOWED_CI, &ci) ||
        !tlv_take_optional(&value, TAG_EID_REQUIRED, &eid) ||
        !tlv_take_optional(&value, TAG_TAC_REQUIRED, &tac))
        return false;
    out->way = MOVE_BY_SERVER;
    out->eid_required = eid.tag != 0;
    out->tac_required = tac.tag != 0;
    return copy_text(address.value, out->address, sizeof(out->address));
}

static bool read_stored_code(struct bytes value, struct move_profile *out)
{
    struct tlv code, deletes;
    if (!tlv_take_tag(&value, TAG_CODE, &code) ||
        !tlv_take_optional(&value, TAG_DELETE_OLD, &deletes))
        return false;
    out->way = MOVE_STORED_CODE;
    out->deletes = deletes.tag != 0;
    return copy_text(code.value, out->code, sizeof(out->code));
}

bool move_card_read_configuration(struct bytes value, struct move_profile *out)
{
    struct tlv choice;
    if (tlv_whole(value, TAG_REQUEST_TO_DP, &choice))
        return read_request_to_dp(choice.value, out);
    return tlv_whole(value, TAG_STORED_CODE, &choice) && read_stored_code(choice.value, out);
}

static bool read_profile(struct es10 *es10, struct bytes profile, struct move_profile *out)
{
    struct tlv iccid, state, configuration;
    if (!tlv_find(profile, PROFILE_ID_TAG_ICCID, &iccid) ||
        !bytes_copy_exact(iccid.value, out->iccid, PROFILE_ID_ICCID_LEN))
        return es10_malformed(es10->fault, ES10C_GET_PROFILES_INFO);
    out->present = true;
    out->enabled = tlv_find(profile, TAG_STATE, &state) && bytes_equal(state.value, BYTES(ENABLED));
    text_swapped_digits(iccid.value, out->digits, sizeof(out->digits));
    return !tlv_find(profile, TAG_CONFIGURATION, &configuration) ||
           move_card_read_configuration(configuration.value, out) ||
           es10_malformed(es10->fault, ES10C_GET_PROFILES_INFO);
}

/* All profiles, or the one meant. A card that does not know the third tag is asked without it. */
static bool get_list(struct es10 *es10, const struct profile_id *id, struct bytes *list)
{
    if (es10c_get_profiles_info(es10, id, TAGS, list))
        return true;
    fault_clear(es10->fault);
    return es10c_get_profiles_info(es10, id, TAGS_V2, list);
}

bool move_card_find(struct es10 *es10, const char *text, struct move_profile *out)
{
    struct profile_id id;
    struct bytes list;
    struct tlv profile;
    *out = (struct move_profile){0};
    if (!profile_id_parse(text, &id, es10->fault) || !get_list(es10, &id, &list))
        return false;
    if (tlv_take(&list, &profile))
        return read_profile(es10, profile.value, out);
    if (id.tag != PROFILE_ID_TAG_ICCID) {
        fault_raise(es10->fault, "move", "the card has no profile '%.40s'", text);
        return fault_next(es10->fault, "a profile that has left is named by its ICCID");
    }
    memcpy(out->iccid, id.value, PROFILE_ID_ICCID_LEN);
    text_swapped_digits(bytes_of(out->iccid, PROFILE_ID_ICCID_LEN), out->digits,
                        sizeof(out->digits));
    return true;
}

bool move_card_has(struct es10 *es10, const uint8_t iccid[PROFILE_ID_ICCID_LEN])
{
    struct profile_id id = {.tag = PROFILE_ID_TAG_ICCID, .len = PROFILE_ID_ICCID_LEN};
    struct bytes list;
    memcpy(id.value, iccid, PROFILE_ID_ICCID_LEN);
    return get_list(es10, &id, &list) && list.len > 0;
}

bool move_card_eid(struct es10 *es10, uint8_t eid[ES10C_EID_LEN], char digits[MOVE_RECORD_EID_SIZE])
{
    if (!es10c_get_eid(es10, eid))
        return false;
    hex_encode(bytes_of(eid, ES10C_EID_LEN), digits);
    return true;
}
