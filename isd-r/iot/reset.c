#include "isd-r/iot/reset.h"

#include "isd-r/iot/change.h"
#include "isd-r/iot/eim_list.h"
#include "isd-r/iot/package_result.h"

static int happened(const struct iot *iot, enum iot_event event)
{
    const struct iot_happening happening = {
        .event = event, .release = euicc_info_iot(iot->info), .registry = iot->registry};
    return iot_memory_apply(iot->store, iot->memory, &happening);
}

/* The numbers of tokens go on: none is drawn twice. */
static int reset_eims(const struct iot *iot, int *out)
{
    size_t count;
    int result = eim_list_count(iot->store, &count);
    *out = count > 0 ? CHANGE_OK : RESET_NOTHING;
    if (result == 0)
        result = eim_list_clear(iot->store);
    if (result == 0)
        result = package_result_clear(iot->store);
    return result == 0 ? happened(iot, IOT_EVENT_EIM_RESET) : result;
}

static int reset_profiles(const struct iot *iot, uint32_t options, int *out)
{
    const int result = profile_state_memory_reset(iot->state, options, out);
    return result == 0 && *out == PROFILE_STATE_OK ? happened(iot, IOT_EVENT_DELETED) : result;
}

int reset_carry_out(const struct iot *iot, const struct reset_request *request,
                    struct reset_results *out)
{
    bool there_was;
    *out = (struct reset_results){0};
    if (iot_memory_has(iot->memory, IOT_EMERGENCY)) {
        *out = (struct reset_results){CHANGE_ECALL_ACTIVE, CHANGE_UNDEFINED, CHANGE_UNDEFINED};
        return 0;
    }
    int result = reset_profiles(iot, request->profiles, &out->profiles);
    if (out->profiles == PROFILE_STATE_CAT_BUSY)
        out->eims = out->immediate = CHANGE_UNDEFINED;
    if (result != 0 || out->profiles == PROFILE_STATE_CAT_BUSY)
        return result;
    if (request->eims)
        result = reset_eims(iot, &out->eims);
    if (result == 0 && request->immediate)
        result = immediate_forget(iot->store, &there_was);
    return result;
}
