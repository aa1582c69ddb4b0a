#include "isd-r/profiles/profile_state.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/info/configured_address.h"
#include "isd-r/profiles/enterprise.h"

#define BEFORE_TEST_NAME "registry/before-test" /* ICCID of what a test profile has taken over */
/* Id of the profile to be enabled, or 0; one more byte if a server wants it or nobody is told. */
#define PENDING_NAME "registry/pending"
#define PENDING_ID_SIZE 4
#define PENDING_REMOTE 1 /* bits of that byte */
#define PENDING_SILENT 2

/* One reason to say no. */
typedef bool refusal_check(struct profile_state *state, const struct registry_profile *target);
struct refusal {
    refusal_check *applies;
    enum profile_state_result result;
};

static bool is_test(const struct registry_profile *profile)
{
    return profile != NULL && profile->metadata.class == METADATA_TEST;
}

static bool is_unknown(struct profile_state *state, const struct registry_profile *target)
{
    (void)state;
    return target == NULL;
}

static bool is_enabled(struct profile_state *state, const struct registry_profile *target)
{
    (void)state;
    return target->enabled;
}

static bool is_disabled(struct profile_state *state, const struct registry_profile *target)
{
    (void)state;
    return !target->enabled;
}

/* PPR1 of the enabled profile; a test or provisioning profile may take over all the same. */
static bool is_held_by_ppr1(struct profile_state *state, const struct registry_profile *target)
{
    const struct registry_profile *enabled = registry_enabled(state->registry);
    return enabled != NULL && (enabled->metadata.rules & METADATA_RULE_PPR1) &&
           target->metadata.class != METADATA_TEST &&
           target->metadata.class != METADATA_PROVISIONING;
}

/* Rules of a company hold where chip and device both know them. */
static bool is_held_by_enterprise(struct profile_state *state,
                                  const struct registry_profile *target)
{
    return state->terminal->enterprise &&
           (state->info->rsp_capability & EUICC_INFO_ENTERPRISE_PROFILES) &&
           enterprise_forbids_enabling(state->registry, target);
}

static bool has_ppr1(struct profile_state *state, const struct registry_profile *target)
{
    (void)state;
    return (target->metadata.rules & METADATA_RULE_PPR1) != 0;
}

static bool has_ppr2(struct profile_state *state, const struct registry_profile *target)
{
    (void)state;
    return (target->metadata.rules & METADATA_RULE_PPR2) != 0;
}

/* The profile that was enabled before the test profile; NULL if none was or it is gone. 0 or a
 * failure. */
static int before_test(struct profile_state *state, const struct registry_profile **out)
{
    uint8_t iccid[METADATA_ICCID_SIZE];
    struct writer writer = writer_on(iccid, sizeof(iccid));
    const int result = store_get(state->registry->store, BEFORE_TEST_NAME, &writer);
    *out = result == 0 ? registry_by_iccid(state->registry, writer_bytes(&writer)) : NULL;
    return result < 0 ? result : 0;
}

/* From a test profile the way leads to another, or back to what was enabled before it. Where that
 * cannot be read it leads nowhere. */
static bool is_wrong_reenabling(struct profile_state *state, const struct registry_profile *target)
{
    const struct registry_profile *before;
    if (!is_test(registry_enabled(state->registry)) || is_test(target))
        return false;
    return before_test(state, &before) != 0 || target != before;
}

static bool is_busy(struct profile_state *state, const struct registry_profile *target)
{
    (void)target;
    return state->terminal->busy || (state->pending.waiting && !state->pending.open);
}

/* As good as enabled. */
static bool is_awaited(struct profile_state *state, const struct registry_profile *target)
{
    return state->pending.waiting && target->id == state->pending.enable;
}

/* In the order in which they are looked at. */
static const struct refusal enable_refusals[] = {
    {is_unknown, PROFILE_STATE_NOT_FOUND},
    {is_enabled, PROFILE_STATE_WRONG},
    {is_held_by_ppr1, PROFILE_STATE_DISALLOWED},
    {is_held_by_enterprise, PROFILE_STATE_ENTERPRISE},
    {is_wrong_reenabling, PROFILE_STATE_WRONG_REENABLING},
    {is_busy, PROFILE_STATE_CAT_BUSY},
    {NULL, PROFILE_STATE_OK},
};
static const struct refusal disable_refusals[] = {
    {is_unknown, PROFILE_STATE_NOT_FOUND},
    {is_disabled, PROFILE_STATE_WRONG},
    {has_ppr1, PROFILE_STATE_DISALLOWED},
    {is_busy, PROFILE_STATE_CAT_BUSY},
    {NULL, PROFILE_STATE_OK},
};
static const struct refusal delete_refusals[] = {
    {is_unknown, PROFILE_STATE_NOT_FOUND},
    {is_enabled, PROFILE_STATE_WRONG},
    {is_awaited, PROFILE_STATE_WRONG},
    {has_ppr2, PROFILE_STATE_DISALLOWED},
    {NULL, PROFILE_STATE_OK},
};

