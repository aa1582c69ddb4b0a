#include "card/card.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "fs/domain/domain.h"
#include "isd-r/es10.h"

#define IDLE_MS 100 /* without a command */

int card_open_in(struct card *card, struct store_group *group, const char *state_directory)
{
    *card = (struct card){0};
    random_init(&card->random);
    personality_init(&card->personality);
    hardware_init(&card->hardware, &card->personality.timing);
    return group != NULL ? store_open_in(group, state_directory, &card->store)
                         : store_open(state_directory, &card->store);
}

int card_open(struct card *card, const char *state_directory)
{
    return card_open_in(card, NULL, state_directory);
}

/* The profile that the store names. */
static int load_named(struct card *card)
{
    const uint32_t profile = isd_r_enabled_profile(card->isd_r);
    domain_set_profile(&card->domains, profile);
    return uicc_load(&card->uicc, profile);
}

/* The same, or the blank card when the profile is damaged. */
static int load_enabled(struct card *card)
{
    const uint32_t profile = isd_r_enabled_profile(card->isd_r);
    const int status = load_named(card);
    if (status == 0 || status == FAILURE_MEMORY || profile == 0)
        return status;
    trace_error("profile %u cannot be read from the store; the card is blank", profile);
    return uicc_load(&card->uicc, 0);
}

static void put_resources(void *context, struct writer *out)
{
    isd_r_put_card_resource(context, out);
}

static void start_domains(struct card *card)
{
    const struct personality *personality = &card->personality;
    const struct isd_r_settings *settings = &personality->settings;
    card->domains = (struct domains){.store = card->store,
                                     .random = &card->random,
                                     .settings = &personality->domains,
                                     .eid = isd_r_eid(card->isd_r),
                                     .memory = personality->info.memory,
                                     .resources = put_resources,
                                     .resources_context = card->isd_r};
    if (settings->aid_count > 0)
        (void)domain_aid_set(&card->domains.chip_aid,
                             bytes_of(settings->aids[0].data, settings->aids[0].len));
    domain_init(&card->domains);
}

static int update_metadata(void *context, struct bytes request)
{
    return isd_r_update_metadata(context, request);
}

static void start_ota(struct card *card)
{
    ota_init(&card->ota, &card->domains, &card->uicc);
    card->ota.update_metadata = update_metadata;
    card->ota.update_context = card->isd_r;
    scp81_init(&card->scp81, &card->ota);
}

/* To start is to be reset: a change that awaited a REFRESH takes effect. */
int card_start(struct card *card)
{
    int status =
        isd_r_create(card->store, &card->random, &card->personality.settings, &card->isd_r);
    if (status != 0)
        return status;
    status = uicc_init(&card->uicc, card->store, &card->random);
    if (status != 0) {
        isd_r_destroy(card->isd_r);
        card->isd_r = NULL;
        return status;
    }
    card->uicc.proactive.settings = card->personality.proactive;
    card->uicc.settings = card->personality.uicc;
    card->uicc.hides_blank = card->personality.blank < 0;
    start_domains(card);
    start_ota(card);
    applications_init(&card->applications, card->isd_r, &card->uicc, &card->domains);
    channel_init(&card->channels, &card->applications, &card->personality.dialect);
    card->refresh = (struct refresh){card->isd_r, &card->uicc, &card->personality.dialect};
    card_arm(card);
    status = isd_r_refreshed(card->isd_r, true);
    (void)isd_r_take_wish(card->isd_r);
    if (status != 0)
        return status;
    return isd_r_enabled_profile(card->isd_r) != 0 ? load_enabled(card) : 0;
}

void card_stop(struct card *card)
{
    if (card->isd_r == NULL)
        return;
    channel_reset(&card->channels);
    scp81_finish(&card->scp81);
    ota_finish(&card->ota);
    domain_finish(&card->domains);
    uicc_finish(&card->uicc);
    isd_r_destroy(card->isd_r);
    card->isd_r = NULL;
}

void card_close(struct card *card)
{
    card_stop(card);
    if (card->store != NULL)
        store_close(card->store);
    hardware_finish(&card->hardware);
    observers_end(card->observers);
    *card = (struct card){0};
}

