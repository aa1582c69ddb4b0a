#include "tools/smdpp/euicc_info.h"

#include "apdu/der.h"

#define EUICC_INFO1 0xBF20
#define PROFILE_VERSION 0x81
#define SVN 0x82
#define FIRMWARE 0x83
#define EXTENDED_CARD_RESOURCE 0x84
#define UICC_CAPABILITY 0x85
#define RSP_CAPABILITY 0x88
#define LIST_FOR_VERIFICATION 0xA9
#define LIST_FOR_SIGNING 0xAA
#define FORBIDDEN_RULES 0x99
/* Extended Card Resources Information (TS 102 226 §8.2.1.7.2) */
#define FREE_NON_VOLATILE 0x82

/* Key identifiers are SHA-1 (RFC 5280 §4.2.1.2); others may be shorter or longer. */
static bool is_key_id_list(struct bytes list)
{
    struct bytes key_id;
    while (list.len > 0)
        if (!euicc_info_take_key_id(&list, &key_id))
            return false;
    return true;
}

static bool is_row_of_elements(struct bytes value)
{
    struct tlv element;
    while (value.len > 0)
        if (!tlv_take(&value, &element))
            return false;
    return true;
}

static bool find_version(struct bytes value, uint32_t tag, uint8_t out[EUICC_INFO_VERSION_SIZE])
{
    struct tlv found;
    return tlv_find(value, tag, &found) &&
           bytes_copy_exact(found.value, out, EUICC_INFO_VERSION_SIZE);
}

static bool find_lists(struct bytes value, struct bytes *verification, struct bytes *signing)
{
    struct tlv first, second;
    if (!tlv_find(value, LIST_FOR_VERIFICATION, &first) ||
        !tlv_find(value, LIST_FOR_SIGNING, &second) || !is_key_id_list(first.value) ||
        !is_key_id_list(second.value))
        return false;
    *verification = first.value;
    *signing = second.value;
    return true;
}

bool euicc_info1_read(struct bytes whole, struct euicc_info1 *out)
{
    struct tlv info;
    return tlv_whole(whole, EUICC_INFO1, &info) && is_row_of_elements(info.value) &&
           find_version(info.value, SVN, out->svn) &&
           find_lists(info.value, &out->verification, &out->signing);
}

static bool find_free_memory(struct bytes value, struct euicc_info2 *out)
{
    struct tlv resource, memory;
    if (!tlv_find(value, EXTENDED_CARD_RESOURCE, &resource))
        return false;
    out->has_free_memory = tlv_find(resource.value, FREE_NON_VOLATILE, &memory) &&
                           bytes_to_u32(memory.value, &out->free_memory);
    return true;
}

static bool find_rules(struct bytes value, uint32_t *rules)
{
    struct tlv found;
    *rules = 0;
    return !tlv_find(value, FORBIDDEN_RULES, &found) || der_to_bits(found.value, rules);
}

bool euicc_info2_read(struct bytes value, struct euicc_info2 *out)
{
    struct tlv ignored;
    return is_row_of_elements(value) &&
           find_version(value, PROFILE_VERSION, out->profile_version) &&
           find_version(value, SVN, out->svn) && tlv_find(value, FIRMWARE, &ignored) &&
           find_free_memory(value, out) && tlv_find(value, UICC_CAPABILITY, &ignored) &&
           tlv_find(value, RSP_CAPABILITY, &ignored) &&
           find_lists(value, &out->verification, &out->signing) &&
           find_rules(value, &out->forbidden_rules);
}

bool euicc_info_take_key_id(struct bytes *list, struct bytes *out)
{
    struct tlv key_id;
    if (!tlv_take_tag(list, DER_OCTET_STRING, &key_id))
        return false;
    *out = key_id.value;
    return true;
}