static enum profile_state_result judge(struct profile_state *state, const struct refusal *refusals,
                                       const struct registry_profile *target)
{
    while (refusals->applies != NULL && !refusals->applies(state, target))
        refusals++;
    return refusals->result;
}

/* Keeps in mind what a test profile takes over from, and forgets it when that ends. */
static int remember_before_test(struct profile_state *state, const struct registry_profile *from,
                                const struct registry_profile *to)
{
    if (is_test(to) == is_test(from))
        return 0;
    if (is_test(to) && from != NULL)
        return store_put(state->registry->store, BEFORE_TEST_NAME,
                         bytes_of(from->iccid, sizeof(from->iccid)));
    return store_forget(state->registry->store, BEFORE_TEST_NAME);
}

static int set_state(struct profile_state *state, const struct registry_profile *profile,
                     bool enabled, struct profile_state_order order)
{
    static const enum metadata_event events[2][2] = {{METADATA_DISABLE, METADATA_RPM_DISABLE},
                                                     {METADATA_ENABLE, METADATA_RPM_ENABLE}};
    if (profile == NULL)
        return 0;
    registry_notice(state->registry, profile, enabled ? "enabled" : "disabled");
    const int result = store_profile_set_state(state->registry->store, profile->id, enabled);
    return result == 0 && !order.silent
               ? notification_tell(state->notification, profile, events[enabled][order.remote])
               : result;
}

/* One profile goes, another comes; either may be NULL. */
static int replace(struct profile_state *state, const struct registry_profile *from,
                   const struct registry_profile *to, struct profile_state_order order)
{
    int result = remember_before_test(state, from, to);
    if (result == 0)
        result = set_state(state, from, false, order);
    if (result == 0)
        result = set_state(state, to, true, order);
    if (result == 0)
        result = registry_load(state->registry);
    state->reload = true;
    return result;
}

/* The change was promised: it waits in the store. */
static int await(struct profile_state *state, uint32_t id, struct profile_state_order order)
{
    uint8_t room[PENDING_ID_SIZE + 1];
    struct writer writer = writer_on(room, sizeof(room));
    state->pending = (struct profile_state_pending){.waiting = true,
                                                    .remote = order.remote,
                                                    .silent = order.silent,
                                                    .open = order.remote || order.package,
                                                    .enable = id};
    writer_put_u16(&writer, (uint16_t)(id >> 16));
    writer_put_u16(&writer, (uint16_t)id);
    if (order.remote || order.silent)
        writer_put_u8(&writer, (uint8_t)((order.remote ? PENDING_REMOTE : 0) |
                                         (order.silent ? PENDING_SILENT : 0)));
    return store_put(state->registry->store, PENDING_NAME, writer_bytes(&writer));
}

/* Now, or once the terminal has done its REFRESH. */
static int change_to(struct profile_state *state, const struct registry_profile *to,
                     struct profile_state_order order)
{
    state->refresh |= order.refresh;
    if (!order.refresh || !state->terminal->toolkit)
        return replace(state, registry_enabled(state->registry), to, order);
    return await(state, to != NULL ? to->id : 0, order);
}

