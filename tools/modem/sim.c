#include "tools/modem/sim.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/transport/channel.h"

#define FIRST_FURTHER_CHANNEL 4
#define CLASS_FURTHER 0x40 /* the form of class byte that names channels from 4 on */
#define CLASS_FAMILY 0x80  /* what both forms have in common */
#define CLASS_CHANNEL 0x03 /* in the form for channels up to 3 */
#define COMMAND_MAX (5 + APDU_DATA_SHORT_MAX + 1)

void sim_init(struct sim *sim, struct transport *(*create)(const char *reader), const char *reader)
{
    *sim = (struct sim){.create = create, .reader = reader, .toolkit = sim->toolkit};
}

void sim_release(struct sim *sim)
{
    if (sim->transport != NULL)
        sim->transport->kind->close(sim->transport);
    sim->transport = NULL;
    sim->leaving = false;
    toolkit_reset(&sim->toolkit);
    memset(sim->sessions, 0, sizeof(sim->sessions));
}

/* The AT side learns a number; why is for whoever runs the modem. */
static enum cme give_up(struct sim *sim, const struct fault *fault, enum cme code)
{
    trace_notice("%s: %s%s%s", fault->where, fault->text, fault->next[0] != '\0' ? "; " : "",
                 fault->next);
    sim_release(sim);
    return code;
}

static enum cme take_card(struct sim *sim)
{
    struct fault fault = {0};
    sim->leaving = false;
    if (sim->transport != NULL)
        return CME_NONE;
    sim->transport = sim->create(sim->reader);
    if (sim->transport == NULL)
        return CME_MEMORY_FULL;
    if (!sim->transport->kind->open(sim->transport, &fault))
        return give_up(sim, &fault, CME_NOT_INSERTED);
    sim->toolkit.transport = sim->transport;
    sim->toolkit.reset_wanted = false;
    if (!channel_announce(sim->transport, &fault) || !toolkit_start(&sim->toolkit, &fault))
        return give_up(sim, &fault, CME_FAILURE);
    trace_notice("took the card in %s", sim->transport->place);
    return CME_NONE;
}

/* What the card asks behind an answer; a REFRESH may let the card go. */
static enum cme serve_card(struct sim *sim, int status)
{
    struct fault fault = {0};
    const uint8_t channel = sim->transport->channel;
    sim->transport->channel = 0;
    const bool served = toolkit_run(&sim->toolkit, status, &fault);
    sim->transport->channel = channel;
    if (!served)
        return give_up(sim, &fault, CME_FAILURE);
    if (sim->toolkit.reset_wanted)
        sim_release(sim);
    return CME_NONE;
}

static int status_of(const struct writer *response)
{
    if (response->overflow || response->len < 2)
        return 0;
    return response->data[response->len - 2] << 8 | response->data[response->len - 1];
}

enum cme sim_transmit(struct sim *sim, struct bytes command, struct writer *response)
{
    struct fault fault = {0};
    const enum cme taken = take_card(sim);
    if (taken != CME_NONE)
        return taken;
    if (!sim->transport->kind->transmit(sim->transport, command, response, &fault))
        return give_up(sim, &fault, CME_FAILURE);
    return serve_card(sim, status_of(response));
}

/* The other side need not know the channel; its class byte may name any. Secure messaging is kept
 * where both class bytes have the same form. */
static uint8_t class_for(uint32_t session, uint8_t cla)
{
    const bool further = (cla & CLASS_FURTHER) != 0 || session >= FIRST_FURTHER_CHANNEL;
    const uint8_t family = further ? cla & CLASS_FAMILY : cla & (uint8_t)~CLASS_CHANNEL;
    return exchange_class((uint8_t)session, family);
}

static bool is_open(const struct sim *sim, uint32_t session)
{
    return session < APDU_CHANNELS && sim->sessions[session];
}

enum cme sim_transmit_on(struct sim *sim, uint32_t session, struct bytes command,
                         struct writer *response)
{
    uint8_t room[COMMAND_MAX], cla;
    struct writer moved = writer_on(room, sizeof(room));
    if (session != 0 && !is_open(sim, session))
        return CME_INDEX;
    if (!bytes_take_u8(&command, &cla))
        return CME_PARAMETERS;
    writer_put_u8(&moved, class_for(session, cla));
    writer_put(&moved, command);
    return moved.overflow ? CME_TOO_LONG : sim_transmit(sim, writer_bytes(&moved), response);
}

