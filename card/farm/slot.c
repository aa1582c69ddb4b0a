#include "card/farm/slot.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/control/requests.h"
#include "card/identity.h"
#include "fs/domain/domain.h"
#include "fs/uicc/uicc_unload.h"

#define STORE_IDLE_MS 1000
#define PROFILE_IDLE_MS 10000

bool slot_folder(const struct slot *slot, char path[SLOT_PATH_MAX])
{
    return snprintf(path, SLOT_PATH_MAX, "%s/%s", slot->plan->state, slot->eid) < SLOT_PATH_MAX;
}

/* Reads the chip, or makes it, in a folder in this one. card_close() is due in both cases. */
static int start_card(const struct slot *slot, const char *folder, struct store_group *group,
                      struct startup_sample *sample, struct card *card)
{
    char path[SLOT_PATH_MAX];
    struct startup_plan plan = *slot->plan;
    *card = (struct card){0};
    if (snprintf(path, sizeof(path), "%s/%s", folder, slot->eid) >= (int)sizeof(path)) {
        trace_error("--state %s: the path is too long", folder);
        return FAILURE_INTERNAL;
    }
    plan.state = path;
    plan.eid = slot->eid;
    plan.is_one_of_many = true;
    plan.group = group;
    plan.sample = sample;
    return startup_card(&plan, card);
}

bool slot_is_provisioned(const struct slot *slot)
{
    char file[SLOT_PATH_MAX + sizeof("/" STORE_FILE)];
    if (slot->recorded)
        return true;
    if (!slot_folder(slot, file))
        return false;
    strcat(file, "/" STORE_FILE);
    return access(file, F_OK) == 0;
}

/* The folder of a chip that had none yet. */
static int leave_record(struct slot *slot)
{
    uint8_t eid[PKI_EID_SIZE];
    if (!slot->recorded)
        return 0;
    int result = pki_eid_from_text(slot->eid, eid) ? births_make(slot->shared->births, eid)
                                                   : FAILURE_INTERNAL;
    if (result > 0)
        trace_error("the chip's record is gone; start the farm again, which makes another");
    slot->recorded = result != 0;
    return result != 0 ? FAILURE_INTERNAL : 0;
}

bool slot_matches_pki(struct slot *slot)
{
    char folder[SLOT_PATH_MAX];
    struct store *store;
    if (!slot_is_provisioned(slot) || leave_record(slot) != 0 || !slot_folder(slot, folder) ||
        store_open(folder, &store) != 0)
        return true;
    const bool fits = identity_fits(slot->plan->pki, store);
    store_close(store);
    return fits;
}

int slot_provision(const struct slot *slot, const char *folder, struct store_group *group,
                   struct startup_sample *sample)
{
    struct card card;
    trace_of(slot->eid);
    const int result = start_card(slot, folder, group, sample, &card);
    card_close(&card);
    trace_of(NULL);
    return result;
}

static void unload_card(struct slot *slot)
{
    if (slot->card == NULL)
        return;
    card_close(slot->card);
    free(slot->card);
    slot->card = NULL;
}

static int load_card(struct slot *slot)
{
    if (slot->card != NULL)
        return 0;
    if (leave_record(slot) != 0)
        return FAILURE_INTERNAL;
    slot->card = malloc(sizeof(*slot->card));
    if (slot->card == NULL) {
        trace_error("no memory for another card");
        return FAILURE_INTERNAL;
    }
    const int result =
        start_card(slot, slot->plan->state, slot->shared->log.group, NULL, slot->card);
    if (result != 0)
        unload_card(slot);
    return result;
}

static bool is_in_use(const struct slot *slot)
{
    return slot->connected || slot->link != NULL;
}

/* For those who look. */
static void publish(struct slot *slot)
{
    const struct card *card = slot->card;
    unsigned flags = is_in_use(slot) ? SLOT_CONNECTED : 0;
    if (card != NULL)
        flags |= SLOT_IN_MEMORY | (card_presence(card) == CARD_EJECTED ? SLOT_EJECTED : 0);
    atomic_store_explicit(&slot->look.flags, flags, memory_order_relaxed);
    atomic_store_explicit(&slot->look.faults,
                          card != NULL ? (unsigned)card->hardware.faults.count : 0,
                          memory_order_relaxed);
}

