/* STORE DATA of a security domain (GlobalPlatform §11.11), and where INSTALL [for personalization]
 * leads it. */
#include "fs/domain/domain_commands.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/domain/access_rules.h"
#include "fs/domain/domain_dgi.h"

#define P1_LAST 0x80
#define P1_ENCRYPTED 0x60
#define P1_STRUCTURE 0x18
#define P1_DGI 0x08
#define P1_TLV 0x10

/* Each grouping's content is enciphered by itself. */
static int decipher_groupings(const struct domain_context *context, struct bytes data,
                              struct writer *out)
{
    struct domain_dgi dgi;
    int result = 0;
    while (data.len > 0 && result == 0) {
        const uint8_t *start = data.data;
        if (!domain_dgi_take(&data, &dgi))
            return SW_WRONG_DATA;
        writer_put(out, bytes_of(start, (size_t)(dgi.content.data - start)));
        uint8_t *room = writer_reserve(out, dgi.content.len);
        if (room == NULL)
            return SW_WRONG_DATA;
        if (dgi.content.len > 0)
            result = domain_decipher(context, dgi.content, room);
    }
    return result;
}

static int keep(struct domain_context *context, uint8_t p1, struct bytes data)
{
    struct domain_registry *registry;
    const struct domain_aid *target =
        context->personalized.len > 0 ? &context->personalized : &context->aid;
    if (access_rules_are_there(context->domains, target))
        return access_rules_store(context->domains, data);
    const bool own = domain_aid_equal(target, &context->aid);
    const int result = own ? domain_context_registry(context->domains, context->owner, &registry)
                           : domain_context_managed(context, &registry);
    if (result != 0)
        return result;
    switch (p1 & P1_STRUCTURE) {
    case P1_DGI:
        return domain_dgi_keep(registry, target, data, domain_registry_put_object);
    case P1_TLV:
        return domain_dgi_keep_objects(registry, target, data, domain_registry_put_object);
    default:
        return SW_WRONG_DATA; /* nobody knows what it is */
    }
}

/* What cannot be read is found before the first object is kept. */
static bool is_whole(uint8_t p1, struct bytes data)
{
    struct domain_dgi dgi;
    struct tlv tlv;
    while ((p1 & P1_STRUCTURE) != P1_DGI && data.len > 0)
        if (!tlv_take(&data, &tlv) || tlv.tag > UINT16_MAX)
            return false;
    while (data.len > 0) {
        if (!domain_dgi_take(&data, &dgi))
            return false;
        while (dgi.tag == DOMAIN_DGI_OBJECTS && dgi.content.len > 0)
            if (!tlv_take(&dgi.content, &tlv) || tlv.tag > UINT16_MAX)
                return false;
    }
    return true;
}

static int keep_all(struct domain_context *context, uint8_t p1)
{
    const struct bytes data = bytes_of(context->data.data, context->data.len);
    if ((p1 & P1_ENCRYPTED) == 0)
        return is_whole(p1, data) ? keep(context, p1, data) : SW_WRONG_DATA;
    if ((p1 & P1_STRUCTURE) != P1_DGI || (p1 & P1_ENCRYPTED) != P1_ENCRYPTED)
        return SW_WRONG_DATA;
    uint8_t *room = malloc(data.len + 1);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer clear = writer_on(room, data.len);
    int result = decipher_groupings(context, data, &clear);
    if (result == 0)
        result = is_whole(p1, writer_bytes(&clear)) ? keep(context, p1, writer_bytes(&clear))
                                                    : SW_WRONG_DATA;
    wipe(room, data.len);
    free(room);
    return result;
}

int domain_store_data(struct domain_context *context, const struct apdu *apdu,
                      struct writer *response)
{
    (void)response;
    if (apdu->p2 == 0)
        domain_context_drop(&context->data);
    if (apdu->p2 != context->data.next) {
        domain_context_drop(&context->data);
        return SW_CONDITIONS_NOT_SATISFIED;
    }
    int result = domain_context_append(&context->data, apdu->data);
    const bool last = (apdu->p1 & P1_LAST) != 0;
    if (result == 0 && last)
        result = keep_all(context, apdu->p1);
    if (result != 0 || last)
        domain_context_drop(&context->data);
    return result;
}
