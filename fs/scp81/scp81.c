#include "fs/scp81/scp81.h"

#include "apdu/comprehension.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/scp81/scp81_record.h"
#include "fs/scp81/scp81_step.h"

#define ENVELOPE_TIMER 0xD7
#define TAG_TIMER 0xA4
#define ENVELOPE_EVENT 0xD6
#define TAG_EVENT 0x99
#define EVENT_LOCATION_STATUS 0x03
#define TAG_LOCATION_STATUS 0x9B
#define NORMAL_SERVICE 0x00

/* The trigger is kept before anything is asked of the terminal; what cannot be begun is not kept.
 */
static int keep_and_begin(struct scp81 *scp81, struct bytes elements)
{
    struct domain_registry *registry;
    struct scp81_parameters parameters;
    int result = scp81_step_registry(scp81, &registry);
    if (result == 0 && !scp81_record_parameters(registry, &scp81->domain, elements, &parameters))
        result = SW_WRONG_DATA;
    if (result != 0)
        return result;
    const struct scp81_record record = {parameters.retries, elements};
    result = scp81_record_keep(registry, &scp81->domain, &record);
    if (result == 0)
        result = scp81_step_begin(scp81);
    if (result <= 0)
        return result;
    const int forgotten = scp81_record_forget(registry, &scp81->domain);
    return forgotten < 0 ? forgotten : result;
}

/* A session ends with the profile that it belongs to. */
static void leave_other_profile(struct scp81 *scp81)
{
    if (scp81->state != SCP81_IDLE && scp81->profile != scp81->ota->domains->profile)
        scp81_step_to_idle(scp81);
}

static int trigger(void *context, const struct domain_aid *domain, struct bytes data)
{
    struct scp81 *scp81 = context;
    struct bytes elements;
    if (!scp81_parameters_trigger(data, &elements))
        return SW_WRONG_DATA;
    leave_other_profile(scp81);
    if (scp81->state != SCP81_IDLE && scp81->state != SCP81_WAITING)
        return SW_CONDITIONS_NOT_SATISFIED;
    if (scp81->state == SCP81_WAITING) {
        scp81_step_stop_waiting(scp81);
        scp81_step_to_idle(scp81);
    }
    scp81->profile = scp81->ota->domains->profile;
    scp81->domain = *domain;
    scp81->reached = false;
    const int result = keep_and_begin(scp81, elements);
    if (result == 0)
        trace_notice("SCP81: an administration begins");
    return result;
}

/* A session that a reset has cut goes on. */
static void resume(void *context)
{
    struct scp81 *scp81 = context;
    struct domain_registry *registry;
    bool written = false;
    scp81->profile = scp81->ota->domains->profile;
    /* A registry that was never written holds nothing unfinished: it need not be made for this. */
    if (scp81->profile == 0 ||
        store_domain_is_there(scp81->ota->domains->store, scp81->profile, &written) != 0 ||
        !written || scp81_step_registry(scp81, &registry) != 0 ||
        !scp81_record_first(registry, &scp81->domain))
        return;
    scp81->reached = true;
    if (scp81_step_begin(scp81) == 0)
        trace_notice("SCP81: an administration goes on");
}

static int take_answer(void *context, const struct proactive_answer *answer)
{
    struct scp81 *scp81 = context;
    struct bytes received;
    leave_other_profile(scp81);
    const enum bip_event event = bip_answered(&scp81->bip, answer, &received);
    return event != BIP_NOTHING ? scp81_step(scp81, (enum scp81_event)event, received) : 0;
}

static int take_timer(struct scp81 *scp81, struct bytes in)
{
    struct tlv timer;
    if (!comprehension_find(in, TAG_TIMER, &timer) || timer.value.len != 1)
        return 0;
    const uint8_t number = timer.value.data[0];
    if (number != SCP81_TIMER_RETRY && number != SCP81_TIMER_GUARD)
        return 0;
    return scp81_step(scp81, number == SCP81_TIMER_RETRY ? SCP81_EVENT_RETRY : SCP81_EVENT_GUARD,
                      (struct bytes){0});
}

static bool has_byte(struct bytes in, uint32_t tag, uint8_t wanted)
{
    struct tlv object;
    return comprehension_find(in, tag, &object) && object.value.len > 0 &&
           object.value.data[0] == wanted;
}

static bool is_in_service(const struct tlv *envelope)
{
    return envelope->tag == ENVELOPE_EVENT &&
           has_byte(envelope->value, TAG_EVENT, EVENT_LOCATION_STATUS) &&
           has_byte(envelope->value, TAG_LOCATION_STATUS, NORMAL_SERVICE);
}

static int take_envelope(void *context, const struct tlv *envelope, struct writer *response)
{
    struct scp81 *scp81 = context;
    (void)response;
    leave_other_profile(scp81);
    if (envelope->tag == ENVELOPE_TIMER)
        return take_timer(scp81, envelope->value);
    if (is_in_service(envelope))
        return scp81_step(scp81, SCP81_EVENT_SERVICE, (struct bytes){0});
    const enum bip_event event = bip_envelope(&scp81->bip, envelope);
    return event != BIP_NOTHING ? scp81_step(scp81, (enum scp81_event)event, (struct bytes){0}) : 0;
}

void scp81_init(struct scp81 *scp81, struct ota *ota)
{
    *scp81 = (struct scp81){.ota = ota, .bip = {.proactive = &ota->uicc->proactive}};
    scp81->listener = (struct uicc_listener){
        .context = scp81, .begin = resume, .envelope = take_envelope, .answered = take_answer};
    uicc_listen(ota->uicc, &scp81->listener);
    ota->trigger = trigger;
    ota->trigger_context = scp81;
}

void scp81_reset(struct scp81 *scp81)
{
    scp81_step_to_idle(scp81);
    scp81->bip = (struct bip){.proactive = scp81->bip.proactive};
    scp81->guarded = false;
}

void scp81_break(struct scp81 *scp81)
{
    if (scp81->state == SCP81_IDLE || scp81->state == SCP81_CLOSING)
        return;
    if (scp81->state == SCP81_WAITING)
        scp81_step_stop_waiting(scp81);
    bip_withdraw(&scp81->bip);
    scp81_step_drop_session(scp81);
    scp81_step_stop_guard(scp81);
    scp81->done = false;
    if (scp81->bip.channel != 0 && bip_close(&scp81->bip))
        scp81->state = SCP81_CLOSING;
    else
        scp81_step_to_idle(scp81);
}

void scp81_finish(struct scp81 *scp81)
{
    scp81_reset(scp81);
}
