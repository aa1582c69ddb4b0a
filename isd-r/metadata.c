#include "isd-r/metadata.h"

#include "apdu/hex.h"

#define SERVICE_PROVIDER_MAX 32 /* characters */
#define NAME_MAX_CHARACTERS 64
#define ICON_MAX 1024 /* bytes */
#define ICON_TYPE_MAX 1
#define CLASS_MAX 255
#define MCC_MNC_SIZE 3
#define TAG_EVENT 0x80
#define TAG_ADDRESS 0x81
#define TAG_MCC_MNC 0x80
#define TAG_GID1 0x81
#define TAG_GID2 0x82

static bool is_iccid(struct bytes value)
{
    return value.len == METADATA_ICCID_SIZE;
}

static bool is_service_provider(struct bytes value)
{
    return der_is_utf8(value, SERVICE_PROVIDER_MAX);
}

static bool is_name(struct bytes value)
{
    return der_is_utf8(value, NAME_MAX_CHARACTERS);
}

static bool is_icon_type(struct bytes value)
{
    uint32_t number;
    return der_to_unsigned(value, ICON_TYPE_MAX, &number);
}

static bool is_icon(struct bytes value)
{
    return value.len <= ICON_MAX;
}

static bool is_class(struct bytes value)
{
    uint32_t number;
    return der_to_unsigned(value, CLASS_MAX, &number);
}

static bool is_bits(struct bytes value)
{
    uint32_t bits;
    return der_to_bits(value, &bits);
}

static bool is_owner(struct bytes value)
{
    struct metadata_operator operator;
    return metadata_parse_operator(value, &operator);
}

/* One NotificationConfigurationInformation. */
static bool take_recipient(struct bytes *from, uint32_t *events, struct bytes *address)
{
    struct tlv entry, event, where;
    if (!tlv_take_tag(from, DER_SEQUENCE, &entry) ||
        !tlv_take_tag(&entry.value, TAG_EVENT, &event) ||
        !tlv_take_tag(&entry.value, TAG_ADDRESS, &where) || !der_to_bits(event.value, events) ||
        !der_is_utf8(where.value, where.value.len))
        return false;
    *address = where.value;
    return true;
}

static bool is_notifications(struct bytes value)
{
    uint32_t events;
    struct bytes address;
    while (value.len > 0)
        if (!take_recipient(&value, &events, &address))
            return false;
    return true;
}

struct field {
    uint32_t tag;
    bool required;
    bool (*check)(struct bytes value);
    size_t offset; /* of its slice in struct metadata */
};

/* SGP.22 §5.5.3 */
/* clang-format off */
static const struct field fields[] = {
    { 0x5A,                          true,  is_iccid,            offsetof(struct metadata, iccid) },
    { METADATA_TAG_SERVICE_PROVIDER, true,  is_service_provider, offsetof(struct metadata, service_provider) },
    { METADATA_TAG_NAME,             true,  is_name,             offsetof(struct metadata, name) },
    { METADATA_TAG_ICON_TYPE,        false, is_icon_type,        offsetof(struct metadata, icon_type) },
    { METADATA_TAG_ICON,             false, is_icon,             offsetof(struct metadata, icon) },
    { METADATA_TAG_CLASS,            false, is_class,            offsetof(struct metadata, class_value) },
    { METADATA_TAG_NOTIFICATIONS,    false, is_notifications,    offsetof(struct metadata, notifications) },
    { METADATA_TAG_OWNER,            false, is_owner,            offsetof(struct metadata, owner) },
    { METADATA_TAG_RULES,            false, is_bits,             offsetof(struct metadata, rules_value) },
};
/* clang-format on */
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static struct bytes *slot(struct metadata *metadata, const struct field *field)
{
    return (struct bytes *)((char *)metadata + field->offset);
}

static bool take_field(struct metadata *metadata, const struct tlv *tlv)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].tag != tlv->tag)
            continue;
        struct bytes *value = slot(metadata, &fields[i]);
        if (value->data != NULL || !fields[i].check(tlv->value))
            return false;
        *value = tlv->value;
        return true;
    }
    return true;
}

static bool is_complete(struct metadata *metadata)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (fields[i].required && slot(metadata, &fields[i])->data == NULL)
            return false;
    return metadata->icon.data == NULL || metadata->icon_type.data != NULL;
}

bool metadata_parse(struct bytes request, struct metadata *out)
{
    struct metadata metadata = {.whole = request, .class = METADATA_OPERATIONAL};
    struct tlv whole, tlv;
    if (!tlv_whole(request, METADATA_TAG, &whole))
        return false;
    while (whole.value.len > 0)
        if (!tlv_take(&whole.value, &tlv) || !take_field(&metadata, &tlv))
            return false;
    if (!is_complete(&metadata))
        return false;
    if (metadata.class_value.data != NULL)
        (void)der_to_unsigned(metadata.class_value, CLASS_MAX, &metadata.class);
    if (metadata.rules_value.data != NULL)
        (void)der_to_bits(metadata.rules_value, &metadata.rules);
    *out = metadata;
    return true;
}

bool metadata_parse_operator(struct bytes value, struct metadata_operator *out)
{
    struct tlv mcc_mnc, gid1, gid2;
    if (!tlv_take_tag(&value, TAG_MCC_MNC, &mcc_mnc) || mcc_mnc.value.len != MCC_MNC_SIZE ||
        !tlv_take_optional(&value, TAG_GID1, &gid1) || !tlv_take_optional(&value, TAG_GID2, &gid2))
        return false;
    *out = (struct metadata_operator){mcc_mnc.value, gid1.value, gid2.value};
    return true;
}

int metadata_each_recipient(const struct metadata *metadata, enum metadata_event event,
                            metadata_recipient *visit, void *context)
{
    struct bytes rest = metadata->notifications, address;
    uint32_t events;
    while (take_recipient(&rest, &events, &address)) {
        const int result = der_bit(events, event) ? visit(context, address) : 0;
        if (result != 0)
            return result;
    }
    return 0;
}

void metadata_iccid_text(const uint8_t iccid[METADATA_ICCID_SIZE],
                         char text[2 * METADATA_ICCID_SIZE + 1])
{
    uint8_t digits[METADATA_ICCID_SIZE];
    iccid_swap(iccid, digits);
    hex_encode(bytes_of(digits, sizeof(digits)), text);
    text[strcspn(text, "F")] = '\0';
}
