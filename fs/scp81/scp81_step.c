#include "fs/scp81/scp81_step.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/scp81/scp81_record.h"

#define TAG_TIMER 0xA4
#define TAG_TIMER_VALUE 0xA5

/* A server that has not finished a response after so many times is one that holds the card up. */
#define GUARD_TIME BYTES(0x00, 0x10, 0x00) /* 00:01:00, digits swapped */
#define SILENCE_MAX 5

/* Carries a step out: 0 or a failure. received: what came from the server. */
typedef int carry_out(struct scp81 *scp81, struct bytes received);
static carry_out start_session, take, go_on, look, break_off, fail, end, open_again, open_here,
    refuse;

/* clang-format off */
static const struct {
    enum scp81_state state;
    enum scp81_event event;
    carry_out *carry_out;
} rows[] = {
    {SCP81_IDLE,      SCP81_EVENT_OPENED,   refuse},
    {SCP81_OPENING,   SCP81_EVENT_OPENED,   start_session},
    {SCP81_OPENING,   SCP81_EVENT_REFUSED,  fail},
    {SCP81_CONNECTED, SCP81_EVENT_SENT,     go_on},
    {SCP81_CONNECTED, SCP81_EVENT_RECEIVED, take},
    {SCP81_CONNECTED, SCP81_EVENT_DATA,     go_on},
    {SCP81_CONNECTED, SCP81_EVENT_ALIVE,    go_on},
    {SCP81_CONNECTED, SCP81_EVENT_GUARD,    look},
    {SCP81_CONNECTED, SCP81_EVENT_REFUSED,  break_off},
    {SCP81_CONNECTED, SCP81_EVENT_DROPPED,  break_off},
    {SCP81_CLOSING,   SCP81_EVENT_CLOSED,   end},
    {SCP81_WAITING,   SCP81_EVENT_RETRY,    open_again},
    {SCP81_WAITING,   SCP81_EVENT_SERVICE,  open_here},
};
/* clang-format on */

int scp81_step(struct scp81 *scp81, enum scp81_event event, struct bytes received)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].state == scp81->state && rows[i].event == event)
            return rows[i].carry_out(scp81, received);
    return 0;
}

int scp81_step_registry(const struct scp81 *scp81, struct domain_registry **out)
{
    return domain_context_registry(scp81->ota->domains, scp81->profile, out);
}

static bool send_timer(struct scp81 *scp81, enum proactive_kind kind, uint8_t number,
                       struct bytes value)
{
    uint8_t room[16];
    struct writer out = writer_on(room, sizeof(room));
    tlv_put_u8(&out, TAG_TIMER, number);
    if (value.len > 0)
        tlv_put(&out, TAG_TIMER_VALUE, value);
    return proactive_send(scp81->bip.proactive, kind, writer_bytes(&out));
}

static void start_guard(struct scp81 *scp81)
{
    scp81->guarded = send_timer(scp81, PROACTIVE_TIMER_START, SCP81_TIMER_GUARD, GUARD_TIME);
}

void scp81_step_stop_guard(struct scp81 *scp81)
{
    if (scp81->guarded)
        (void)send_timer(scp81, PROACTIVE_TIMER_STOP, SCP81_TIMER_GUARD, (struct bytes){0});
    scp81->guarded = false;
}

void scp81_step_drop_session(struct scp81 *scp81)
{
    scp81_session_destroy(scp81->session);
    scp81->session = NULL;
}

void scp81_step_to_idle(struct scp81 *scp81)
{
    scp81_step_drop_session(scp81);
    scp81->state = SCP81_IDLE;
    scp81->reached = false;
}

/* The parameters as they are now, and how often it may still be tried; they borrow of the registry.
 * 0, SW_REFERENCE_NOT_FOUND without a session or with one that cannot be, or a failure. */
static int read_record(const struct scp81 *scp81, struct domain_registry **registry,
                       struct scp81_record *record, struct scp81_parameters *parameters)
{
    const int result = scp81_step_registry(scp81, registry);
    if (result != 0)
        return result;
    if (!scp81_record_find(*registry, &scp81->domain, record) ||
        !scp81_record_parameters(*registry, &scp81->domain, record->elements, parameters))
        return SW_REFERENCE_NOT_FOUND;
    return 0;
}

static void report_failure(struct scp81 *scp81)
{
    struct domain_registry *registry;
    struct scp81_record record;
    struct scp81_parameters parameters;
    if (read_record(scp81, &registry, &record, &parameters) == 0 && parameters.report.len > 0 &&
        proactive_send(scp81->bip.proactive, PROACTIVE_SEND_SMS, parameters.report))
        trace_notice("SCP81: the failure is reported by a short message");
}

static int give_up(struct scp81 *scp81)
{
    struct domain_registry *registry;
    const int result = scp81_step_registry(scp81, &registry);
    if (!scp81->done)
        report_failure(scp81);
    trace_notice("SCP81: the administration %s", scp81->done ? "is done" : "is given up");
    scp81_step_to_idle(scp81);
    return result == 0 ? scp81_record_forget(registry, &scp81->domain) : result < 0 ? result : 0;
}

/* The attempt has failed: another one later, as the retry policy says, or none. */
static int fail(struct scp81 *scp81, struct bytes received)
{
    struct domain_registry *registry;
    struct scp81_record record;
    struct scp81_parameters parameters;
    (void)received;
    scp81->done = false;
    scp81_step_drop_session(scp81);
    bip_stop(&scp81->bip);
    int result = read_record(scp81, &registry, &record, &parameters);
    if (result < 0)
        return result;
    if (result > 0 || record.retries == 0 || parameters.timer.len == 0 ||
        !send_timer(scp81, PROACTIVE_TIMER_START, SCP81_TIMER_RETRY, parameters.timer))
        return give_up(scp81);
    record.retries--;
    trace_notice("SCP81: the administration failed; %u more attempts", record.retries + 1u);
    (void)proactive_listen(scp81->bip.proactive, PROACTIVE_EVENT_LOCATION_STATUS);
    scp81->state = SCP81_WAITING;
    result = scp81_record_keep(registry, &scp81->domain, &record);
    return result < 0 ? result : 0;
}

