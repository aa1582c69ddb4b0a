/* ES10b of SGP.32: other ways than a package to another profile. */
#include "apdu/status.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/iot/change.h"
#include "isd-r/iot/eim_list.h"
#include "isd-r/state.h"

#define TAG_RESULT 0x80
#define CONFIGURE_EIM_EXISTS 2

static void put_result(struct writer *response, uint32_t tag, int result)
{
    const size_t mark = tlv_open(response, tag);
    der_put_integer(response, TAG_RESULT, result);
    tlv_close(response, mark);
}

static int change(struct isd_r *isd_r, struct bytes request, uint32_t tag, enum iot_event event,
                  struct writer *response)
{
    const struct iot iot = es10b_iot(isd_r);
    bool refresh;
    int answer = CHANGE_UNDEFINED;
    if (!es10b_iot_take_refresh(isd_r, &request, &refresh))
        return SW_WRONG_DATA;
    const int result = change_carry_out(&iot, event, refresh, &answer);
    put_result(response, tag, answer);
    /* What was downloaded can be enabled so once. */
    if (event == IOT_EVENT_IMMEDIATE_ENABLE && answer == CHANGE_OK)
        isd_r->downloaded.finished = false;
    return result;
}

int es10b_immediate_enable(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    return change(isd_r, request, ES10_IMMEDIATE_ENABLE, IOT_EVENT_IMMEDIATE_ENABLE, response);
}

int es10b_execute_fallback_mechanism(struct isd_r *isd_r, struct bytes request,
                                     struct writer *response)
{
    return change(isd_r, request, ES10_EXECUTE_FALLBACK_MECHANISM, IOT_EVENT_FALLBACK, response);
}

int es10b_return_from_fallback(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    return change(isd_r, request, ES10_RETURN_FROM_FALLBACK, IOT_EVENT_RETURN_FROM_FALLBACK,
                  response);
}

int es10b_enable_emergency_profile(struct isd_r *isd_r, struct bytes request,
                                   struct writer *response)
{
    return change(isd_r, request, ES10_ENABLE_EMERGENCY_PROFILE, IOT_EVENT_EMERGENCY, response);
}

int es10b_disable_emergency_profile(struct isd_r *isd_r, struct bytes request,
                                    struct writer *response)
{
    return change(isd_r, request, ES10_DISABLE_EMERGENCY_PROFILE, IOT_EVENT_EMERGENCY_END,
                  response);
}

/* Once an eIM is associated, it configures this by a package. */
int es10b_configure_immediate_enable(struct isd_r *isd_r, struct bytes request,
                                     struct writer *response)
{
    size_t count;
    if (!immediate_is_configuration(request))
        return SW_WRONG_DATA;
    int result = eim_list_count(isd_r->store, &count);
    if (result == 0 && count == 0)
        result = immediate_configure(isd_r->store, request);
    put_result(response, ES10_CONFIGURE_IMMEDIATE_ENABLE, count > 0 ? CONFIGURE_EIM_EXISTS : 0);
    return result;
}
