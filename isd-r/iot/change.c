#include "isd-r/iot/change.h"

struct request {
    const struct iot *iot;
    bool refresh;
    bool is_set, allowed; /* of immediate enabling */
};

/* One reason to say no. */
typedef bool refusal_check(const struct request *request);
struct refusal {
    refusal_check *applies;
    enum change_result result;
};
/* The profile to be enabled: NULL, none. */
typedef const struct registry_profile *find_target(const struct iot *iot);

static const struct registry_profile *remembered(const struct iot *iot, enum iot_memory_kind kind)
{
    return iot_memory_profile(iot->memory, kind, iot->registry);
}

static const struct registry_profile *find_downloaded(const struct iot *iot)
{
    return registry_by_iccid(iot->registry, bytes_of(iot->download->iccid, METADATA_ICCID_SIZE));
}

static const struct registry_profile *find_rollback(const struct iot *iot)
{
    return remembered(iot, IOT_ROLLBACK);
}

static const struct registry_profile *find_fallback(const struct iot *iot)
{
    return registry_fallback(iot->registry);
}

static const struct registry_profile *find_before_fallback(const struct iot *iot)
{
    return remembered(iot, IOT_BEFORE_FALLBACK);
}

static const struct registry_profile *find_emergency(const struct iot *iot)
{
    for (size_t i = 0; i < iot->registry->count; i++)
        if (iot->registry->list[i].metadata.ecall)
            return &iot->registry->list[i];
    return NULL;
}

static const struct registry_profile *find_before_emergency(const struct iot *iot)
{
    return remembered(iot, IOT_EMERGENCY);
}

static bool in_emergency(const struct request *request)
{
    return iot_memory_has(request->iot->memory, IOT_EMERGENCY);
}

static bool not_in_emergency(const struct request *request)
{
    return !in_emergency(request);
}

/* One that has been promised to the terminal already counts, whatever is wished now. */
static bool is_busy(const struct request *request)
{
    return request->refresh ? profile_state_is_busy(request->iot->state)
                            : request->iot->state->pending.waiting;
}

static bool not_set(const struct request *request)
{
    return !request->is_set;
}

static bool not_allowed(const struct request *request)
{
    return !request->allowed;
}

static bool nothing_downloaded(const struct request *request)
{
    return !request->iot->download->finished;
}

static bool not_authorised(const struct request *request)
{
    return !iot_memory_has(request->iot->memory, IOT_ROLLBACK);
}

static bool no_rollback_profile(const struct request *request)
{
    return find_rollback(request->iot) == NULL;
}

static bool no_fallback_mechanism(const struct request *request)
{
    return (request->iot->info->iot_mechanisms & EUICC_INFO_FALLBACK) == 0;
}

static bool nothing_enabled(const struct request *request)
{
    return registry_enabled(request->iot->registry) == NULL;
}

static bool no_fallback_profile(const struct request *request)
{
    return find_fallback(request->iot) == NULL;
}

static bool fallback_is_enabled(const struct request *request)
{
    const struct registry_profile *fallback = find_fallback(request->iot);
    return fallback != NULL && fallback->enabled;
}

static bool fallback_is_not_enabled(const struct request *request)
{
    return !fallback_is_enabled(request);
}

static bool nothing_before_fallback(const struct request *request)
{
    return find_before_fallback(request->iot) == NULL;
}

static bool no_ecall(const struct request *request)
{
    return (request->iot->info->iot_mechanisms & EUICC_INFO_ECALL) == 0 ||
           find_emergency(request->iot) == NULL;
}

static bool emergency_is_enabled(const struct request *request)
{
    const struct registry_profile *emergency = find_emergency(request->iot);
    return emergency != NULL && emergency->enabled;
}

