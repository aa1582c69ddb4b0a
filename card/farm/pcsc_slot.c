#include "card/farm/pcsc_slot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/pcsc/pcsc.h"

#define RETRY_MS 100    /* between two tries to get a chip that somebody else has */
#define ANSWER_MS 60000 /* that a chip may take, however slow it is */
#define CONTROL_OFF 0
#define CONTROL_ON 1
#define CONTROL_RESET 2
#define CONTROL_ATR 4

/* A chip as the thread of its socket has it: over a pair of connected sockets, in frames as vpcd's.
 */
struct pcsc_slot {
    struct pcsc_card card;
    struct slot *slot;
    int socket; /* -1: the chip is not plugged */
    bool loops; /* the chip's loop runs, and can answer */
    bool mute;
    uint8_t atr[PCSC_ATR_SIZE];
    size_t atr_len;
};

struct pcsc_socket {
    struct pcsc *pcsc;
    const struct stop *stop; /* borrowed */
    pthread_t thread;
    bool runs;
    struct pcsc_slot slots[PCSC_READERS_MAX];
    size_t count;
};

struct pcsc_slots {
    struct pcsc_socket *sockets;
    size_t count;
};

static struct pcsc_slot *slot_of(struct pcsc_card *self)
{
    return (struct pcsc_slot *)self;
}

static void unplug(struct pcsc_slot *slot)
{
    if (slot->socket >= 0)
        close(slot->socket);
    slot->socket = -1;
    slot->mute = false;
}

/* All of it, or false at the end of the link; false with `late` set when it takes too long. */
static bool receive(struct pcsc_slot *slot, uint8_t *to, size_t len, int64_t end, bool *late)
{
    while (len > 0) {
        struct pollfd wait = {.fd = slot->socket, .events = POLLIN};
        const int ready = poll(&wait, 1, clock_until(end, clock_ms()));
        *late = ready == 0;
        const ssize_t got = ready > 0 ? recv(slot->socket, to, len, 0) : ready;
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            to += got;
            len -= (size_t)got;
        }
    }
    return true;
}

/* The next frame's payload, appended. */
static bool receive_frame(struct pcsc_slot *slot, struct writer *out, bool *late)
{
    uint8_t front[VPCD_LENGTH_SIZE];
    struct bytes length = bytes_of(front, sizeof(front));
    const int64_t end = clock_ms() + ANSWER_MS;
    uint16_t len;
    if (!receive(slot, front, sizeof(front), end, late) || !bytes_take_u16(&length, &len) ||
        out->capacity - out->len < len || !receive(slot, out->data + out->len, len, end, late))
        return false;
    out->len += len;
    return true;
}

