#include "fs/domain/domain_record.h"

#include "apdu/tlv.h"

/* Fields of an entry's record: the store's own numbers. A released one is never changed. */
enum field {
    FIELD_NUMBERS = 0x80,
    FIELD_DOMAIN,
    FIELD_PACKAGE,
    FIELD_MODULE,
    FIELD_TARS,
    FIELD_PARAMETERS,
    FIELD_SYSTEM = 0xA6,
    FIELD_MODULES = 0x87,
};

static void put_u32(struct writer *out, uint32_t value)
{
    writer_put_u16(out, (uint16_t)(value >> 16));
    writer_put_u16(out, (uint16_t)value);
}

static bool take_u32(struct bytes *from, uint32_t *out)
{
    struct bytes four;
    return bytes_take(from, sizeof(uint32_t), &four) && bytes_to_u32(four, out);
}

void domain_record_name_key(const struct domain_key *key, struct writer *out)
{
    writer_put(out, domain_aid_bytes(&key->domain));
    writer_put_u8(out, key->version);
    writer_put_u8(out, key->identifier);
}

void domain_record_name_counter(const struct domain_counter *counter, struct writer *out)
{
    writer_put(out, domain_aid_bytes(&counter->domain));
    writer_put_u8(out, counter->version);
}

void domain_record_name_object(const struct domain_object *object, struct writer *out)
{
    writer_put(out, domain_aid_bytes(&object->domain));
    writer_put_u16(out, object->tag);
}

static void put_present(struct writer *out, uint32_t tag, struct bytes value)
{
    if (value.len > 0)
        tlv_put(out, tag, value);
}

void domain_record_put_entry(const struct domain_entry *entry, struct writer *out)
{
    const size_t numbers = tlv_open(out, FIELD_NUMBERS);
    writer_put_u8(out, entry->kind);
    writer_put_u8(out, entry->state);
    writer_put_u8(out, entry->level);
    put_u32(out, entry->privileges);
    put_u32(out, entry->size);
    put_u32(out, entry->serial);
    tlv_close(out, numbers);
    put_present(out, FIELD_DOMAIN, domain_aid_bytes(&entry->domain));
    put_present(out, FIELD_PACKAGE, domain_aid_bytes(&entry->package));
    put_present(out, FIELD_MODULE, domain_aid_bytes(&entry->module));
    put_present(out, FIELD_TARS, entry->tars);
    put_present(out, FIELD_PARAMETERS, entry->parameters);
    put_present(out, FIELD_SYSTEM, entry->system);
    put_present(out, FIELD_MODULES, entry->modules);
}

static bool read_numbers(struct bytes from, struct domain_entry *out)
{
    return bytes_take_u8(&from, &out->kind) && bytes_take_u8(&from, &out->state) &&
           bytes_take_u8(&from, &out->level) && take_u32(&from, &out->privileges) &&
           take_u32(&from, &out->size) && take_u32(&from, &out->serial);
}

static struct bytes find(struct bytes in, uint32_t tag)
{
    struct tlv tlv;
    return tlv_find(in, tag, &tlv) ? tlv.value : (struct bytes){0};
}

bool domain_record_read_entry(struct bytes name, struct bytes value, struct domain_entry *out)
{
    *out = (struct domain_entry){
        .tars = find(value, FIELD_TARS),
        .parameters = find(value, FIELD_PARAMETERS),
        .system = find(value, FIELD_SYSTEM),
        .modules = find(value, FIELD_MODULES),
    };
    return read_numbers(find(value, FIELD_NUMBERS), out) && domain_aid_set(&out->aid, name) &&
           domain_aid_set(&out->domain, find(value, FIELD_DOMAIN)) &&
           domain_aid_set(&out->package, find(value, FIELD_PACKAGE)) &&
           domain_aid_set(&out->module, find(value, FIELD_MODULE));
}

void domain_record_put_key(const struct domain_key *key, struct writer *out)
{
    put_u32(out, key->serial);
    writer_put(out, bytes_of(key->usage, sizeof(key->usage)));
    writer_put_u8(out, key->access);
    writer_put(out, key->components);
}

/* The AID that a name begins with, before `tail` bytes. */
static bool take_domain(struct bytes *name, size_t tail, struct domain_aid *out)
{
    struct bytes aid;
    return name->len > tail && bytes_take(name, name->len - tail, &aid) && domain_aid_set(out, aid);
}

bool domain_record_read_key(struct bytes name, struct bytes value, struct domain_key *out)
{
    struct bytes usage;
    *out = (struct domain_key){0};
    if (!take_domain(&name, 2, &out->domain) || !take_u32(&value, &out->serial) ||
        !bytes_take(&value, sizeof(out->usage), &usage) || !bytes_take_u8(&value, &out->access))
        return false;
    memcpy(out->usage, usage.data, usage.len);
    out->version = name.data[0];
    out->identifier = name.data[1];
    out->components = value;
    return true;
}

void domain_record_put_counter(const struct domain_counter *counter, struct writer *out)
{
    writer_put(out, bytes_of(counter->cntr, sizeof(counter->cntr)));
    put_u32(out, counter->sequence);
    writer_put_u8(out, counter->failures);
}

bool domain_record_read_counter(struct bytes name, struct bytes value, struct domain_counter *out)
{
    struct bytes cntr;
    *out = (struct domain_counter){0};
    if (!take_domain(&name, 1, &out->domain) || !bytes_take(&value, sizeof(out->cntr), &cntr) ||
        !take_u32(&value, &out->sequence) || !bytes_take_u8(&value, &out->failures))
        return false;
    memcpy(out->cntr, cntr.data, cntr.len);
    out->version = name.data[0];
    return true;
}

bool domain_record_read_object(struct bytes name, struct bytes value, struct domain_object *out)
{
    *out = (struct domain_object){.value = value};
    return take_domain(&name, 2, &out->domain) && bytes_take_u16(&name, &out->tag);
}
