/* Profile state management operations (SGP.32 §2.11.1.1.3). */
#include "isd-r/info/configured_address.h"
#include "isd-r/iot/operation.h"
#include "isd-r/profiles/profile_list.h"
#include "isd-r/profiles/rules.h"

#define TAG_PROFILES 0xA0
#define TAG_ADDRESS 0x80
#define LIST_INCORRECT_INPUT 1
/* setFallbackAttribute, unsetFallbackAttribute */
#define NO_FALLBACK 2 /* fallbackNotAllowed, noFallbackAttribute */
#define FALLBACK_ENABLED 3

static const struct registry_profile *find_target(const struct operation_run *run,
                                                  const struct operation *operation)
{
    return registry_by_iccid(run->iot->registry, operation->iccid);
}

/* The profile that was enabled when the package began; NULL: none, or it is gone. */
static const struct registry_profile *find_start(const struct operation_run *run)
{
    return run->start.set ? registry_by_iccid(run->iot->registry,
                                              bytes_of(run->start.iccid, METADATA_ICCID_SIZE))
                          : NULL;
}

static int happened(struct operation_run *run, enum iot_event event)
{
    const struct iot *iot = run->iot;
    const struct iot_happening happening = {.event = event,
                                            .release = euicc_info_iot(iot->info),
                                            .refresh = true,
                                            .registry = iot->registry,
                                            .before = find_start(run)};
    return iot_memory_apply(iot->store, iot->memory, &happening);
}

/* Those of profile_state's codes that SGP.32 has too. */
static int code_of(int state)
{
    static const uint32_t known = 1u << PROFILE_STATE_OK | 1u << PROFILE_STATE_NOT_FOUND |
                                  1u << PROFILE_STATE_WRONG | 1u << PROFILE_STATE_DISALLOWED |
                                  1u << PROFILE_STATE_CAT_BUSY;
    return state < 32 && der_bit(known, (unsigned)state) ? state : OPERATION_UNDEFINED;
}

static const struct profile_state_order by_package = {.refresh = true, .package = true};

/* An emergency profile is enabled by EnableEmergencyProfile alone: no public text says so, but what
 * it does is not to be had from afar. */
static int judge_enable(const struct operation_run *run, const struct operation *operation,
                        const struct registry_profile *target)
{
    const int judged = code_of(profile_state_judge_enable(run->iot->state, target));
    if (judged != PROFILE_STATE_OK)
        return judged;
    if (target->metadata.ecall)
        return OPERATION_DISALLOWED;
    const struct registry_profile *start = find_start(run);
    return operation->rollback && (start == NULL || start == target) ? OPERATION_NO_ROLLBACK
                                                                     : OPERATION_OK;
}

int psmo_enable(struct operation_run *run, const struct operation *operation, int *answer,
                struct writer *result)
{
    const struct registry_profile *target = find_target(run, operation);
    (void)result;
    *answer = judge_enable(run, operation, target);
    if (*answer != OPERATION_OK)
        return 0;
    const int status = profile_state_enable(run->iot->state, target, by_package, answer);
    if (status != 0 || *answer != OPERATION_OK)
        return status;
    run->authorises = operation->rollback;
    return happened(run, operation->rollback ? IOT_EVENT_ENABLE_WITH_ROLLBACK : IOT_EVENT_ENABLE);
}

int psmo_disable(struct operation_run *run, const struct operation *operation, int *answer,
                 struct writer *result)
{
    (void)result;
    const int status =
        profile_state_disable(run->iot->state, find_target(run, operation), by_package, answer);
    *answer = code_of(*answer);
    if (status != 0 || *answer != OPERATION_OK)
        return status;
    run->authorises = false;
    return happened(run, IOT_EVENT_DISABLE);
}

static int judge_delete(const struct operation_run *run, const struct registry_profile *target)
{
    const struct iot *iot = run->iot;
    if (target == NULL)
        return OPERATION_NOT_FOUND;
    if (target == iot_memory_profile(iot->memory, IOT_ROLLBACK, iot->registry))
        return OPERATION_NO_ROLLBACK;
    if (target == iot_memory_profile(iot->memory, IOT_BEFORE_FALLBACK, iot->registry))
        return OPERATION_NO_RETURN;
    return OPERATION_OK;
}