static void count_commands(struct slot *slot, unsigned commands)
{
    atomic_fetch_add_explicit(&slot->look.commands, commands, memory_order_relaxed);
}

/* Faults that are set, an ejected card and a write that has failed are recorded in memory alone. */
static bool has_volatile_state(const struct card *card)
{
    return card->hardware.faults.count > 0 || card_presence(card) != CARD_INSERTED ||
           card->uicc.write_failed;
}

/* The store is closed; a card that nobody uses and that has nothing to keep is unloaded whole. */
static void release_store(struct idle_entry *entry)
{
    struct slot *slot = (struct slot *)((uint8_t *)entry - offsetof(struct slot, idle_store));
    if (is_in_use(slot) || has_volatile_state(slot->card)) {
        store_suspend(slot->card->store);
        return;
    }
    if (idle_list_has(&slot->idle_profile))
        idle_list_remove(&slot->shared->profile, &slot->idle_profile);
    unload_card(slot);
    publish(slot);
}

static void release_profile(struct idle_entry *entry)
{
    struct slot *slot = (struct slot *)((uint8_t *)entry - offsetof(struct slot, idle_profile));
    uicc_unload(&slot->card->uicc);
    domain_rest(&slot->card->domains);
}

void slot_shared_init(struct slot_shared *shared, struct loop *loop)
{
    idle_list_init(&shared->store, loop, STORE_IDLE_MS, SLOT_STORES_A_LOOP);
    idle_list_init(&shared->profile, loop, PROFILE_IDLE_MS, SIZE_MAX);
}

/* After anything that may have opened the store. */
static void note_use(struct slot *slot, bool command, int64_t now)
{
    publish(slot);
    if (slot->card == NULL)
        return;
    group_log_touch(&slot->shared->log, now);
    if ((command || !idle_list_has(&slot->idle_store)) &&
        (!is_in_use(slot) || store_is_open(slot->card->store)))
        idle_list_touch(&slot->shared->store, &slot->idle_store, now);
    if (command)
        idle_list_touch(&slot->shared->profile, &slot->idle_profile, now);
}

/* The socket was just opened: a few bytes always fit. */
static bool send_answer(int socket, enum direct_answer answer)
{
    uint8_t room[DIRECT_ANSWER_MAX];
    struct writer frame = writer_on(room, sizeof(room));
    direct_put_answer(answer, &frame);
    return send(socket, frame.data, frame.len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)frame.len;
}

static void disconnect(struct slot *slot, int64_t now)
{
    const int socket = atomic_load(&slot->client);
    if (slot->connected) {
        vpcd_finish(&slot->vpcd);
        card_unplugged(slot->card);
    }
    slot->connected = false;
    note_use(slot, true, now);
    loop_watch(slot->loop, &slot->source, -1, 0);
    loop_set_time(slot->loop, &slot->source, -1);
    close(socket);
    atomic_store(&slot->client, SLOT_FREE);
}

static bool connect_client(struct slot *slot, int socket)
{
    if (load_card(slot) != 0 || slot->card->isd_r == NULL) {
        (void)send_answer(socket, DIRECT_BROKEN);
        return false;
    }
    if (card_presence(slot->card) != CARD_INSERTED) {
        (void)send_answer(socket, DIRECT_EJECTED);
        return false;
    }
    if (!send_answer(socket, DIRECT_PLUGGED))
        return false;
    vpcd_init(&slot->vpcd, slot->card, socket);
    slot->connected = true;
    return true;
}

/* The client's socket; what is called while one is on its way is not for it. */
static int take_client(struct slot *slot, bool ready)
{
    if (ready && atomic_load(&slot->client) == SLOT_CLAIMED)
        atomic_store(&slot->client, slot->arriving);
    return atomic_load(&slot->client);
}

/* The first event of a new client connects it. */
static void handle_client(struct slot *slot, bool ready, int64_t now)
{
    const int socket = take_client(slot, ready);
    const unsigned before = slot->connected ? slot->vpcd.commands : 0;
    if (socket < 0)
        return;
    const bool gone = slot->connected && ((ready && vpcd_pause_ms(&slot->vpcd) > 0) ||
                                          card_presence(slot->card) != CARD_INSERTED);
    if (gone || !(slot->connected ? vpcd_step(&slot->vpcd, slot->loop->buffers)
                                  : connect_client(slot, socket))) {
        disconnect(slot, now);
        return;
    }
    count_commands(slot, slot->vpcd.commands - before);
    note_use(slot, slot->vpcd.commands != before, now);
    loop_watch(slot->loop, &slot->source, socket, (uint32_t)vpcd_events(&slot->vpcd));
    loop_set_time(slot->loop, &slot->source, vpcd_due(&slot->vpcd, now));
}

