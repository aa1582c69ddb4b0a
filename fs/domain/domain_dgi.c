#include "fs/domain/domain_dgi.h"

#include "apdu/status.h"
#include "apdu/tlv.h"

#define LENGTH_IN_TWO_BYTES 0xFF

bool domain_dgi_take(struct bytes *from, struct domain_dgi *out)
{
    struct bytes left = *from;
    uint8_t short_len;
    uint16_t len;
    if (!bytes_take_u16(&left, &out->tag) || !bytes_take_u8(&left, &short_len))
        return false;
    len = short_len;
    if (short_len == LENGTH_IN_TWO_BYTES && !bytes_take_u16(&left, &len))
        return false;
    if (!bytes_take(&left, len, &out->content))
        return false;
    *from = left;
    return true;
}

int domain_dgi_keep_objects(struct domain_registry *registry, const struct domain_aid *domain,
                            struct bytes objects, domain_dgi_adder *add)
{
    struct tlv tlv;
    int result = 0;
    while (objects.len > 0 && result == 0) {
        if (!tlv_take(&objects, &tlv) || tlv.tag > UINT16_MAX)
            return SW_WRONG_DATA;
        const struct domain_object object = {
            .domain = *domain, .tag = (uint16_t)tlv.tag, .value = tlv.whole};
        result = add(registry, &object);
    }
    return result;
}

int domain_dgi_keep(struct domain_registry *registry, const struct domain_aid *domain,
                    struct bytes groupings, domain_dgi_adder *add)
{
    struct domain_dgi dgi;
    int result = 0;
    while (groupings.len > 0 && result == 0) {
        if (!domain_dgi_take(&groupings, &dgi))
            return SW_WRONG_DATA;
        const struct domain_object object = {
            .domain = *domain, .tag = dgi.tag, .value = dgi.content};
        result = dgi.tag == DOMAIN_DGI_OBJECTS
                     ? domain_dgi_keep_objects(registry, domain, dgi.content, add)
                     : add(registry, &object);
    }
    return result;
}
