#include "card/farm/seat.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/identity.h"
#include "card/control/requests.h"
#include "fs/uicc/uicc_rest.h"

#define STORE_IDLE_MS 1000
#define PROFILE_IDLE_MS 10000

bool seat_folder(const struct seat *seat, char path[SEAT_PATH_MAX])
{
    return snprintf(path, SEAT_PATH_MAX, "%s/%s", seat->plan->state, seat->eid) < SEAT_PATH_MAX;
}

/* Reads the chip, or makes it. card_close() is due whatever becomes of it. */
static int read_card(const struct seat *seat, struct card *card)
{
    char folder[SEAT_PATH_MAX];
    struct birth_plan plan = *seat->plan;
    *card = (struct card){0};
    if (!seat_folder(seat, folder)) {
        trace_error("--state %s: the path is too long", plan.state);
        return FAILURE_INTERNAL;
    }
    plan.state = folder;
    plan.eid = seat->eid;
    return birth_card(&plan, card);
}

bool seat_is_made(const struct seat *seat)
{
    char file[SEAT_PATH_MAX + sizeof("/" STORE_FILE)];
    if (!seat_folder(seat, file))
        return false;
    strcat(file, "/" STORE_FILE);
    return access(file, F_OK) == 0;
}

bool seat_fits(const struct seat *seat)
{
    char folder[SEAT_PATH_MAX];
    struct store *store;
    if (!seat_is_made(seat) || !seat_folder(seat, folder) || store_open(folder, &store) != 0)
        return true;
    const bool fits = identity_fits(seat->plan->pki, store);
    store_close(store);
    return fits;
}

int seat_make(const struct seat *seat)
{
    struct card card;
    if (seat_is_made(seat))
        return 0;
    trace_of(seat->eid);
    const int result = read_card(seat, &card);
    card_close(&card);
    trace_of(NULL);
    return result;
}

static void let_card_go(struct seat *seat)
{
    if (seat->card == NULL)
        return;
    card_close(seat->card);
    free(seat->card);
    seat->card = NULL;
}

static int need_card(struct seat *seat)
{
    if (seat->card != NULL)
        return 0;
    seat->card = malloc(sizeof(*seat->card));
    if (seat->card == NULL) {
        trace_error("no memory for another card");
        return FAILURE_INTERNAL;
    }
    const int result = read_card(seat, seat->card);
    if (result != 0)
        let_card_go(seat);
    return result;
}

static bool has_company(const struct seat *seat)
{
    return seat->seated || seat->link != NULL;
}

/* Faults that lie on it, and that it is ejected, are nowhere but in memory. */
static bool has_orders(const struct card *card)
{
    return card->hardware.faults.count > 0 || card_place(card) != CARD_IN;
}

/* Another chip with nobody there has nothing to remember: it goes whole. */
static void fall_asleep(struct rota_entry *entry)
{
    struct seat *seat = (struct seat *)((uint8_t *)entry - offsetof(struct seat, awake));
    if (has_company(seat) || has_orders(seat->card)) {
        store_rest(seat->card->store);
        return;
    }
    if (rota_has(&seat->light))
        rota_leave(&seat->rotas->light, &seat->light);
    let_card_go(seat);
}

static void grow_light(struct rota_entry *entry)
{
    struct seat *seat = (struct seat *)((uint8_t *)entry - offsetof(struct seat, light));
    uicc_rest(&seat->card->uicc);
}

void seat_rotas_init(struct seat_rotas *rotas, struct loop *loop)
{
    rota_init(&rotas->awake, loop, STORE_IDLE_MS, SEAT_STORES_A_LOOP);
    rota_init(&rotas->light, loop, PROFILE_IDLE_MS, SIZE_MAX);
}

/* After anything that may have opened the store. */
static void note_use(struct seat *seat, bool command, int64_t now)
{
    if (seat->card == NULL)
        return;
    if ((command || !rota_has(&seat->awake)) &&
        (!has_company(seat) || store_is_awake(seat->card->store)))
        rota_touch(&seat->rotas->awake, &seat->awake, now);
    if (command)
        rota_touch(&seat->rotas->light, &seat->light, now);
}

/* Of a socket that was just opened: a few bytes always fit. */
static bool say(int socket, enum direct_answer answer)
{
    uint8_t room[DIRECT_ANSWER_MAX];
    struct writer frame = writer_on(room, sizeof(room));
    direct_put_answer(answer, &frame);
    return send(socket, frame.data, frame.len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)frame.len;
}