struct bytes card_atr(const struct card *card)
{
    return atr_bytes(&card->personality.atr);
}

/* Everything that was read of the store, once more. */
static int reload(struct card *card, int (*load)(struct card *card))
{
    int result = isd_r_rollback(card->isd_r);
    (void)isd_r_take_wish(card->isd_r);
    if (result == 0)
        result = load(card);
    card->stale = result != 0;
    return result;
}

/* Back to what the store says: a failed command has changed nothing. */
static void undo(struct card *card)
{
    store_rollback(card->store);
    scp81_break(&card->scp81);
    proactive_forget_answer(&card->uicc.proactive);
    if (reload(card, load_named) != 0)
        trace_error(
            "the chip cannot be read back from its store; it is tried again before the next "
            "command");
}

/* False while a failure has left the memory behind the store, which cannot be read yet either. */
static bool is_current(struct card *card)
{
    return !card->stale || reload(card, load_enabled) == 0;
}

/* What was changed becomes durable, or undone: 0 or a failure. */
static int commit(struct card *card, int status)
{
    if (status >= 0 && store_changed(card->store)) {
        const int committed =
            card->ahead ? store_commit_later(card->store) : store_commit(card->store);
        if (committed != 0)
            status = committed < 0 ? committed : FAILURE_MEMORY;
        else if (!card->ahead) /* else nothing may be written yet */
            card->uicc.write_failed = false;
    }
    if (status >= 0)
        return 0;
    card->uicc.write_failed |= status == FAILURE_MEMORY;
    undo(card);
    return status;
}

/* What the ISD-R wishes. Where another profile is enabled now, the old one's channels end; those on
 * which the ISD-R is selected stay. */
static void grant(struct card *card, struct isd_r_wish wish)
{
    if (wish.reload) {
        scp81_break(&card->scp81);
        card->stale = load_named(card) != 0;
        channel_end_uicc(&card->channels);
    }
    if (wish.refresh)
        refresh_ask(&card->refresh);
}

/* The one commit of a command, and the one place where a failure becomes a status word. */
static uint16_t settle(struct card *card, int status)
{
    const struct hardware_outcome *outcome = &card->hardware.outcome;
    if (outcome->undo) {
        undo(card);
        refresh_tell(&card->refresh);
        return outcome->status != 0 ? outcome->status : SW_TECHNICAL_PROBLEM;
    }
    const int answered = status >= 0 ? refresh_answered(&card->refresh) : 0;
    const int committed = commit(card, answered < 0 ? answered : status);
    if (committed < 0) {
        refresh_tell(&card->refresh);
        if (store_outcome_is_unknown(card->store)) /* neither answer could be stood by */
            card->hardware.outcome.link = HARDWARE_GONE;
        return committed == FAILURE_MEMORY ? SW_MEMORY_PROBLEM : SW_TECHNICAL_PROBLEM;
    }
    proactive_settle(&card->uicc.proactive);
    grant(card, isd_r_take_wish(card->isd_r));
    refresh_tell(&card->refresh);
    return refresh_announce(&card->refresh, status == 0 ? SW_OK : (uint16_t)status);
}

/* A change of profile that awaited a REFRESH takes effect: no terminal can do more than reset. */
void card_power(struct card *card, enum card_power power)
{
    card->seen |= power != CARD_OFF;
    if (card->isd_r == NULL) /* what was to be restored could not be read */
        return;
    /* All three end the same: volatile state goes. */
    if (is_current(card) && commit(card, isd_r_refreshed(card->isd_r, true)) == 0)
        grant(card, isd_r_take_wish(card->isd_r));
    channel_reset(&card->channels);
    domain_reset(&card->domains);
    isd_r_reset(card->isd_r);
    uicc_reset(&card->uicc);
    scp81_reset(&card->scp81);
    ota_reset(&card->ota);
    refresh_tell(&card->refresh);
    observers_power(card->observers, power, card_atr(card));
    if (power == CARD_OFF)
        card_idle(card);
}