int profile_state_load(struct profile_state *state)
{
    uint8_t room[PENDING_ID_SIZE + 1];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = store_get(state->registry->store, PENDING_NAME, &writer);
    struct bytes value = writer_bytes(&writer), id;
    state->pending = (struct profile_state_pending){.waiting = result == 0};
    if (result == 0 &&
        (!bytes_take(&value, PENDING_ID_SIZE, &id) || !bytes_to_u32(id, &state->pending.enable)))
        return FAILURE_INTERNAL;
    const uint8_t kind = value.len > 0 ? value.data[0] : 0;
    state->pending.remote = (kind & PENDING_REMOTE) != 0;
    state->pending.silent = (kind & PENDING_SILENT) != 0;
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

int profile_state_forget(struct profile_state *state)
{
    if (!state->pending.waiting)
        return 0;
    state->pending = (struct profile_state_pending){0};
    return store_forget(state->registry->store, PENDING_NAME);
}

int profile_state_carry_out(struct profile_state *state)
{
    const struct profile_state_pending pending = state->pending;
    const int result = profile_state_forget(state);
    if (!pending.waiting || result != 0)
        return result;
    const struct profile_state_order order = {.remote = pending.remote, .silent = pending.silent};
    return replace(state, registry_enabled(state->registry),
                   registry_by_id(state->registry, pending.enable), order);
}

bool profile_state_is_busy(struct profile_state *state)
{
    return is_busy(state, NULL);
}

void profile_state_end_package(struct profile_state *state)
{
    state->pending.open = false;
}

int profile_state_settle(struct profile_state *state)
{
    return state->pending.open ? profile_state_carry_out(state) : 0;
}

bool profile_state_is_enabled(const struct profile_state *state,
                              const struct registry_profile *profile)
{
    return state->pending.waiting ? profile->id == state->pending.enable : profile->enabled;
}

int profile_state_preset_enabled(struct profile_state *state,
                                 const struct registry_profile *profile, const char *name)
{
    if (registry_enabled(state->registry) != NULL) {
        trace_error("%s: two profiles cannot be enabled", name);
        return 1;
    }
    return store_profile_set_state(state->registry->store, profile->id, true);
}

int profile_state_preset_before_test(struct profile_state *state,
                                     const struct registry_profile *profile, const char *name)
{
    if (is_test(registry_enabled(state->registry)) && !is_test(profile))
        return store_put(state->registry->store, BEFORE_TEST_NAME,
                         bytes_of(profile->iccid, sizeof(profile->iccid)));
    trace_error(
        "%s: before-test needs an enabled profile of class test in front of it, and is none", name);
    return 1;
}

enum profile_state_result profile_state_judge_enable(struct profile_state *state,
                                                     const struct registry_profile *target)
{
    return judge(state, enable_refusals, target);
}

int profile_state_switch(struct profile_state *state, const struct registry_profile *target,
                         struct profile_state_order order)
{
    return change_to(state, target, order);
}

int profile_state_enable(struct profile_state *state, const struct registry_profile *target,
                         struct profile_state_order order, int *out)
{
    *out = judge(state, enable_refusals, target);
    return *out == PROFILE_STATE_OK ? change_to(state, target, order) : 0;
}

int profile_state_disable(struct profile_state *state, const struct registry_profile *target,
                          struct profile_state_order order, int *out)
{
    const struct registry_profile *next = NULL;
    *out = judge(state, disable_refusals, target);
    if (*out != PROFILE_STATE_OK)
        return 0;
    const int result = is_test(target) ? before_test(state, &next) : 0;
    return result == 0 ? change_to(state, next, order) : result;
}

static int delete (struct profile_state *state, const struct registry_profile *target,
                   enum metadata_event event)
{
    state->reload |= target->enabled;
    const struct registry_profile *before;
    int result = before_test(state, &before);
    if (result == 0 && target == before)
        result = store_forget(state->registry->store, BEFORE_TEST_NAME);
    if (result == 0)
        result = notification_tell(state->notification, target, event);
    return result == 0 ? registry_delete(state->registry, target->id) : result;
}

enum profile_state_result profile_state_judge_delete(struct profile_state *state,
                                                     const struct registry_profile *target)
{
    return judge(state, delete_refusals, target);
}

int profile_state_delete(struct profile_state *state, const struct registry_profile *target,
                         struct profile_state_order order, int *out)
{
    *out = profile_state_judge_delete(state, target);
    if (*out != PROFILE_STATE_OK)
        return 0;
    return delete (state, target, order.remote ? METADATA_RPM_DELETE : METADATA_DELETE);
}

/* The option that deletes such a profile. */
static uint32_t reset_option(const struct registry_profile *profile)
{
    switch (profile->metadata.class) {
    case METADATA_TEST:
        return profile->field_loaded ? PROFILE_STATE_RESET_FIELD_LOADED_TEST
                                     : PROFILE_STATE_RESET_PRE_LOADED_TEST;
    case METADATA_PROVISIONING:
        return PROFILE_STATE_RESET_PROVISIONING;
    default:
        return PROFILE_STATE_RESET_OPERATIONAL;
    }
}

static const struct registry_profile *next_chosen(const struct profile_state *state,
                                                  uint32_t options)
{
    for (size_t i = 0; i < state->registry->count; i++)
        if (reset_option(&state->registry->list[i]) & options)
            return &state->registry->list[i];
    return NULL;
}

static int reset_default_address(struct profile_state *state, int *out)
{
    uint8_t room[CONFIGURED_ADDRESS_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = configured_address_get(state->registry->store, &writer);
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    *out = PROFILE_STATE_OK;
    return result == 0 ? configured_address_forget(state->registry->store) : result;
}

/* Policy rules do not stand in its way (SGP.22 §5.7.19). */
int profile_state_memory_reset(struct profile_state *state, uint32_t options, int *out)
{
    const struct registry_profile *profile;
    int result = 0;
    *out = is_busy(state, NULL) ? PROFILE_STATE_CAT_BUSY : PROFILE_STATE_NOT_FOUND;
    if (*out == PROFILE_STATE_CAT_BUSY)
        return 0;
    if (!euicc_info_is_v3(state->info) && euicc_info_iot(state->info) <= EUICC_INFO_IOT_1_0)
        options &= ~(PROFILE_STATE_RESET_PRE_LOADED_TEST | PROFILE_STATE_RESET_PROVISIONING);
    while (result == 0 && (profile = next_chosen(state, options)) != NULL) {
        *out = PROFILE_STATE_OK;
        result = delete (state, profile, METADATA_DELETE);
    }
    state->refresh |= state->reload; /* done, and the terminal is told */
    if (result == 0 && (options & PROFILE_STATE_RESET_DEFAULT_ADDRESS))
        result = reset_default_address(state, out);
    return result;
}