/* CLOSE CHANNEL; where even that cannot be asked, the terminal closes it with its next reset. */
static int close_channel(struct scp81 *scp81, bool done)
{
    scp81->done = done;
    scp81->state = SCP81_CLOSING;
    scp81_step_stop_guard(scp81);
    return bip_close(&scp81->bip) ? 0 : end(scp81, (struct bytes){0});
}

static int end(struct scp81 *scp81, struct bytes received)
{
    if (!scp81->done)
        return fail(scp81, received);
    bip_stop(&scp81->bip);
    return give_up(scp81);
}

/* A channel that was asked for by a session that is no more. */
static int refuse(struct scp81 *scp81, struct bytes received)
{
    (void)received;
    (void)bip_close(&scp81->bip);
    return 0;
}

static int break_off(struct scp81 *scp81, struct bytes received)
{
    (void)received;
    return close_channel(scp81, false);
}

static bool send_some(struct scp81 *scp81)
{
    uint8_t room[BIP_SEND_MAX];
    struct writer data = writer_on(room, sizeof(room));
    scp81_session_take_output(scp81->session, &data);
    return bip_send(&scp81->bip, writer_bytes(&data), scp81_session_output_len(scp81->session) > 0);
}

/* The next thing to ask of the channel: what waits to be sent goes before what waits to come. */
static int go_on(struct scp81 *scp81, struct bytes received)
{
    const enum scp81_outcome outcome = scp81_session_outcome(scp81->session);
    bool asked = true;
    (void)received;
    if (scp81->bip.busy)
        return 0;
    if (outcome == SCP81_BROKEN)
        return close_channel(scp81, false);
    if (scp81_session_output_len(scp81->session) > 0)
        asked = send_some(scp81);
    else if (outcome == SCP81_DONE)
        return close_channel(scp81, true);
    else if (scp81->bip.available > 0)
        asked = bip_receive(&scp81->bip);
    return asked ? 0 : close_channel(scp81, false);
}

static int take(struct scp81 *scp81, struct bytes received)
{
    const int result = scp81_session_receive(scp81->session, received);
    if (result < 0)
        return result;
    scp81->reached |= scp81_session_responses(scp81->session) > 0;
    return go_on(scp81, received);
}

static int start_session(struct scp81 *scp81, struct bytes received)
{
    struct domain_registry *registry;
    struct scp81_record record;
    struct scp81_parameters parameters;
    int result = read_record(scp81, &registry, &record, &parameters);
    if (result == 0)
        result = scp81_session_create(scp81->ota, &scp81->domain, &parameters, scp81->reached,
                                      &scp81->session);
    if (result < 0)
        return result;
    if (result > 0)
        return close_channel(scp81, false);
    scp81->state = SCP81_CONNECTED;
    scp81->responses = 0;
    scp81->silence = 0;
    start_guard(scp81);
    return go_on(scp81, received);
}

/* A minute has gone by. */
static int look(struct scp81 *scp81, struct bytes received)
{
    const uint32_t responses = scp81_session_responses(scp81->session);
    (void)received;
    scp81->silence = responses == scp81->responses ? scp81->silence + 1 : 0;
    scp81->responses = responses;
    if (scp81->silence == SILENCE_MAX) {
        trace_detail("SCP81: the server takes too long");
        scp81->guarded = false;
        return close_channel(scp81, false);
    }
    start_guard(scp81);
    if (!scp81->bip.busy && proactive_supports(scp81->bip.proactive, PROACTIVE_CHANNEL_STATUS))
        (void)bip_ask_status(&scp81->bip);
    return 0;
}

int scp81_step_begin(struct scp81 *scp81)
{
    uint8_t room[PROACTIVE_DATA_MAX];
    struct writer data = writer_on(room, sizeof(room));
    struct domain_registry *registry;
    struct scp81_record record;
    struct scp81_parameters parameters;
    int result = read_record(scp81, &registry, &record, &parameters);
    if (result == 0)
        result = scp81_session_check(scp81->ota, &scp81->domain, &parameters);
    if (result != 0)
        return result;
    if (!scp81_parameters_open(&parameters, &data))
        return SW_REFERENCE_NOT_FOUND;
    if (!bip_is_possible(scp81->bip.proactive))
        return SW_FUNCTION_NOT_SUPPORTED;
    if (!bip_open(&scp81->bip, writer_bytes(&data)))
        return SW_CONDITIONS_NOT_SATISFIED;
    scp81->done = false;
    scp81->state = SCP81_OPENING;
    return 0;
}

static int open_again(struct scp81 *scp81, struct bytes received)
{
    proactive_stop_listening(scp81->bip.proactive, PROACTIVE_EVENT_LOCATION_STATUS);
    const int result = scp81_step_begin(scp81);
    (void)received;
    return result > 0 ? give_up(scp81) : result;
}

void scp81_step_stop_waiting(struct scp81 *scp81)
{
    (void)send_timer(scp81, PROACTIVE_TIMER_STOP, SCP81_TIMER_RETRY, (struct bytes){0});
    proactive_stop_listening(scp81->bip.proactive, PROACTIVE_EVENT_LOCATION_STATUS);
}

/* What failed there may succeed here: the attempt that the timer would begin. */
static int open_here(struct scp81 *scp81, struct bytes received)
{
    scp81_step_stop_waiting(scp81);
    return open_again(scp81, received);
}
