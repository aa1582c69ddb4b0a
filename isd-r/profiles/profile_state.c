#include "isd-r/profiles/profile_state.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/state.h"

#define BEFORE_TEST_NAME "registry/before-test" /* ICCID of what a test profile has taken over */
/* Id of the profile to be enabled, or 0; one more byte if a server wants it. */
#define PENDING_NAME "registry/pending"
#define PENDING_ID_SIZE 4
#define PENDING_REMOTE 1
#define DEFAULT_DP_ADDRESS_NAME "default-dp-address"

/* One reason to say no. */
typedef bool refusal_check(struct isd_r *isd_r, const struct registry_profile *target);
struct refusal {
    refusal_check *applies;
    enum profile_state_result result;
};

static bool is_test(const struct registry_profile *profile)
{
    return profile != NULL && profile->metadata.class == METADATA_TEST;
}

static bool is_unknown(struct isd_r *isd_r, const struct registry_profile *target)
{
    (void)isd_r;
    return target == NULL;
}

static bool is_enabled(struct isd_r *isd_r, const struct registry_profile *target)
{
    (void)isd_r;
    return target->enabled;
}

static bool is_disabled(struct isd_r *isd_r, const struct registry_profile *target)
{
    (void)isd_r;
    return !target->enabled;
}

/* PPR1 of the enabled profile; a test or provisioning profile may take over all the same. */
static bool is_held_by_ppr1(struct isd_r *isd_r, const struct registry_profile *target)
{
    const struct registry_profile *enabled = registry_enabled(&isd_r->registry);
    return enabled != NULL && (enabled->metadata.rules & METADATA_RULE_PPR1) &&
           target->metadata.class != METADATA_TEST &&
           target->metadata.class != METADATA_PROVISIONING;
}

static bool has_ppr1(struct isd_r *isd_r, const struct registry_profile *target)
{
    (void)isd_r;
    return (target->metadata.rules & METADATA_RULE_PPR1) != 0;
}

static bool has_ppr2(struct isd_r *isd_r, const struct registry_profile *target)
{
    (void)isd_r;
    return (target->metadata.rules & METADATA_RULE_PPR2) != 0;
}

/* The profile that was enabled before the test profile; NULL if none was or it is gone. */
static const struct registry_profile *before_test(struct isd_r *isd_r)
{
    uint8_t iccid[METADATA_ICCID_SIZE];
    struct writer writer = writer_on(iccid, sizeof(iccid));
    if (store_get(isd_r->store, BEFORE_TEST_NAME, &writer) != 0)
        return NULL;
    return registry_by_iccid(&isd_r->registry, writer_bytes(&writer));
}

/* From a test profile the way leads to another, or back to what was enabled before it. */
static bool is_wrong_reenabling(struct isd_r *isd_r, const struct registry_profile *target)
{
    return is_test(registry_enabled(&isd_r->registry)) && !is_test(target) &&
           target != before_test(isd_r);
}

static bool is_busy(struct isd_r *isd_r, const struct registry_profile *target)
{
    (void)target;
    return isd_r->terminal.busy || (isd_r->pending.waiting && !isd_r->pending.open);
}

/* As good as enabled. */
static bool is_awaited(struct isd_r *isd_r, const struct registry_profile *target)
{
    return isd_r->pending.waiting && target->id == isd_r->pending.enable;
}