int64_t card_idle_time(const struct card *card, int64_t due)
{
    if (!store_checkpoint_is_due(card->store))
        return due;
    const int64_t idle = clock_ms() + IDLE_MS;
    return due < 0 || idle < due ? idle : due;
}

void card_idle(struct card *card)
{
    store_checkpoint(card->store);
}

static void answer(struct card *card, struct bytes command, struct writer *response)
{
    struct apdu apdu;
    int status = is_current(card) ? apdu_parse(command, &apdu) : SW_MEMORY_PROBLEM;
    if (status != 0) {
        writer_put_u16(response, (uint16_t)status);
        return;
    }
    status = channel_dispatch(&card->channels, &apdu, response);
    if (response->overflow || response->len > APDU_RESPONSE_MAX) {
        trace_error("instruction %02X answers more than a response can hold", apdu.ins);
        status = FAILURE_INTERNAL;
    }
    apdu.le = dialect_le_of(&card->personality.dialect, &apdu);
    uint16_t answered = settle(card, status);
    if (domain_wrap(&card->domains, answered, response) != 0)
        answered = SW_TECHNICAL_PROBLEM;
    response_finish(&apdu, answered, response, channel_pending(&card->channels, &apdu));
}

/* A command that a fault refuses is not even looked at. */
static void answer_on_hardware(struct card *card, struct bytes command, struct writer *response)
{
    const int order = hardware_begin(&card->hardware);
    if (order == CHECKPOINT_PASS)
        answer(card, command, response);
    else
        writer_put_u16(response, (uint16_t)order);
    hardware_end(&card->hardware, command.len + response->len);
}

static void answer_observed(struct card *card, struct bytes command, struct writer *response)
{
    observers_command(card->observers, command);
    (card->hardware.active ? answer_on_hardware : answer)(card, command, response);
    if (card->hardware.outcome.link == HARDWARE_ANSWERS)
        observers_response(card->observers, writer_bytes(response));
}

void card_transmit(struct card *card, struct bytes command, struct writer *response)
{
    const bool observed = card->observers != NULL || card->hardware.active;
    card->hardware.outcome.link = HARDWARE_ANSWERS;
    (observed ? answer_observed : answer)(card, command, response);
}

/* Who watches, and whatever a fault cuts off, is told of nothing that is not durable; nor is
 * anybody of a PIN after a write that has failed. */
void card_transmit_ahead(struct card *card, struct bytes command, struct writer *response)
{
    card->ahead = card->observers == NULL && !card->hardware.active && !card->uicc.write_failed;
    card_transmit(card, command, response);
    card->ahead = false;
}

bool card_settle(struct card *card)
{
    if (store_settle(card->store) == 0)
        return true;
    card->uicc.write_failed = true;
    undo(card);
    return false;
}

struct hardware_outcome card_outcome(const struct card *card)
{
    return card->hardware.outcome;
}

uint16_t card_provision(struct card *card, struct bytes request, struct writer *response)
{
    isd_r_watch(card->isd_r, NULL);
    card->hardware.outcome = (struct hardware_outcome){0};
    const uint16_t status = is_current(card)
                                ? settle(card, es10_execute(card->isd_r, request, response))
                                : SW_MEMORY_PROBLEM;
    card_arm(card);
    return status;
}

void card_arm(struct card *card)
{
    const struct checkpoint_watch *watch = hardware_arm(&card->hardware);
    if (card->isd_r != NULL)
        isd_r_watch(card->isd_r, watch);
    card->ota.watch = watch;
}

enum card_presence card_presence(const struct card *card)
{
    return card->presence;
}

void card_unplugged(struct card *card)
{
    card_power(card, CARD_OFF);
    card->seen = false;
    if (card->presence == CARD_REINSERTING)
        card->presence = CARD_INSERTED;
}

/* The first to come is the first to be told. */
void card_observe(struct card *card, struct observer *observer)
{
    struct observer **last = &card->observers;
    while (*last != NULL)
        last = &(*last)->next;
    observer->next = NULL;
    *last = observer;
}
