/* What an element leaves in the profile's memory: bytes, and elements that are kept whole. */
#include "fs/saip/saip_pe.h"

void *saip_alloc(struct saip *saip, size_t size)
{
    void *memory = arena_alloc(&saip->profile->arena, size);
    if (memory == NULL)
        saip_refuse(saip, PE_NOT_ENOUGH_MEMORY, saip->current.data);
    return memory;
}

int saip_keep(struct saip *saip, struct bytes bytes, struct bytes *out)
{
    uint8_t *copy = saip_alloc(saip, bytes.len);
    if (copy == NULL)
        return PE_NOT_ENOUGH_MEMORY;
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    *out = bytes_of(copy, bytes.len);
    return PE_OK;
}

int saip_store(struct saip *saip, const struct saip_pe *pe)
{
    struct saip_context *now = &saip->now;
    struct element *element = saip_alloc(saip, sizeof *element);
    if (element == NULL)
        return PE_NOT_ENOUGH_MEMORY;
    const bool belongs_to_adf = (pe->row->needs & SAIP_SEEN_ADF) != 0;
    element->tag = pe->tag;
    element->directory = belongs_to_adf ? now->adf->id : 0;
    const int result = saip_keep(saip, pe->whole, &element->whole);
    if (result != PE_OK)
        return result;
    *(now->last_element != NULL ? &now->last_element->next : &saip->profile->elements) = element;
    now->last_element = element;
    return PE_OK;
}
