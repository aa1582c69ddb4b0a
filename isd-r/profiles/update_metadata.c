#include "isd-r/profiles/update_metadata.h"

#include "isd-r/info/es10_tag.h"
#include "isd-r/info/tag_list.h"
#include "isd-r/profiles/enterprise.h"

/* UpdateMetadataRequest. Its elements are those of the metadata that they replace. */
struct update {
    struct metadata values;
    struct bytes deletions; /* tagsForDeletion; data is NULL: none */
};

static bool is_changed(const struct metadata_field *field, uint8_t change)
{
    return field != NULL && (field->changes & change) != 0;
}

/* What is wrong with a new value that stands in the wrong place, on the wrong chip or is none. */
static int refusal_of(const struct metadata_field *field, uint32_t capability)
{
    if (field->tag == METADATA_TAG_ENTERPRISE_CONFIGURATION &&
        !metadata_is_known(field, capability))
        return UPDATE_METADATA_ENTERPRISE_NOT_ALLOWED;
    return field->tag == METADATA_TAG_RPM_CONFIGURATION ? UPDATE_METADATA_INVALID_RPM_CONFIGURATION
                                                        : UPDATE_METADATA_COMMAND_ERROR;
}

static int take_element(struct update *update, const struct tlv *element, uint32_t capability)
{
    const struct metadata_field *field = metadata_find_field(element->tag);
    if (element->tag == ES10_TAG_TAG_LIST && update->deletions.data == NULL) {
        update->deletions = element->value;
        return tag_list_is_one(element->value) ? UPDATE_METADATA_OK : UPDATE_METADATA_COMMAND_ERROR;
    }
    if (!is_changed(field, METADATA_UPDATES))
        return UPDATE_METADATA_COMMAND_ERROR;
    struct bytes *value = metadata_slot(&update->values, field);
    if (value->data != NULL)
        return UPDATE_METADATA_COMMAND_ERROR;
    if (!metadata_is_known(field, capability) || !field->check(element->value))
        return refusal_of(field, capability);
    *value = element->value;
    return UPDATE_METADATA_OK;
}

static int check_deletions(struct update *update)
{
    struct bytes rest = update->deletions;
    uint32_t tag;
    while (tag_list_take(&rest, &tag)) {
        const struct metadata_field *field = metadata_find_field(tag);
        if (!is_changed(field, METADATA_DELETES))
            return UPDATE_METADATA_DELETE_NOT_ALLOWED;
        if (metadata_slot(&update->values, field)->data != NULL)
            return UPDATE_METADATA_COMMAND_ERROR;
    }
    return UPDATE_METADATA_OK;
}

/* pprUpdateControl: the one way of changing policy rules there is, number 0, lifts them. */
static int check_rules(const struct metadata *values)
{
    uint32_t rules;
    return values->rules_value.data != NULL && der_to_bits(values->rules_value, &rules) &&
                   (rules & METADATA_RULE_UPDATE_CONTROL)
               ? UPDATE_METADATA_INVALID_RULES
               : UPDATE_METADATA_OK;
}

static int parse(struct bytes request, uint32_t capability, struct update *out)
{
    struct tlv element;
    int result = UPDATE_METADATA_OK;
    *out = (struct update){0};
    while (request.len > 0 && result == UPDATE_METADATA_OK)
        result = tlv_take(&request, &element) ? take_element(out, &element, capability)
                                              : UPDATE_METADATA_COMMAND_ERROR;
    if (result == UPDATE_METADATA_OK &&
        (out->values.icon.data == NULL) != (out->values.icon_type.data == NULL))
        result = UPDATE_METADATA_COMMAND_ERROR;
    if (result == UPDATE_METADATA_OK)
        result = check_deletions(out);
    return result == UPDATE_METADATA_OK ? check_rules(&out->values) : result;
}

bool update_metadata_is_within(struct bytes request, struct bytes tag_list)
{
    struct tlv element;
    uint32_t tag;
    while (tlv_take(&request, &element)) {
        if (element.tag != ES10_TAG_TAG_LIST) {
            if (!tag_list_has(tag_list, element.tag))
                return false;
            continue;
        }
        while (tag_list_take(&element.value, &tag))
            if (!tag_list_has(tag_list, tag))
                return false;
    }
    return true;
}

/* An icon goes with its type. */
static bool is_deleted(const struct update *update, uint32_t tag)
{
    if (tag == METADATA_TAG_ICON || tag == METADATA_TAG_ICON_TYPE)
        return tag_list_has(update->deletions, METADATA_TAG_ICON) ||
               tag_list_has(update->deletions, METADATA_TAG_ICON_TYPE);
    return tag_list_has(update->deletions, tag);
}

static void put_field(const struct metadata_field *field, struct metadata *before,
                      struct update *update, struct writer *out)
{
    const struct bytes old = *metadata_slot(before, field);
    const struct bytes new = *metadata_slot(&update->values, field);
    uint32_t rules;
    if (is_deleted(update, field->tag))
        return;
    if (field->tag == METADATA_TAG_RULES && old.data != NULL && der_to_bits(new, &rules))
        der_put_bits(out, field->tag, before->rules & rules);
    else if (new.data != NULL && field->tag != METADATA_TAG_RULES)
        tlv_put(out, field->tag, new);
    else if (old.data != NULL)
        tlv_put(out, field->tag, old);
}

/* What no release of this chip knows stays as it was, at the end. */
static void put_unknown(struct bytes before, struct writer *out)
{
    struct tlv whole, tlv;
    if (!tlv_whole(before, METADATA_TAG, &whole))
        return;
    while (tlv_take(&whole.value, &tlv))
        if (metadata_find_field(tlv.tag) == NULL)
            writer_put(out, tlv.whole);
}

int update_metadata(struct registry *registry, const struct registry_profile *target,
                    struct update_metadata_support support, struct bytes request, int *out)
{
    uint8_t room[METADATA_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    struct metadata before = target->metadata;
    struct update update;
    *out = parse(request, support.capability, &update);
    const struct bytes enterprise = update.values.enterprise_configuration;
    if (*out == UPDATE_METADATA_OK && enterprise.data != NULL &&
        !enterprise_may_become(registry, target, enterprise, support.enterprise))
        *out = UPDATE_METADATA_ENTERPRISE_NOT_ALLOWED;
    if (*out != UPDATE_METADATA_OK)
        return 0;
    const size_t mark = tlv_open(&writer, METADATA_TAG);
    for (size_t i = 0; i < METADATA_FIELDS; i++)
        put_field(&metadata_fields[i], &before, &update, &writer);
    put_unknown(before.whole, &writer);
    tlv_close(&writer, mark);
    if (writer.overflow) {
        *out = UPDATE_METADATA_COMMAND_ERROR;
        return 0;
    }
    registry_notice(registry, target, "has new metadata");
    const int result =
        store_profile_set_metadata(registry->store, target->id, writer_bytes(&writer));
    return result == 0 ? registry_load(registry) : result;
}