static bool send_all(int socket, struct bytes bytes)
{
    while (bytes.len > 0) {
        const ssize_t sent = send(socket, bytes.data, bytes.len, MSG_NOSIGNAL);
        struct bytes gone;
        if (sent >= 0)
            (void)bytes_take(&bytes, (size_t)sent, &gone);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

static bool send_frame(struct pcsc_slot *slot, struct bytes payload)
{
    uint8_t front[VPCD_LENGTH_SIZE];
    struct writer length = writer_on(front, sizeof(front));
    writer_put_u16(&length, (uint16_t)payload.len);
    return send_all(slot->socket, writer_bytes(&length)) && send_all(slot->socket, payload);
}

static bool send_control(struct pcsc_slot *slot, uint8_t control)
{
    return send_frame(slot, bytes_of(&control, 1));
}

/* What the chip's slot says to a new client, then the ATR. */
static bool greet(struct pcsc_slot *slot)
{
    uint8_t room[DIRECT_ANSWER_MAX];
    struct writer answer = writer_on(room, sizeof(room));
    struct writer atr = writer_on(slot->atr, sizeof(slot->atr));
    bool late;
    if (!receive_frame(slot, &answer, &late) || answer.len == 0 || room[0] != DIRECT_PLUGGED ||
        !send_control(slot, CONTROL_ATR) || !receive_frame(slot, &atr, &late))
        return false;
    slot->atr_len = atr.len;
    return true;
}

static bool plug(struct pcsc_slot *slot)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    slot->socket = pair[0];
    const int flags = fcntl(pair[1], F_GETFL);
    const bool taken =
        fcntl(pair[1], F_SETFL, flags | O_NONBLOCK) == 0 && slot_hand_over(slot->slot, pair[1]);
    if (!taken)
        close(pair[1]);
    if (taken && greet(slot))
        return true;
    unplug(slot);
    return false;
}

/* Nothing comes unasked but the end of the link. */
static bool is_linked(const struct pcsc_slot *slot)
{
    struct pollfd look = {.fd = slot->socket, .events = POLLIN};
    return slot->socket >= 0 && poll(&look, 1, 0) == 0;
}

static bool is_present(struct pcsc_card *self)
{
    struct pcsc_slot *slot = slot_of(self);
    const bool was = slot->socket >= 0;
    if (is_linked(slot))
        return true;
    unplug(slot);
    return !was && slot->loops && plug(slot);
}

static int64_t due(const struct pcsc_card *self, int64_t now)
{
    (void)self;
    return now + RETRY_MS;
}

static bool power(struct pcsc_card *self, enum card_power wanted)
{
    static const uint8_t controls[] = {
        [CARD_OFF] = CONTROL_OFF, [CARD_ON] = CONTROL_ON, [CARD_RESET] = CONTROL_RESET};
    struct pcsc_slot *slot = slot_of(self);
    slot->mute = false;
    return slot->socket >= 0 && send_control(slot, controls[wanted]);
}

static struct bytes atr(const struct pcsc_card *self)
{
    const struct pcsc_slot *slot = (const struct pcsc_slot *)self;
    return bytes_of(slot->atr, slot->atr_len);
}

/* A byte alone would be a control word. */
static enum contact_result transmit(struct pcsc_card *self, struct bytes command,
                                    struct writer *response)
{
    struct pcsc_slot *slot = slot_of(self);
    bool late = false;
    if (slot->socket < 0)
        return CONTACT_GONE;
    if (slot->mute)
        return CONTACT_MUTE;
    if (command.len <= 1 || command.len > APDU_COMMAND_MAX) {
        writer_put_u16(response, SW_WRONG_LENGTH);
        return CONTACT_ANSWERED;
    }
    if (send_frame(slot, command) && receive_frame(slot, response, &late))
        return CONTACT_ANSWERED;
    slot->mute = late;
    if (!late)
        unplug(slot);
    return late ? CONTACT_MUTE : CONTACT_GONE;
}

static void finish(struct pcsc_card *self)
{
    unplug(slot_of(self));
}

static int open_socket(struct pcsc_socket *out, const char *path, struct slot *slots, size_t count)
{
    static const struct pcsc_card_kind kind = {.is_present = is_present,
                                               .due = due,
                                               .power = power,
                                               .atr = atr,
                                               .transmit = transmit,
                                               .finish = finish};
    struct pcsc_card *cards[PCSC_READERS_MAX];
    out->count = count < PCSC_READERS_MAX ? count : PCSC_READERS_MAX;
    for (size_t i = 0; i < out->count; i++) {
        out->slots[i] = (struct pcsc_slot){.card.kind = &kind, .slot = &slots[i], .socket = -1};
        cards[i] = &out->slots[i].card;
    }
    return pcsc_open(path, cards, out->count, &out->pcsc);
}

static int open_sockets(struct pcsc_slots *all, char *paths, struct slot *slots, size_t count)
{
    for (size_t i = 0; i < all->count; i++) {
        const char *path = strsep(&paths, ",");
        if (open_socket(&all->sockets[i], path, slots, count) != 0)
            return FAILURE_INTERNAL;
        slots += all->sockets[i].count;
        count -= all->sockets[i].count;
    }
    return 0;
}

static size_t count_paths(const char *paths)
{
    size_t count = 1;
    for (; *paths != '\0'; paths++)
        count += *paths == ',';
    return count;
}

int pcsc_slots_check(const char *paths, size_t count)
{
    int result = 0;
    char *names = strdup(paths), *rest = names;
    for (char *path; result == 0 && (path = strsep(&rest, ",")) != NULL;) {
        if (count == 0) {
            trace_error("--pcsc %s: no chip is left for it", path);
            result = FAILURE_INTERNAL;
        } else {
            result = pcsc_check(path);
        }
        count -= count < PCSC_READERS_MAX ? count : PCSC_READERS_MAX;
    }
    free(names);
    return result;
}

int pcsc_slots_open(const char *paths, struct slot *slots, size_t count, struct pcsc_slots **out)
{
    struct pcsc_slots *all = calloc(1, sizeof(*all));
    char *names = strdup(paths);
    *out = NULL;
    if (all != NULL)
        all->sockets = calloc(count_paths(paths), sizeof(*all->sockets));
    int result = FAILURE_INTERNAL;
    if (all == NULL || names == NULL || all->sockets == NULL) {
        trace_error("no memory for PC/SC sockets");
    } else {
        all->count = count_paths(paths);
        result = open_sockets(all, names, slots, count);
    }
    free(names);
    if (result == 0)
        *out = all;
    else
        pcsc_slots_close(all);
    return result;
}

static void *run(void *context)
{
    struct pcsc_socket *socket = context;
    struct control control = control_none;
    pcsc_run(socket->pcsc, socket->stop, &control);
    return NULL;
}

int pcsc_slots_start(struct pcsc_slots *all, const struct stop *stop)
{
    for (size_t i = 0; i < all->count; i++) {
        struct pcsc_socket *socket = &all->sockets[i];
        socket->stop = stop;
        for (size_t n = 0; n < socket->count; n++)
            socket->slots[n].loops = true;
        socket->runs = pthread_create(&socket->thread, NULL, run, socket) == 0;
        if (socket->runs)
            continue;
        trace_error("no thread for another PC/SC socket");
        return FAILURE_INTERNAL;
    }
    return 0;
}

void pcsc_slots_close(struct pcsc_slots *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; all->sockets != NULL && i < all->count; i++) {
        if (all->sockets[i].runs)
            pthread_join(all->sockets[i].thread, NULL);
        pcsc_close(all->sockets[i].pcsc);
    }
    free(all->sockets);
    free(all);
}
