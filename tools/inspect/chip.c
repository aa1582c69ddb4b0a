#include "tools/inspect/chip.h"

#include <stdlib.h>
#include <string.h>

#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "tools/inspect/certificates.h"
#include "tools/lib/common/describe.h"

#define OBJECT_MAX (256u << 10) /* bytes of a data object */

enum object_tag {
    EUICC_INFO2 = 0xBF22,
    NOTIFICATIONS = 0xBF28,
    PROFILES = 0xBF2D,
    ADDRESSES = 0xBF3C,
    RULES = 0xBF43,
    LIST = 0xA0, /* of profiles, of notifications */
};

/* The content of a data object that the chip gives as digits; false if it gives none. */
static bool read_object(struct inspect *inspect, const char *chip, const char *line, uint32_t tag,
                        struct writer *room, struct bytes *content)
{
    struct tlv object;
    json_t *answer = inspect_ask(inspect, chip, line);
    const char *digits = json_string_value(json_object_get(answer, "data"));
    writer_reset(room);
    const bool found =
        digits != NULL && hex_decode(digits, room) && tlv_whole(writer_bytes(room), tag, &object);
    json_decref(answer);
    if (found)
        *content = object.value;
    return found;
}

/* Icons as they would stand in a page's address of an image. */
static void add_icon(json_t *profile, struct bytes content)
{
    static const char *const types[] = {"image/jpeg", "image/png"};
    struct tlv type, icon;
    if (!tlv_find(content, 0x93, &type) || !tlv_find(content, 0x94, &icon) || type.value.len != 1 ||
        type.value.data[0] > 1)
        return;
    char *digits = malloc(HEX_SIZE(icon.value.len));
    if (digits == NULL)
        return;
    hex_encode(icon.value, digits);
    json_object_set_new(profile, "iconType", json_string(types[type.value.data[0]]));
    json_object_set_new(profile, "icon", json_string(digits));
    free(digits);
}

static json_t *describe_profiles(struct bytes content)
{
    json_t *profiles = json_array();
    struct tlv list, profile;
    if (!tlv_find(content, LIST, &list))
        return profiles;
    while (tlv_take(&list.value, &profile)) {
        json_t *object = json_object();
        (void)describe(&describe_profile, profile.value, object);
        add_icon(object, profile.value);
        json_array_append_new(profiles, object);
    }
    return profiles;
}

static json_t *describe_elements(const struct describe_table *table, struct bytes content)
{
    struct tlv list;
    json_t *described = tlv_find(content, LIST, &list) ? describe_list(table, list.value) : NULL;
    return described != NULL ? described : json_array();
}

static json_t *describe_info(struct bytes content)
{
    json_t *info = json_object();
    (void)describe(&describe_info2, content, info);
    return info;
}

static json_t *describe_addresses(struct bytes content)
{
    json_t *addresses = json_object();
    struct tlv object;
    if (tlv_find(content, 0x80, &object))
        json_object_set_new(addresses, "defaultSmdp",
                            json_stringn((const char *)object.value.data, object.value.len));
    if (tlv_find(content, 0x81, &object))
        json_object_set_new(addresses, "rootSmds",
                            json_stringn((const char *)object.value.data, object.value.len));
    return addresses;
}

static json_t *describe_notifications(struct bytes content)
{
    return describe_elements(&describe_notification, content);
}

static json_t *describe_rules(struct bytes content)
{
    return describe_elements(&describe_rule, content);
}

static const struct {
    const char *key, *line;
    uint32_t tag;
    json_t *(*describe)(struct bytes content);
} objects[] = {
    {"info", "get BF22", EUICC_INFO2, describe_info},
    {"profiles", "get BF2D", PROFILES, describe_profiles},
    {"notifications", "get BF28", NOTIFICATIONS, describe_notifications},
    {"addresses", "get BF3C", ADDRESSES, describe_addresses},
    {"rules", "get BF43", RULES, describe_rules},
};

static void add_objects(struct inspect *inspect, const char *chip, json_t *out)
{
    uint8_t *room = malloc(OBJECT_MAX);
    struct bytes content;
    if (room == NULL)
        return;
    struct writer writer = writer_on(room, OBJECT_MAX);
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        if (read_object(inspect, chip, objects[i].line, objects[i].tag, &writer, &content))
            json_object_set_new(out, objects[i].key, objects[i].describe(content));
    free(room);
}

/* What is there to see of a chip that does not run; error is what it answers when it is asked, and
 * is told if its store says nothing either. */
static json_t *describe_at_rest(struct inspect *inspect, const char *chip, json_t *error)
{
    json_t *stored = inspect_ask(inspect, chip, "list");
    if (json_object_get(stored, "profiles") == NULL) {
        json_decref(stored);
        return error;
    }
    json_decref(error);
    return json_pack("{s:b, s:o, s:o?}", "rest", 1, "stored", stored, "iot",
                     inspect_ask(inspect, chip, "iot"));
}

json_t *chip_describe(struct inspect *inspect, const char *chip)
{
    json_t *status = inspect_ask(inspect, chip, "status");
    if (json_object_get(status, "error") != NULL)
        return describe_at_rest(inspect, chip, status);
    json_t *out = json_pack("{s:o?}", "status", status);
    add_objects(inspect, chip, out);
    json_object_set_new(out, "stored", inspect_ask(inspect, chip, "list"));
    json_object_set_new(out, "iot", inspect_ask(inspect, chip, "iot"));
    json_object_set_new(out, "faults", inspect_ask(inspect, chip, "fault-list"));
    json_t *certificates = inspect_ask(inspect, chip, "certificates");
    json_object_set_new(out, "certificates", certificates_describe(certificates));
    json_decref(certificates);
    return out;
}