int psmo_delete(struct operation_run *run, const struct operation *operation, int *answer,
                struct writer *result)
{
    const struct iot *iot = run->iot;
    (void)result;
    *answer = judge_delete(run, find_target(run, operation));
    if (*answer != OPERATION_OK)
        return 0;
    /* What this package has disabled is gone at once if it deletes it, too. */
    int status = profile_state_settle(iot->state);
    if (status == 0)
        status = profile_state_delete(iot->state, find_target(run, operation), by_package, answer);
    *answer = code_of(*answer);
    return status == 0 && *answer == OPERATION_OK ? happened(run, IOT_EVENT_DELETED) : status;
}

int psmo_list_profile_info(struct operation_run *run, const struct operation *operation,
                           int *answer, struct writer *result)
{
    const struct iot *iot = run->iot;
    struct profile_list list;
    *answer = run->changed || iot->state->pending.waiting ? OPERATION_CHANGE_ONGOING : 0;
    if (*answer == 0 && !profile_list_parse(operation->content, &list))
        *answer = LIST_INCORRECT_INPUT;
    if (*answer != 0)
        return 0;
    const size_t mark = tlv_open(result, TAG_PROFILES);
    profile_list_put(&list, iot->registry, iot->info, result);
    tlv_close(result, mark);
    return 0;
}

int psmo_get_rat(struct operation_run *run, const struct operation *operation, int *answer,
                 struct writer *result)
{
    (void)operation;
    *answer = OPERATION_OK;
    return rules_put_table(run->iot->store, run->iot->rules, result);
}

int psmo_configure_immediate_enable(struct operation_run *run, const struct operation *operation,
                                    int *answer, struct writer *result)
{
    (void)result;
    *answer =
        immediate_is_configuration(operation->content) ? OPERATION_OK : OPERATION_COMMAND_ERROR;
    return *answer == OPERATION_OK ? immediate_configure(run->iot->store, operation->content) : 0;
}

static bool fallback_is_enabled(const struct iot *iot)
{
    const struct registry_profile *fallback = registry_fallback(iot->registry);
    return fallback != NULL && profile_state_is_enabled(iot->state, fallback);
}

int psmo_set_fallback_attribute(struct operation_run *run, const struct operation *operation,
                                int *answer, struct writer *result)
{
    const struct iot *iot = run->iot;
    const struct registry_profile *target = find_target(run, operation);
    (void)result;
    *answer = OPERATION_OK;
    if (target == NULL)
        *answer = OPERATION_NOT_FOUND;
    else if (!target->metadata.fallback_allowed)
        *answer = NO_FALLBACK;
    else if (fallback_is_enabled(iot))
        *answer = FALLBACK_ENABLED;
    return *answer == OPERATION_OK ? registry_set_fallback(iot->registry, target) : 0;
}

int psmo_unset_fallback_attribute(struct operation_run *run, const struct operation *operation,
                                  int *answer, struct writer *result)
{
    const struct iot *iot = run->iot;
    (void)result;
    (void)operation;
    *answer = OPERATION_OK;
    if (registry_fallback(iot->registry) == NULL)
        *answer = NO_FALLBACK;
    else if (fallback_is_enabled(iot))
        *answer = FALLBACK_ENABLED;
    return *answer == OPERATION_OK ? registry_set_fallback(iot->registry, NULL) : 0;
}

int psmo_set_default_dp_address(struct operation_run *run, const struct operation *operation,
                                int *answer, struct writer *result)
{
    struct bytes content = operation->content;
    struct tlv address;
    (void)result;
    *answer = OPERATION_UNDEFINED;
    if (!tlv_take_tag(&content, TAG_ADDRESS, &address) ||
        address.value.len > CONFIGURED_ADDRESS_MAX ||
        !der_is_utf8(address.value, CONFIGURED_ADDRESS_MAX))
        return 0;
    *answer = OPERATION_OK;
    return address.value.len == 0 && run->iot->default_dp_address == NULL
               ? configured_address_forget(run->iot->store)
               : configured_address_set(run->iot->store, address.value, (struct bytes){0});
}
