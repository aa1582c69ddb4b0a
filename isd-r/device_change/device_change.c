#include "isd-r/device_change/device_change.h"

#include "isd-r/profiles/device_change_configuration.h"

bool device_change_is_allowed(const struct registry *registry, struct bytes iccid,
                              struct bytes address, struct bytes ci_key_id)
{
    struct device_change_configuration configuration;
    const struct registry_profile *profile = registry_by_iccid(registry, iccid);
    return profile != NULL && profile->metadata.device_change_configuration.data != NULL &&
           device_change_configuration_parse(profile->metadata.device_change_configuration,
                                             &configuration) &&
           device_change_configuration_names(&configuration, address, ci_key_id);
}

static int result_of(enum profile_state_result answer)
{
    switch (answer) {
    case PROFILE_STATE_OK:
        return DEVICE_CHANGE_OK;
    case PROFILE_STATE_WRONG:
        return DEVICE_CHANGE_NOT_DISABLED;
    default:
        return DEVICE_CHANGE_UNDEFINED_ERROR;
    }
}

/* The address hears of it once, also where the metadata name it. */
static int tell_new_device(struct notification *notification,
                           const struct registry_profile *profile, struct bytes address)
{
    return address.data == NULL || notification_is_told(profile, METADATA_DELETE, address)
               ? 0
               : notification_tell_one(notification, profile, METADATA_DELETE, address);
}

int device_change_carry_out(struct profile_state *state, const struct rsp_session *session,
                            const struct device_change_data *data, int *out)
{
    const struct registry_profile *profile = registry_by_iccid(state->registry, data->iccid);
    int answer;
    *out = DEVICE_CHANGE_INVALID_DATA;
    if (profile == NULL || !bytes_equal(data->iccid, rsp_session_iccid(session)))
        return 0;
    *out = DEVICE_CHANGE_OK;
    if (!data->delete_old)
        return 0;
    *out = result_of(profile_state_judge_delete(state, profile));
    if (*out != DEVICE_CHANGE_OK)
        return 0;
    const int result = tell_new_device(state->notification, profile, data->notification_address);
    return result == 0
               ? profile_state_delete(state, profile, (struct profile_state_order){0}, &answer)
               : result;
}
