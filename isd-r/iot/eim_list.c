#include "isd-r/iot/eim_list.h"

#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/text/inventory_iot.h"

#define PREFIX INVENTORY_IOT_EIM /* and four digits: an EimConfigurationData, whole */
#define LAST_TOKEN_NAME INVENTORY_IOT_LAST_TOKEN /* the last number that was drawn */
#define TOKEN_SIZE 4
#define ALL EUICC_INFO_IOT_1_3 /* what is kept was cut to the chip's release when it came */

static int damaged(void)
{
    trace_error("what this chip knows of its eIMs cannot be read");
    return FAILURE_INTERNAL;
}

struct visit {
    eim_list_visitor *visit;
    void *context;
};

static int visit_value(void *context, const char *name, struct bytes value)
{
    const struct visit *visit = context;
    struct tlv whole;
    struct eim eim;
    (void)name;
    if (!tlv_whole(value, DER_SEQUENCE, &whole) || eim_parse(whole.value, ALL, &eim) != EIM_OK)
        return damaged();
    return visit->visit(visit->context, &eim, value);
}

int eim_list_each(struct store *store, eim_list_visitor *visit, void *context)
{
    return store_each_value(store, PREFIX, visit_value, &(struct visit){visit, context});
}

/* Looks for an id, counts, and sees the last name. */
struct survey {
    struct bytes id;
    struct eim_entry *entry; /* NULL: nobody is looked for */
    bool found;
    size_t count;
    unsigned last;
};

static int copy_entry(struct eim_entry *out, const char *name, struct bytes value)
{
    struct tlv whole;
    if (value.len > sizeof(out->room) ||
        snprintf(out->name, sizeof(out->name), "%s", name) >= (int)sizeof(out->name))
        return damaged();
    memcpy(out->room, value.data, value.len);
    return tlv_whole(bytes_of(out->room, value.len), DER_SEQUENCE, &whole) &&
                   eim_parse(whole.value, ALL, &out->eim) == EIM_OK
               ? 0
               : damaged();
}

static int look(void *context, const char *name, struct bytes value)
{
    struct survey *survey = context;
    struct tlv whole, id;
    survey->count++;
    if (sscanf(name, PREFIX "%u", &survey->last) != 1 || !tlv_whole(value, DER_SEQUENCE, &whole) ||
        !tlv_take_tag(&whole.value, EIM_TAG_ID, &id))
        return damaged();
    if (!bytes_equal(id.value, survey->id))
        return 0;
    survey->found = true;
    return survey->entry != NULL ? copy_entry(survey->entry, name, value) : 0;
}

static int survey_list(struct store *store, struct survey *survey)
{
    return store_each_value(store, PREFIX, look, survey);
}

int eim_list_find(struct store *store, struct bytes id, struct eim_entry *out)
{
    struct survey survey = {.id = id, .entry = out};
    const int result = survey_list(store, &survey);
    return result == 0 && !survey.found ? SW_REFERENCE_NOT_FOUND : result;
}

int eim_list_count(struct store *store, size_t *out)
{
    struct survey survey = {0};
    const int result = survey_list(store, &survey);
    *out = survey.count;
    return result;
}

static int draw_token(struct store *store, int64_t *out)
{
    uint8_t room[TOKEN_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    uint32_t last = 0;
    int result = store_get(store, LAST_TOKEN_NAME, &writer);
    if (result != 0 && result != SW_REFERENCE_NOT_FOUND)
        return result;
    if (result == 0 && !bytes_to_u32(writer_bytes(&writer), &last))
        return damaged();
    *out = (int64_t)last + 1;
    writer_reset(&writer);
    writer_put_u16(&writer, (uint16_t)(*out >> 16));
    writer_put_u16(&writer, (uint16_t)*out);
    return store_put(store, LAST_TOKEN_NAME, writer_bytes(&writer));
}

static int add(const struct eim_list_chip *chip, unsigned number, const struct eim *eim)
{
    uint8_t room[EIM_CONFIGURATION_MAX];
    struct writer whole = writer_on(room, sizeof(room));
    char name[sizeof(((struct eim_entry *)0)->name)];
    eim_put_new(eim, chip->release, chip->credentials, &whole);
    if (whole.overflow)
        return SW_NOT_ENOUGH_MEMORY;
    (void)snprintf(name, sizeof(name), PREFIX "%04u", number);
    return store_put(chip->store, name, writer_bytes(&whole));
}

int eim_list_add(const struct eim_list_chip *chip, const struct eim *eim, enum eim_result *result,
                 int64_t *token)
{
    struct survey survey = {.id = eim_id(eim)};
    struct eim added = *eim;
    int status = survey_list(chip->store, &survey);
    *result = survey.found ? EIM_EXISTS : survey.count >= EIM_LIST_MAX ? EIM_NO_MEMORY : EIM_OK;
    if (status != 0 || *result != EIM_OK)
        return status;
    *token = 0;
    if (eim->fields[EIM_TOKEN].tag != 0)
        status = draw_token(chip->store, token);
    added.token = *token;
    if (status == 0)
        status = add(chip, survey.last + 1, &added);
    if (status == SW_NOT_ENOUGH_MEMORY)
        *result = EIM_NO_MEMORY;
    return status > 0 ? 0 : status;
}

int eim_list_replace(struct store *store, const struct eim_entry *entry)
{
    uint8_t room[EIM_CONFIGURATION_MAX];
    struct writer whole = writer_on(room, sizeof(room));
    eim_put(&entry->eim, &whole);
    return whole.overflow ? SW_NOT_ENOUGH_MEMORY
                          : store_put(store, entry->name, writer_bytes(&whole));
}

int eim_list_remove(struct store *store, const struct eim_entry *entry)
{
    return store_forget(store, entry->name);
}

/* One at a time: what is visited cannot be changed. */
static int first_name(void *context, const char *name, struct bytes value)
{
    struct eim_entry *entry = context;
    (void)value;
    (void)snprintf(entry->name, sizeof(entry->name), "%s", name);
    return 1;
}

int eim_list_clear(struct store *store)
{
    struct eim_entry entry;
    int result;
    while ((result = store_each_value(store, PREFIX, first_name, &entry)) == 1) {
        result = eim_list_remove(store, &entry);
        if (result != 0)
            return result;
    }
    return result;
}
