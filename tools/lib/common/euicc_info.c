#include "tools/lib/common/euicc_info.h"

#include "apdu/der.h"

#include <stdio.h>

#define EUICC_INFO1 0xBF20
#define PROFILE_VERSION 0x81
#define LOWEST_SVN 0x82
#define FIRMWARE 0x83
#define EXTENDED_CARD_RESOURCE 0x84
#define UICC_CAPABILITY 0x85
#define RSP_CAPABILITY 0x88
#define LIST_FOR_VERIFICATION 0xA9
#define LIST_FOR_SIGNING 0xAA
#define FORBIDDEN_RULES 0x99
#define LIST_FOR_SIGNING_V3 0xB1
#define HIGHEST_SVN 0x93
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

static bool find_version(struct bytes value, uint32_t tag, struct svn *out)
{
    struct tlv found;
    return tlv_find(value, tag, &found) && svn_from_bytes(found.value, out);
}

static bool find_versions(struct bytes value, struct euicc_versions *out)
{
    struct tlv ignored;
    if (!find_version(value, LOWEST_SVN, &out->lowest))
        return false;
    out->highest = out->lowest;
    return !tlv_find(value, HIGHEST_SVN, &ignored) ||
           find_version(value, HIGHEST_SVN, &out->highest);
}

/* A BIT STRING; none of its bits where it is absent. */
static bool find_bits(struct bytes value, uint32_t tag, uint32_t *bits)
{
    struct tlv found;
    *bits = 0;
    return !tlv_find(value, tag, &found) || der_to_bits(found.value, bits);
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

bool euicc_versions_read(struct bytes whole, struct euicc_versions *versions, uint32_t *capability)
{
    struct tlv info;
    return tlv_take(&whole, &info) && find_versions(info.value, versions) &&
           find_bits(info.value, RSP_CAPABILITY, capability);
}

bool euicc_info1_read(struct bytes whole, struct euicc_info1 *out)
{
    struct tlv info, signing_v3 = {0};
    if (!tlv_whole(whole, EUICC_INFO1, &info) || !is_row_of_elements(info.value) ||
        !find_versions(info.value, &out->versions) ||
        !find_bits(info.value, RSP_CAPABILITY, &out->capability) ||
        !find_lists(info.value, &out->verification, &out->signing))
        return false;
    (void)tlv_find(info.value, LIST_FOR_SIGNING_V3, &signing_v3);
    out->signing_v3 = signing_v3.value;
    return is_key_id_list(out->signing_v3);
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

bool euicc_info2_read(struct bytes value, struct euicc_info2 *out)
{
    struct tlv ignored;
    return is_row_of_elements(value) &&
           find_version(value, PROFILE_VERSION, &out->profile_version) &&
           find_versions(value, &out->versions) && tlv_find(value, FIRMWARE, &ignored) &&
           find_free_memory(value, out) && tlv_find(value, UICC_CAPABILITY, &ignored) &&
           tlv_find(value, RSP_CAPABILITY, &ignored) &&
           find_bits(value, RSP_CAPABILITY, &out->capability) &&
           find_lists(value, &out->verification, &out->signing) &&
           find_bits(value, FORBIDDEN_RULES, &out->forbidden_rules);
}

bool euicc_info_take_key_id(struct bytes *list, struct bytes *out)
{
    struct tlv key_id;
    if (!tlv_take_tag(list, DER_OCTET_STRING, &key_id))
        return false;
    *out = key_id.value;
    return true;
}

const char *euicc_versions_text(const struct euicc_versions *versions,
                                char text[EUICC_VERSIONS_TEXT_SIZE])
{
    char lowest[SVN_TEXT_SIZE], highest[SVN_TEXT_SIZE];
    const bool range = !bytes_equal(svn_bytes(&versions->lowest), svn_bytes(&versions->highest));
    snprintf(text, EUICC_VERSIONS_TEXT_SIZE, "%s%s%s", svn_text(&versions->lowest, lowest),
             range ? " to " : "", range ? svn_text(&versions->highest, highest) : "");
    return text;
}