/* clang-format off */
static const struct refusal immediate_refusals[] = {
    {in_emergency, CHANGE_UNDEFINED},
    {not_set, CHANGE_NOT_AVAILABLE},
    {nothing_downloaded, CHANGE_NO_SESSION},
    {not_allowed, CHANGE_NOT_AVAILABLE},
    {is_busy, CHANGE_CAT_BUSY},
    {NULL, CHANGE_OK},
};
static const struct refusal rollback_refusals[] = {
    {not_authorised, CHANGE_NOT_AVAILABLE},
    {in_emergency, CHANGE_UNDEFINED},
    {no_rollback_profile, CHANGE_COMMAND_ERROR},
    {is_busy, CHANGE_CAT_BUSY},
    {NULL, CHANGE_OK},
};
static const struct refusal fallback_refusals[] = {
    {no_fallback_mechanism, CHANGE_NO_FALLBACK},
    {nothing_enabled, CHANGE_COMMAND_ERROR},
    {no_fallback_profile, CHANGE_NO_FALLBACK},
    {fallback_is_enabled, CHANGE_WRONG_STATE},
    {in_emergency, CHANGE_ECALL_ACTIVE},
    {is_busy, CHANGE_CAT_BUSY},
    {NULL, CHANGE_OK},
};
static const struct refusal return_refusals[] = {
    {no_fallback_mechanism, CHANGE_NO_FALLBACK},
    {in_emergency, CHANGE_UNDEFINED},
    {fallback_is_not_enabled, CHANGE_NO_FALLBACK},
    {nothing_before_fallback, CHANGE_COMMAND_ERROR},
    {is_busy, CHANGE_CAT_BUSY},
    {NULL, CHANGE_OK},
};
static const struct refusal emergency_refusals[] = {
    {no_ecall, CHANGE_NO_ECALL},
    {in_emergency, CHANGE_WRONG_STATE},
    {emergency_is_enabled, CHANGE_WRONG_STATE},
    {is_busy, CHANGE_CAT_BUSY},
    {NULL, CHANGE_OK},
};
static const struct refusal emergency_end_refusals[] = {
    {not_in_emergency, CHANGE_WRONG_STATE},
    {is_busy, CHANGE_CAT_BUSY},
    {NULL, CHANGE_OK},
};

static const struct change {
    const struct refusal *refusals;
    find_target *find;
    bool judged; /* policy rules count as they do for EnableProfile */
} changes[IOT_EVENTS] = {
    [IOT_EVENT_IMMEDIATE_ENABLE]     = { immediate_refusals,     find_downloaded,       true },
    [IOT_EVENT_ROLLBACK]             = { rollback_refusals,      find_rollback,         false },
    [IOT_EVENT_FALLBACK]             = { fallback_refusals,      find_fallback,         false },
    [IOT_EVENT_RETURN_FROM_FALLBACK] = { return_refusals,        find_before_fallback,  false },
    [IOT_EVENT_EMERGENCY]            = { emergency_refusals,     find_emergency,        false },
    [IOT_EVENT_EMERGENCY_END]        = { emergency_end_refusals, find_before_emergency, false },
};
/* clang-format on */

static enum change_result judge(const struct refusal *refusals, const struct request *request)
{
    while (refusals->applies != NULL && !refusals->applies(request))
        refusals++;
    return refusals->result;
}

static int prepare(struct request *request)
{
    const int result = immediate_is_set(request->iot->store, &request->is_set);
    return result != 0
               ? result
               : immediate_allows(request->iot->store, request->iot->download, &request->allowed);
}

static int replace(const struct request *request, const struct change *change, enum iot_event event,
                   int *out)
{
    const struct iot *iot = request->iot;
    const struct profile_state_order order = {.refresh = request->refresh,
                                              .silent = iot_events[event].told == IOT_SILENT};
    const struct registry_profile *target = change->find(iot);
    const struct iot_happening happening = {.event = event,
                                            .release = euicc_info_iot(iot->info),
                                            .refresh = request->refresh,
                                            .registry = iot->registry,
                                            .before = registry_enabled(iot->registry)};
    if (change->judged && (*out = profile_state_judge_enable(iot->state, target)) != 0) {
        *out = CHANGE_UNDEFINED;
        return 0;
    }
    int result = iot_memory_apply(iot->store, iot->memory, &happening);
    if (result == 0)
        result = profile_state_switch(iot->state, target, order);
    return result;
}

int change_carry_out(const struct iot *iot, enum iot_event event, bool refresh, int *out)
{
    const struct change *change = &changes[event];
    struct request request = {.iot = iot, .refresh = refresh};
    const int result = change->judged ? prepare(&request) : 0;
    if (result != 0)
        return result;
    *out = judge(change->refusals, &request);
    return *out == CHANGE_OK ? replace(&request, change, event, out) : 0;
}
