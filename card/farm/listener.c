#include "card/farm/door.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "apdu/address.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"

#define QUEUE 4096
#define SHORTAGE_MS 100 /* without a free descriptor, before the next try */

static int by_eid(const void *eid, const void *seat)
{
    return memcmp(eid, ((const struct seat *)seat)->eid, PKI_EID_DIGITS);
}

struct seat *door_find(const struct door *door, struct bytes eid)
{
    return bsearch(eid.data, door->seats, door->seat_count, sizeof(*door->seats), by_eid);
}

/* Where this hello leads; NULL with the answer it gets. */
static struct seat *find_seat(const struct door *door, struct bytes payload,
                              enum direct_answer *answer)
{
    struct bytes eid;
    *answer = DIRECT_NO_HELLO;
    if (!direct_take_hello(payload, &eid))
        return NULL;
    *answer = DIRECT_UNKNOWN;
    return door_find(door, eid);
}

static void await_more(struct door *door)
{
    const bool room = door->guest_count < DOOR_GUESTS;
    loop_await(door->loop, &door->source, door->listener, room ? EPOLLIN : 0);
}

static void leave(struct door_guest *guest)
{
    loop_forget(guest->door->loop, &guest->source);
    guest->here = false;
    guest->door->guest_count--;
    await_more(guest->door);
}

static void refuse(struct door_guest *guest, enum direct_answer answer)
{
    uint8_t room[DIRECT_ANSWER_MAX];
    struct writer frame = writer_on(room, sizeof(room));
    direct_put_answer(answer, &frame);
    (void)send(guest->socket, frame.data, frame.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    leave(guest);
    close(guest->socket);
}

/* The seat answers a guest that it takes. */
static void show_in(struct door_guest *guest)
{
    enum direct_answer answer;
    const struct bytes payload =
        bytes_of(guest->hello + DIRECT_LENGTH_SIZE, sizeof(guest->hello) - DIRECT_LENGTH_SIZE);
    struct seat *seat = find_seat(guest->door, payload, &answer);
    if (seat == NULL) {
        refuse(guest, answer);
        return;
    }
    loop_forget(guest->door->loop, &guest->source);
    if (seat_offer(seat, guest->socket))
        leave(guest);
    else
        refuse(guest, DIRECT_IN_USE);
}

/* What has come so far is how a hello begins. */
static bool may_be_hello(const struct door_guest *guest)
{
    static const uint8_t begin[] = {0, DIRECT_HELLO_SIZE};
    return memcmp(guest->hello, begin, guest->len < sizeof(begin) ? guest->len : sizeof(begin)) ==
           0;
}

static void hear(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct door_guest *guest = (struct door_guest *)source;
    (void)loop;
    (void)now;
    if (!guest->here)
        return;
    const ssize_t got = ready ? recv(guest->socket, guest->hello + guest->len,
                                     sizeof(guest->hello) - guest->len, MSG_DONTWAIT)
                              : 0;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    guest->len += got > 0 ? (size_t)got : 0;
    if (got <= 0 || !may_be_hello(guest))
        refuse(guest, DIRECT_NO_HELLO);
    else if (guest->len == sizeof(guest->hello))
        show_in(guest);
}

static struct door_guest *free_place(struct door *door)
{
    for (size_t i = 0; i < DOOR_GUESTS; i++)
        if (!door->guests[i].here)
            return &door->guests[i];
    return NULL;
}

static void let_in(struct door *door, int socket, int64_t now)
{
    struct door_guest *guest = free_place(door);
    *guest = (struct door_guest){.source.turn = hear, .door = door, .here = true, .socket = socket};
    door->guest_count++;
    loop_await(door->loop, &guest->source, socket, EPOLLIN);
    loop_await_time(door->loop, &guest->source, now + DOOR_PATIENCE_MS);
}

/* Without a descriptor left the queue would be announced again at once. */
static void turn(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct door *door = (struct door *)source;
    (void)ready;
    while (door->guest_count < DOOR_GUESTS) {
        const int socket = accept4(door->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket >= 0) {
            let_in(door, socket, now);
            continue;
        }
        if (errno != EMFILE && errno != ENFILE)
            break;
        loop_await(loop, source, door->listener, 0);
        loop_await_time(loop, source, now + SHORTAGE_MS);
        return;
    }
    await_more(door);
}

static int bind_to(struct door *door, const struct addrinfo *where)
{
    const int yes = 1;
    door->listener = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (door->listener >= 0 &&
        setsockopt(door->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(door->listener, where->ai_addr, where->ai_addrlen) == 0)
        return 0;
    return errno;
}

static void take_name(struct door *door, const char *host)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char port[ADDRESS_PORT_SIZE] = "?";
    if (getsockname(door->listener, (struct sockaddr *)&address, &len) == 0)
        (void)getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof(port),
                          NI_NUMERICSERV);
    snprintf(door->name, sizeof(door->name), strchr(host, ':') != NULL ? "[%.40s]:%s" : "%.40s:%s",
             host, port);
}

int door_open(struct door *door, const char *name, struct loop *loop, struct seat *seats,
              size_t seat_count)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct address address;
    *door = (struct door){.source.turn = turn,
                          .loop = loop,
                          .listener = -1,
                          .seats = seats,
                          .seat_count = seat_count};
    if (!address_parse(bytes_of_text(name), &address) ||
        getaddrinfo(address.host, address.port, &hints, &found) != 0) {
        trace_error("--listen %s: an address and a port are needed, as in " DOOR_DEFAULT, name);
        return FAILURE_INTERNAL;
    }
    const int wrong = bind_to(door, found);
    freeaddrinfo(found);
    if (wrong != 0) {
        trace_error("--listen %s: %s", name, strerror(wrong));
        return FAILURE_INTERNAL;
    }
    take_name(door, address.host);
    return 0;
}

int door_listen(struct door *door)
{
    if (listen(door->listener, QUEUE) != 0) {
        trace_error("--listen %s: %s", door->name, strerror(errno));
        return FAILURE_INTERNAL;
    }
    await_more(door);
    return 0;
}

void door_close(struct door *door)
{
    for (size_t i = 0; i < DOOR_GUESTS; i++)
        if (door->guests[i].here)
            close(door->guests[i].socket);
    if (door->listener >= 0)
        close(door->listener);
}
