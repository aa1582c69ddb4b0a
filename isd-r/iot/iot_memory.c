#include "isd-r/iot/iot_memory.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/text/inventory_iot.h"

#define NUMBERS_NAME                                                                               \
    INVENTORY_IOT_ROLLBACK_NUMBERS /* result and first notification, 4 bytes each */
#define NUMBER_SIZE 4

/* clang-format off */
const struct iot_event_row iot_events[IOT_EVENTS] = {
    /*                                                            rollback               before fallback  emergency */
    [IOT_EVENT_ENABLE]               = { "enable",               { IOT_CLEAR,             IOT_CLEAR,       IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_ENABLE_WITH_ROLLBACK] = { "enable-rollback",      { IOT_SET,               IOT_CLEAR,       IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_DISABLE]              = { "disable",              { IOT_CLEAR,             IOT_CLEAR,       IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_PACKAGE]              = { "package",              { IOT_CLEAR,             IOT_KEEP,        IOT_KEEP },       IOT_TOLD_NOTHING },
    [IOT_EVENT_ROLLBACK]             = { "rollback",             { IOT_CLEAR,             IOT_KEEP,        IOT_KEEP },       IOT_SILENT },
    [IOT_EVENT_IMMEDIATE_ENABLE]     = { "immediate-enable",     { IOT_CLEAR_UNREFRESHED, IOT_CLEAR,       IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_FALLBACK]             = { "fallback",             { IOT_CLEAR,             IOT_SET,         IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_RETURN_FROM_FALLBACK] = { "return-from-fallback", { IOT_CLEAR,             IOT_CLEAR,       IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_EMERGENCY]            = { "emergency",            { IOT_CLEAR_UNREFRESHED, IOT_KEEP,        IOT_SET },        IOT_SILENT },
    [IOT_EVENT_EMERGENCY_END]        = { "emergency-end",        { IOT_CLEAR_UNREFRESHED, IOT_KEEP,        IOT_CLEAR },      IOT_SILENT },
    [IOT_EVENT_DELIVERED]            = { "delivered",            { IOT_CLEAR,             IOT_KEEP,        IOT_KEEP },       IOT_TOLD_NOTHING },
    [IOT_EVENT_EIM_RESET]            = { "eim-reset",            { IOT_CLEAR,             IOT_KEEP,        IOT_KEEP },       IOT_TOLD_NOTHING },
    [IOT_EVENT_LOCAL]                = { "local",                { IOT_CLEAR,             IOT_CLEAR,       IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_DELETED]              = { "deleted",              { IOT_CLEAR_GONE,        IOT_CLEAR_GONE,  IOT_KEEP },       IOT_TOLD },
    [IOT_EVENT_NOT_CHANGED]          = { "not-changed",          { IOT_CLEAR_UNDONE,      IOT_CLEAR_UNDONE, IOT_CLEAR_UNDONE }, IOT_TOLD_NOTHING },
    [IOT_EVENT_POWER]                = { "power",                { IOT_KEEP,              IOT_KEEP,        IOT_KEEP },       IOT_TOLD_NOTHING },
};
/* clang-format on */

static const char *const names[IOT_MEMORIES] = {
    [IOT_ROLLBACK] = INVENTORY_IOT_ROLLBACK,
    [IOT_BEFORE_FALLBACK] = INVENTORY_IOT_BEFORE_FALLBACK,
    [IOT_EMERGENCY] = INVENTORY_IOT_EMERGENCY,
};

static int load_one(struct store *store, const char *name, struct iot_remembered *out)
{
    struct writer iccid = writer_on(out->iccid, sizeof(out->iccid));
    const int result = store_get(store, name, &iccid);
    out->set = result == 0 && iccid.len > 0;
    if (out->set && iccid.len != sizeof(out->iccid)) {
        trace_error("%s of this chip cannot be read", name);
        return FAILURE_INTERNAL;
    }
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

static int load_numbers(struct store *store, struct iot_memory *out)
{
    uint8_t room[2 * NUMBER_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = store_get(store, NUMBERS_NAME, &writer);
    struct bytes value = writer_bytes(&writer), first;
    if (result != 0)
        return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
    return bytes_take(&value, NUMBER_SIZE, &first) && bytes_to_u32(first, &out->rollback_result) &&
                   bytes_to_u32(value, &out->rollback_first)
               ? 0
               : FAILURE_INTERNAL;
}

int iot_memory_load(struct store *store, struct iot_memory *out)
{
    struct iot_memory memory = {0};
    int result = load_numbers(store, &memory);
    for (int i = 0; i < IOT_MEMORIES && result == 0; i++)
        result = load_one(store, names[i], &memory.memories[i]);
    if (result == 0)
        *out = memory;
    return result;
}

static int clear(struct store *store, struct iot_memory *memory, enum iot_memory_kind kind)
{
    if (!memory->memories[kind].set)
        return 0;
    memory->memories[kind] = (struct iot_remembered){0};
    return store_put(store, names[kind],
                     (struct bytes){0}); /* no secret that the log has to lose */
}

static int set(struct store *store, struct iot_memory *memory, enum iot_memory_kind kind,
               const struct registry_profile *profile)
{
    struct iot_remembered *remembered = &memory->memories[kind];
    *remembered = (struct iot_remembered){.set = true};
    if (profile != NULL)
        memcpy(remembered->iccid, profile->iccid, sizeof(remembered->iccid));
    return store_put(store, names[kind], bytes_of(remembered->iccid, sizeof(remembered->iccid)));
}

const struct registry_profile *iot_memory_profile(const struct iot_memory *memory,
                                                  enum iot_memory_kind kind,
                                                  const struct registry *registry)
{
    const struct iot_remembered *remembered = &memory->memories[kind];
    return remembered->set
               ? registry_by_iccid(registry, bytes_of(remembered->iccid, sizeof(remembered->iccid)))
               : NULL;
}

/* Where it leads is enabled already; an emergency without its profile enabled is none. */
static bool is_undone(const struct iot_memory *memory, enum iot_memory_kind kind,
                      const struct registry *registry)
{
    const struct registry_profile *enabled = registry_enabled(registry);
    if (kind == IOT_EMERGENCY)
        return enabled == NULL || !enabled->metadata.ecall;
    return iot_memory_profile(memory, kind, registry) == enabled;
}

static bool is_cleared(const struct iot_memory *memory, enum iot_memory_kind kind,
                       const struct iot_happening *happening)
{
    switch (iot_events[happening->event].effects[kind]) {
    case IOT_CLEAR:
        return true;
    case IOT_CLEAR_UNREFRESHED:
        return !happening->refresh || happening->release >= EUICC_INFO_IOT_1_2;
    case IOT_CLEAR_GONE:
        return iot_memory_profile(memory, kind, happening->registry) == NULL;
    case IOT_CLEAR_UNDONE:
        return is_undone(memory, kind, happening->registry);
    case IOT_KEEP:
    case IOT_SET:
        break;
    }
    return false;
}

int iot_memory_apply(struct store *store, struct iot_memory *memory,
                     const struct iot_happening *happening)
{
    const struct iot_event_row *row = &iot_events[happening->event];
    int result = 0;
    for (int i = 0; i < IOT_MEMORIES && result == 0; i++) {
        const enum iot_memory_kind kind = (enum iot_memory_kind)i;
        if (row->effects[kind] == IOT_SET)
            result = set(store, memory, kind, happening->before);
        else if (is_cleared(memory, kind, happening))
            result = clear(store, memory, kind);
    }
    return result;
}

int iot_memory_set_rollback(struct store *store, struct iot_memory *memory, uint32_t result,
                            uint32_t first)
{
    uint8_t room[2 * NUMBER_SIZE];
    struct writer writer = writer_on(room, sizeof(room));
    memory->rollback_result = result;
    memory->rollback_first = first;
    writer_put_u16(&writer, (uint16_t)(result >> 16));
    writer_put_u16(&writer, (uint16_t)result);
    writer_put_u16(&writer, (uint16_t)(first >> 16));
    writer_put_u16(&writer, (uint16_t)first);
    return store_put(store, NUMBERS_NAME, writer_bytes(&writer));
}
