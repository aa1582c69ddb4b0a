#include "fs/scp81/scp81_record.h"

#include "apdu/status.h"
#include "fs/domain/domain_registry.h"

#define TAG_RECORD 0x8181 /* one that GET DATA keeps to itself */
#define RECORD_MAX 512

bool scp81_record_find(const struct domain_registry *registry, const struct domain_aid *domain,
                       struct scp81_record *out)
{
    const struct domain_object *object = domain_list_object(registry, domain, TAG_RECORD);
    if (object == NULL)
        return false;
    out->elements = object->value;
    return bytes_take_u16(&out->elements, &out->retries);
}

bool scp81_record_first(const struct domain_registry *registry, struct domain_aid *domain)
{
    for (const struct domain_object *at = registry->objects; at != NULL; at = at->next)
        if (at->tag == TAG_RECORD) {
            *domain = at->domain;
            return true;
        }
    return false;
}

int scp81_record_keep(struct domain_registry *registry, const struct domain_aid *domain,
                      const struct scp81_record *record)
{
    uint8_t room[RECORD_MAX];
    struct writer value = writer_on(room, sizeof(room));
    writer_put_u16(&value, record->retries);
    writer_put(&value, record->elements);
    if (value.overflow)
        return SW_NOT_ENOUGH_MEMORY;
    const struct domain_object object = {
        .domain = *domain, .tag = TAG_RECORD, .value = writer_bytes(&value)};
    return domain_registry_put_object(registry, &object);
}

int scp81_record_forget(struct domain_registry *registry, const struct domain_aid *domain)
{
    struct domain_object *object = domain_list_object(registry, domain, TAG_RECORD);
    return object != NULL ? domain_registry_remove_object(registry, object) : 0;
}

bool scp81_record_parameters(const struct domain_registry *registry,
                             const struct domain_aid *domain, struct bytes elements,
                             struct scp81_parameters *out)
{
    const struct domain_object *stored = domain_list_object(registry, domain, SCP81_STORED);
    *out = (struct scp81_parameters){0};
    return (stored == NULL || scp81_parameters_add(out, scp81_parameters_stored(stored->value))) &&
           scp81_parameters_add(out, elements);
}