enum cme sim_exchange(struct sim *sim, const struct exchange_command *command,
                      struct writer *answer, uint16_t *status)
{
    struct fault fault = {0};
    const enum cme taken = take_card(sim);
    if (taken != CME_NONE)
        return taken;
    const int result = exchange(sim->transport, command, true, answer, &fault);
    if (result < 0)
        return answer->overflow ? CME_MEMORY_FULL : give_up(sim, &fault, CME_FAILURE);
    *status = (uint16_t)result;
    return serve_card(sim, result);
}

enum cme sim_deliver(struct sim *sim, struct bytes tpdu, struct writer *report, uint16_t *status)
{
    struct fault fault = {0};
    const enum cme taken = take_card(sim);
    if (taken != CME_NONE)
        return taken;
    const int result = toolkit_deliver(&sim->toolkit, (struct bytes){0}, tpdu, report, &fault);
    if (result < 0)
        return give_up(sim, &fault, CME_FAILURE);
    *status = (uint16_t)result;
    return serve_card(sim, 0);
}

enum cme sim_choose(struct sim *sim, uint8_t item)
{
    struct fault fault = {0};
    const enum cme taken = take_card(sim);
    if (taken != CME_NONE)
        return taken;
    return toolkit_choose(&sim->toolkit, item, &fault) ? serve_card(sim, 0)
                                                       : give_up(sim, &fault, CME_FAILURE);
}

enum cme sim_exchange_on(struct sim *sim, uint32_t session, const struct exchange_command *command,
                         struct writer *answer, uint16_t *status)
{
    if (!is_open(sim, session) || sim->transport == NULL)
        return CME_INDEX;
    sim->transport->channel = (uint8_t)session;
    const enum cme result = sim_exchange(sim, command, answer, status);
    if (sim->transport != NULL)
        sim->transport->channel = 0;
    return result;
}

enum cme sim_atr(struct sim *sim, struct bytes *atr)
{
    const enum cme taken = take_card(sim);
    *atr = (struct bytes){0};
    if (taken == CME_NONE)
        *atr = bytes_of(sim->transport->atr, sim->transport->atr_len);
    return taken;
}

static enum cme explain(int status)
{
    if (channel_is_absent(status))
        return CME_NOT_FOUND;
    const bool full = status == SW_CHANNEL_NOT_SUPPORTED || status == SW_FUNCTION_NOT_SUPPORTED;
    return full ? CME_MEMORY_FULL : CME_FAILURE;
}

enum cme sim_open(struct sim *sim, struct bytes aid, uint32_t *session)
{
    struct fault fault = {0}, later = {0};
    const enum cme taken = take_card(sim);
    if (taken != CME_NONE)
        return taken;
    const int status = channel_open(sim->transport, aid, &fault);
    if (status < 0)
        return give_up(sim, &fault, CME_FAILURE);
    if (status != SW_OK) {
        channel_deselect(sim->transport, &later);
        return later.raised ? give_up(sim, &later, CME_FAILURE) : explain(status);
    }
    *session = sim->transport->channel;
    sim->sessions[*session] = true;
    sim->transport->channel = 0; /* every command says on which it goes */
    return CME_NONE;
}

enum cme sim_close(struct sim *sim, uint32_t session)
{
    struct fault fault = {0};
    if (!is_open(sim, session))
        return CME_INDEX;
    sim->sessions[session] = false;
    sim->transport->channel = (uint8_t)session;
    channel_deselect(sim->transport, &fault);
    return fault.raised ? give_up(sim, &fault, CME_FAILURE) : CME_NONE;
}

void sim_leave(struct sim *sim)
{
    for (uint32_t session = 1; session < APDU_CHANNELS; session++)
        (void)sim_close(sim, session);
    sim->leaving = sim->transport != NULL && toolkit_is_active(&sim->toolkit);
    if (!sim->leaving)
        sim_release(sim);
}

void sim_proceed(struct sim *sim)
{
    struct fault fault = {0};
    if (sim->transport == NULL)
        return;
    if (!toolkit_proceed(&sim->toolkit, &fault))
        (void)give_up(sim, &fault, CME_FAILURE);
    else if (sim->toolkit.reset_wanted || (sim->leaving && !toolkit_is_active(&sim->toolkit)))
        sim_release(sim);
}