static void handle_reader(struct slot *slot, bool ready, int64_t now)
{
    struct link *link = slot->link;
    const unsigned before = link->vpcd.commands;
    link_step(link, ready, now, slot->loop->buffers);
    if (link->vpcd.commands > before)
        count_commands(slot, link->vpcd.commands - before);
    note_use(slot, link->vpcd.commands != before, now);
    loop_watch(slot->loop, &slot->source, link->socket, (uint32_t)link_events(link));
    loop_set_time(slot->loop, &slot->source, link->due);
}

static void note_line(void *context, enum trace_level level, const char *text)
{
    const struct slot *slot = context;
    (void)level;
    if (slot->card != NULL)
        observers_note(slot->card->observers, text);
}

/* A chip that nobody watches makes no lines that nobody reads. */
static void note_lines(struct slot *slot)
{
    if (slot->card != NULL && slot->card->observers != NULL)
        trace_also(note_line, slot);
}

static void handle(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct slot *slot = (struct slot *)source;
    (void)loop;
    note_lines(slot);
    if (slot->link != NULL) {
        handle_reader(slot, ready, now);
    } else {
        trace_of(slot->eid);
        handle_client(slot, ready, now);
        trace_of(NULL);
    }
    trace_also(NULL, NULL);
}

void slot_init(struct slot *slot, struct loop *loop, struct slot_shared *shared,
               const struct startup_plan *plan)
{
    slot->source.handle = handle;
    slot->idle_store.release = release_store;
    slot->idle_profile.release = release_profile;
    slot->loop = loop;
    slot->shared = shared;
    slot->plan = plan;
    atomic_init(&slot->client, SLOT_FREE);
}

void slot_finish(struct slot *slot)
{
    if (slot->loop == NULL)
        return;
    if (slot->link != NULL)
        link_finish(slot->link);
    free(slot->link);
    if (slot->connected)
        vpcd_finish(&slot->vpcd);
    if (take_client(slot, true) >= 0)
        close(atomic_load(&slot->client));
    unload_card(slot);
}

int slot_attach_reader(struct slot *slot, const struct reader *reader)
{
    if (load_card(slot) != 0)
        return FAILURE_INTERNAL;
    slot->link = malloc(sizeof(*slot->link));
    if (slot->link == NULL) {
        trace_error("no memory for another reader");
        return FAILURE_INTERNAL;
    }
    link_init(slot->link, reader, slot->card);
    atomic_store(&slot->client, SLOT_RESERVED);
    loop_set_time(slot->loop, &slot->source, 0);
    return 0;
}

/* The socket is this thread's until it is posted, and the loop's from then on. */
bool slot_hand_over(struct slot *slot, int socket)
{
    int nobody = SLOT_FREE;
    if (!atomic_compare_exchange_strong(&slot->client, &nobody, SLOT_CLAIMED))
        return false;
    slot->arriving = socket;
    loop_post(slot->loop, &slot->source);
    return true;
}

const char *slot_request(struct slot *slot, struct bytes line, struct writer *answer)
{
    trace_of(slot->eid);
    const int loaded = load_card(slot);
    trace_of(NULL);
    if (loaded != 0)
        return "the chip cannot be read; the farm has said why";
    struct control_table table = requests_table(slot->card);
    table.whose = slot->eid;
    trace_of(slot->eid);
    note_lines(slot);
    const char *why = control_answer(&table, line, answer);
    trace_also(NULL, NULL);
    trace_of(NULL);
    const int64_t now = clock_ms();
    if (!is_in_use(slot) && card_presence(slot->card) == CARD_REINSERTING)
        card_unplugged(slot->card); /* no reader is there to see it go */
    note_use(slot, true, now);
    loop_set_time(slot->loop, &slot->source, now); /* the card may have been ejected */
    return why;
}