/* In the order in which they are looked at. */
static const struct refusal enable_refusals[] = {
    {is_unknown, PROFILE_STATE_NOT_FOUND},
    {is_enabled, PROFILE_STATE_WRONG},
    {is_held_by_ppr1, PROFILE_STATE_DISALLOWED},
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

static int judge(struct isd_r *isd_r, const struct refusal *refusals,
                 const struct registry_profile *target)
{
    while (refusals->applies != NULL && !refusals->applies(isd_r, target))
        refusals++;
    return refusals->result;
}

/* Keeps in mind what a test profile takes over from, and forgets it when that ends. */
static int remember_before_test(struct isd_r *isd_r, const struct registry_profile *from,
                                const struct registry_profile *to)
{
    if (is_test(to) == is_test(from))
        return 0;
    if (is_test(to) && from != NULL)
        return store_put(isd_r->store, BEFORE_TEST_NAME,
                         bytes_of(from->iccid, sizeof(from->iccid)));
    return store_forget(isd_r->store, BEFORE_TEST_NAME);
}

static int disable(struct isd_r *isd_r, const struct registry_profile *profile, bool remote)
{
    if (profile == NULL)
        return 0;
    registry_notice(profile, "disabled");
    const int result = store_profile_set_state(isd_r->store, profile->id, false);
    return result == 0
               ? notification_tell(isd_r, profile, remote ? METADATA_RPM_DISABLE : METADATA_DISABLE)
               : result;
}

static int enable(struct isd_r *isd_r, const struct registry_profile *profile, bool remote)
{
    if (profile == NULL)
        return 0;
    registry_notice(profile, "enabled");
    const int result = store_profile_set_state(isd_r->store, profile->id, true);
    return result == 0
               ? notification_tell(isd_r, profile, remote ? METADATA_RPM_ENABLE : METADATA_ENABLE)
               : result;
}

/* One profile goes, another comes; either may be NULL. */
static int replace(struct isd_r *isd_r, const struct registry_profile *from,
                   const struct registry_profile *to, bool remote)
{
    int result = remember_before_test(isd_r, from, to);
    if (result == 0)
        result = disable(isd_r, from, remote);
    if (result == 0)
        result = enable(isd_r, to, remote);
    if (result == 0)
        result = registry_load(isd_r->store, &isd_r->registry);
    isd_r->wish.reload = true;
    return result;
}

/* The change was promised: it waits in the store. */
static int await(struct isd_r *isd_r, uint32_t id, bool remote)
{
    uint8_t room[PENDING_ID_SIZE + 1];
    struct writer writer = writer_on(room, sizeof(room));
    isd_r->pending = (struct profile_state_pending){
        .waiting = true, .remote = remote, .open = remote, .enable = id};
    writer_put_u16(&writer, (uint16_t)(id >> 16));
    writer_put_u16(&writer, (uint16_t)id);
    if (remote)
        writer_put_u8(&writer, PENDING_REMOTE);
    return store_put(isd_r->store, PENDING_NAME, writer_bytes(&writer));
}

/* Now, or once the terminal has done its REFRESH. */
static int change_to(struct isd_r *isd_r, const struct registry_profile *to,
                     struct profile_state_order order)
{
    isd_r->wish.refresh |= order.refresh;
    if (!order.refresh || !isd_r->terminal.toolkit)
        return replace(isd_r, registry_enabled(&isd_r->registry), to, order.remote);
    return await(isd_r, to != NULL ? to->id : 0, order.remote);
}

int profile_state_load(struct isd_r *isd_r)
{
    uint8_t room[PENDING_ID_SIZE + 1];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = store_get(isd_r->store, PENDING_NAME, &writer);
    struct bytes value = writer_bytes(&writer), id;
    isd_r->pending = (struct profile_state_pending){.waiting = result == 0};
    if (result == 0 &&
        (!bytes_take(&value, PENDING_ID_SIZE, &id) || !bytes_to_u32(id, &isd_r->pending.enable)))
        return FAILURE_INTERNAL;
    isd_r->pending.remote = value.len > 0;
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

int profile_state_forget(struct isd_r *isd_r)
{
    if (!isd_r->pending.waiting)
        return 0;
    isd_r->pending = (struct profile_state_pending){0};
    return store_forget(isd_r->store, PENDING_NAME);
}

int profile_state_carry_out(struct isd_r *isd_r)
{
    const struct profile_state_pending pending = isd_r->pending;
    const int result = profile_state_forget(isd_r);
    if (!pending.waiting || result != 0)
        return result;
    return replace(isd_r, registry_enabled(&isd_r->registry),
                   registry_by_id(&isd_r->registry, pending.enable), pending.remote);
}

bool profile_state_is_enabled(const struct isd_r *isd_r, const struct registry_profile *profile)
{
    return isd_r->pending.waiting ? profile->id == isd_r->pending.enable : profile->enabled;
}

static int preset_enabled(struct isd_r *isd_r, const struct registry_profile *profile,
                          const char *name)
{
    if (registry_enabled(&isd_r->registry) != NULL) {
        trace_error("%s: two profiles cannot be enabled", name);
        return 1;
    }
    return store_profile_set_state(isd_r->store, profile->id, true);
}

int profile_state_preset(struct isd_r *isd_r, const struct registry_profile *profile,
                         enum isd_r_factory_state state, const char *name)
{
    if (state == ISD_R_FACTORY_DISABLED)
        return 0;
    if (state == ISD_R_FACTORY_ENABLED)
        return preset_enabled(isd_r, profile, name);
    if (is_test(registry_enabled(&isd_r->registry)) && !is_test(profile))
        return store_put(isd_r->store, BEFORE_TEST_NAME,
                         bytes_of(profile->iccid, sizeof(profile->iccid)));
    trace_error(
        "%s: before-test needs an enabled profile of class test in front of it, and is none", name);
    return 1;
}

int profile_state_enable(struct isd_r *isd_r, const struct registry_profile *target,
                         struct profile_state_order order, int *out)
{
    *out = judge(isd_r, enable_refusals, target);
    return *out == PROFILE_STATE_OK ? change_to(isd_r, target, order) : 0;
}

int profile_state_disable(struct isd_r *isd_r, const struct registry_profile *target,
                          struct profile_state_order order, int *out)
{
    *out = judge(isd_r, disable_refusals, target);
    if (*out != PROFILE_STATE_OK)
        return 0;
    return change_to(isd_r, is_test(target) ? before_test(isd_r) : NULL, order);
}

static int delete (struct isd_r *isd_r, const struct registry_profile *target,
                   enum metadata_event event)
{
    isd_r->wish.reload |= target->enabled;
    if (target == before_test(isd_r)) {
        const int result = store_forget(isd_r->store, BEFORE_TEST_NAME);
        if (result != 0)
            return result;
    }
    const int result = notification_tell(isd_r, target, event);
    return result == 0 ? registry_delete(isd_r->store, &isd_r->registry, target->id) : result;
}

int profile_state_delete(struct isd_r *isd_r, const struct registry_profile *target,
                         struct profile_state_order order, int *out)
{
    *out = judge(isd_r, delete_refusals, target);
    if (*out != PROFILE_STATE_OK)
        return 0;
    return delete (isd_r, target, order.remote ? METADATA_RPM_DELETE : METADATA_DELETE);
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

static const struct registry_profile *next_chosen(const struct isd_r *isd_r, uint32_t options)
{
    for (size_t i = 0; i < isd_r->registry.count; i++)
        if (reset_option(&isd_r->registry.list[i]) & options)
            return &isd_r->registry.list[i];
    return NULL;
}

static int reset_default_address(struct isd_r *isd_r, int *out)
{
    uint8_t room[RSP_ADDRESS_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    const int result = store_get(isd_r->store, DEFAULT_DP_ADDRESS_NAME, &writer);
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    *out = PROFILE_STATE_OK;
    return result == 0 ? store_forget(isd_r->store, DEFAULT_DP_ADDRESS_NAME) : result;
}

/* Policy rules do not stand in its way (SGP.22 §5.7.19). */
int profile_state_memory_reset(struct isd_r *isd_r, uint32_t options, int *out)
{
    const struct registry_profile *profile;
    int result = 0;
    *out = is_busy(isd_r, NULL) ? PROFILE_STATE_CAT_BUSY : PROFILE_STATE_NOT_FOUND;
    if (*out == PROFILE_STATE_CAT_BUSY)
        return 0;
    if (!euicc_info_is_v3(isd_r->info))
        options &= ~(PROFILE_STATE_RESET_PRE_LOADED_TEST | PROFILE_STATE_RESET_PROVISIONING);
    while (result == 0 && (profile = next_chosen(isd_r, options)) != NULL) {
        *out = PROFILE_STATE_OK;
        result = delete (isd_r, profile, METADATA_DELETE);
    }
    isd_r->wish.refresh |= isd_r->wish.reload; /* done, and the terminal is told */
    if (result == 0 && (options & PROFILE_STATE_RESET_DEFAULT_ADDRESS))
        result = reset_default_address(isd_r, out);
    return result;
}
