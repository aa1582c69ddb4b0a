/* iot_memory: which profile the chip may go back to, and why (SGP.32 §3.4, §5.9.15 to §5.9.23).
 * Three memories, each of them an ICCID in the store; a table says what each event does to them,
 * and nothing else changes them. To be committed. */
#ifndef EMUICC_ISD_R_IOT_IOT_MEMORY_H
#define EMUICC_ISD_R_IOT_IOT_MEMORY_H

#include "isd-r/info/euicc_info.h"
#include "isd-r/profiles/registry.h"

enum iot_memory_kind {
    IOT_ROLLBACK,        /* authorised, to this profile */
    IOT_BEFORE_FALLBACK, /* what was enabled before the fallback mechanism was executed */
    IOT_EMERGENCY,       /* the emergency profile is enabled; before it this one was, or none */
    IOT_MEMORIES,
};

/* What changes the enabled profile, or what may be gone back to. */
enum iot_event {
    IOT_EVENT_ENABLE, /* by a package */
    IOT_EVENT_ENABLE_WITH_ROLLBACK,
    IOT_EVENT_DISABLE,
    IOT_EVENT_PACKAGE, /* executed, without an authorisation in it */
    IOT_EVENT_ROLLBACK,
    IOT_EVENT_IMMEDIATE_ENABLE,
    IOT_EVENT_FALLBACK,
    IOT_EVENT_RETURN_FROM_FALLBACK,
    IOT_EVENT_EMERGENCY,
    IOT_EVENT_EMERGENCY_END,
    IOT_EVENT_DELIVERED,   /* the package's result has been removed */
    IOT_EVENT_EIM_RESET,   /* no eIM is left */
    IOT_EVENT_LOCAL,       /* EnableProfile or DisableProfile of ES10c */
    IOT_EVENT_DELETED,     /* a profile is gone, by whatever function */
    IOT_EVENT_NOT_CHANGED, /* a terminal has refused the REFRESH that a change waited for */
    IOT_EVENT_POWER,       /* power-off or reset */
    IOT_EVENTS,
};

/* What becomes of a memory. */
enum iot_effect {
    IOT_KEEP,
    IOT_CLEAR,
    IOT_CLEAR_UNREFRESHED, /* before v1.2, kept where the refreshFlag is set */
    IOT_CLEAR_GONE,        /* if its profile is */
    IOT_CLEAR_UNDONE,      /* if it is of a change that has not come about */
    IOT_SET,               /* to the profile that was enabled before */
};

/* Who hears of the change of profile. */
enum iot_told { IOT_TOLD_NOTHING, IOT_TOLD, IOT_SILENT };

struct iot_event_row {
    const char *name;
    enum iot_effect effects[IOT_MEMORIES];
    enum iot_told told;
};
extern const struct iot_event_row iot_events[IOT_EVENTS];

struct iot_memory {
    struct iot_remembered {
        bool set;
        uint8_t iccid[METADATA_ICCID_SIZE]; /* zeros: none was enabled */
    } memories[IOT_MEMORIES];
    uint32_t rollback_result; /* number of the package's result that authorises rollback, */
    uint32_t rollback_first;  /* and of the first notification that came of it */
};

int iot_memory_load(struct store *store, struct iot_memory *out);

/* Something has happened. */
struct iot_happening {
    enum iot_event event;
    enum euicc_info_iot release;
    bool refresh; /* the refreshFlag of the function */
    const struct registry *registry;
    const struct registry_profile *before; /* what was enabled; NULL: none */
};
int iot_memory_apply(struct store *store, struct iot_memory *memory,
                     const struct iot_happening *happening);
/* The numbers that go with an authorisation. */
int iot_memory_set_rollback(struct store *store, struct iot_memory *memory, uint32_t result,
                            uint32_t first);

static inline bool iot_memory_has(const struct iot_memory *memory, enum iot_memory_kind kind)
{
    return memory->memories[kind].set;
}
/* The profile that is remembered; NULL if none is, or it is gone. */
const struct registry_profile *iot_memory_profile(const struct iot_memory *memory,
                                                  enum iot_memory_kind kind,
                                                  const struct registry *registry);

#endif
