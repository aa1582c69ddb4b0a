#include "isd-r/profiles/notification_configuration.h"

#define TAG_EVENT 0x80
#define TAG_ADDRESS 0x81

bool notification_configuration_take(struct bytes *from, uint32_t *events, struct bytes *address)
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

int notification_configuration_each(struct bytes value, enum metadata_event event,
                                    notification_configuration_visit *visit, void *context)
{
    struct bytes address;
    uint32_t events;
    while (notification_configuration_take(&value, &events, &address)) {
        const int result = der_bit(events, event) ? visit(context, address) : 0;
        if (result != 0)
            return result;
    }
    return 0;
}