static void see_off(struct seat *seat, int64_t now)
{
    const int socket = atomic_load(&seat->guest);
    if (seat->seated) {
        vpcd_finish(&seat->vpcd);
        card_unplugged(seat->card);
    }
    seat->seated = false;
    note_use(seat, true, now);
    loop_await(seat->loop, &seat->source, -1, 0);
    loop_await_time(seat->loop, &seat->source, -1);
    close(socket);
    atomic_store(&seat->guest, SEAT_FREE);
}

static bool welcome(struct seat *seat, int socket)
{
    const bool there = need_card(seat) == 0 && card_place(seat->card) == CARD_IN;
    if (!there || !say(socket, DIRECT_PLUGGED)) {
        (void)say(socket, DIRECT_BROKEN);
        return false;
    }
    vpcd_init(&seat->vpcd, seat->card, socket);
    seat->seated = true;
    return true;
}

/* The first turn of a new guest seats him. */
static void guest_turn(struct seat *seat, bool ready, int64_t now)
{
    const int socket = atomic_load(&seat->guest);
    const unsigned before = seat->seated ? seat->vpcd.commands : 0;
    if (socket < 0)
        return;
    const bool gone = seat->seated && ((ready && vpcd_pause_ms(&seat->vpcd) > 0) ||
                                       card_place(seat->card) != CARD_IN);
    if (gone ||
        !(seat->seated ? vpcd_turn(&seat->vpcd, seat->loop->buffers) : welcome(seat, socket))) {
        see_off(seat, now);
        return;
    }
    note_use(seat, seat->vpcd.commands != before, now);
    loop_await(seat->loop, &seat->source, socket, (uint32_t)vpcd_events(&seat->vpcd));
    loop_await_time(seat->loop, &seat->source, vpcd_due(&seat->vpcd, now));
}

static void reader_turn(struct seat *seat, bool ready, int64_t now)
{
    struct link *link = seat->link;
    const unsigned before = link->vpcd.commands;
    link_turn(link, ready, now, seat->loop->buffers);
    note_use(seat, link->vpcd.commands != before, now);
    loop_await(seat->loop, &seat->source, link->socket, (uint32_t)link_events(link));
    loop_await_time(seat->loop, &seat->source, link->due);
}

static void turn(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct seat *seat = (struct seat *)source;
    (void)loop;
    if (seat->link != NULL) {
        reader_turn(seat, ready, now);
        return;
    }
    trace_of(seat->eid);
    guest_turn(seat, ready, now);
    trace_of(NULL);
}

void seat_init(struct seat *seat, struct loop *loop, struct seat_rotas *rotas,
               const struct birth_plan *plan)
{
    seat->source.turn = turn;
    seat->awake.rest = fall_asleep;
    seat->light.rest = grow_light;
    seat->loop = loop;
    seat->rotas = rotas;
    seat->plan = plan;
    atomic_init(&seat->guest, SEAT_FREE);
}

void seat_finish(struct seat *seat)
{
    if (seat->link != NULL)
        link_finish(seat->link);
    free(seat->link);
    if (seat->seated)
        vpcd_finish(&seat->vpcd);
    if (atomic_load(&seat->guest) >= 0)
        close(atomic_load(&seat->guest));
    let_card_go(seat);
}

int seat_plug_in(struct seat *seat, const struct reader *reader)
{
    if (need_card(seat) != 0)
        return FAILURE_INTERNAL;
    seat->link = malloc(sizeof(*seat->link));
    if (seat->link == NULL) {
        trace_error("no memory for another reader");
        return FAILURE_INTERNAL;
    }
    link_init(seat->link, reader, seat->card);
    atomic_store(&seat->guest, SEAT_RESERVED);
    loop_await_time(seat->loop, &seat->source, 0);
    return 0;
}

bool seat_offer(struct seat *seat, int socket)
{
    int nobody = SEAT_FREE;
    if (!atomic_compare_exchange_strong(&seat->guest, &nobody, socket))
        return false;
    if (loop_hand_over(seat->loop, &seat->source, socket))
        return true;
    atomic_store(&seat->guest, SEAT_FREE);
    return false;
}

const char *seat_ask(struct seat *seat, struct bytes line, struct writer *answer)
{
    if (need_card(seat) != 0)
        return "the chip cannot be read; the farm has said why";
    const struct control_table table = requests_table(seat->card);
    const char *why = control_answer(&table, line, answer);
    const int64_t now = clock_ms();
    note_use(seat, true, now);
    loop_await_time(seat->loop, &seat->source, now); /* it may have been taken out */
    return why;
}
