#include "card/farm/listener.h"

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

#define BACKLOG 4096
#define RETRY_MS 100      /* before the next accept() when no descriptor is free */
#define ACCEPTS_A_TURN 64 /* then those whose hello has come, and the loop's chips, have theirs */

static int by_eid(const void *eid, const void *slot)
{
    return memcmp(eid, ((const struct slot *)slot)->eid, PKI_EID_DIGITS);
}

struct slot *listener_find(const struct listener *listener, struct bytes eid)
{
    return bsearch(eid.data, listener->slots, listener->slot_count, sizeof(*listener->slots),
                   by_eid);
}

/* The slot that this hello asks for; NULL with the refusal in *answer. */
static struct slot *find_slot(const struct listener *listener, struct bytes payload,
                              enum direct_answer *answer)
{
    struct bytes eid;
    *answer = DIRECT_NO_HELLO;
    if (!direct_take_hello(payload, &eid))
        return NULL;
    *answer = DIRECT_UNKNOWN;
    return listener_find(listener, eid);
}

static void release(struct listener_pending *pending)
{
    loop_unwatch(pending->listener->loop, &pending->source);
    pending->used = false;
}

static void refuse(struct listener_pending *pending, enum direct_answer answer)
{
    uint8_t room[DIRECT_ANSWER_MAX];
    struct writer frame = writer_on(room, sizeof(room));
    direct_put_answer(answer, &frame);
    (void)send(pending->socket, frame.data, frame.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    release(pending);
    close(pending->socket);
}

/* A slot that takes the client also answers it. */
static void hand_over(struct listener_pending *pending)
{
    enum direct_answer answer;
    const struct bytes payload =
        bytes_of(pending->hello + DIRECT_LENGTH_SIZE, sizeof(pending->hello) - DIRECT_LENGTH_SIZE);
    struct slot *slot = find_slot(pending->listener, payload, &answer);
    if (slot == NULL) {
        refuse(pending, answer);
        return;
    }
    loop_unwatch(pending->listener->loop, &pending->source);
    if (slot_hand_over(slot, pending->socket))
        release(pending);
    else
        refuse(pending, DIRECT_IN_USE);
}

/* Whether the bytes so far can begin a hello. */
static bool may_be_hello(const struct listener_pending *pending)
{
    static const uint8_t begin[] = {0, DIRECT_HELLO_SIZE};
    return memcmp(pending->hello, begin,
                  pending->len < sizeof(begin) ? pending->len : sizeof(begin)) == 0;
}

static void read_hello(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct listener_pending *pending = (struct listener_pending *)source;
    (void)loop;
    (void)now;
    if (!pending->used)
        return;
    const ssize_t got = ready ? recv(pending->socket, pending->hello + pending->len,
                                     sizeof(pending->hello) - pending->len, MSG_DONTWAIT)
                              : 0;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    pending->len += got > 0 ? (size_t)got : 0;
    if (got <= 0 || !may_be_hello(pending))
        refuse(pending, DIRECT_NO_HELLO);
    else if (pending->len == sizeof(pending->hello))
        hand_over(pending);
}

/* A place for a client: where none is free that of the client which has been silent the longest, so
 * that many that say nothing keep nobody out. */
static struct listener_pending *make_place(struct listener *listener)
{
    struct listener_pending *oldest = &listener->pending[0];
    for (size_t i = 0; i < LISTENER_PENDING_MAX; i++) {
        struct listener_pending *each = &listener->pending[i];
        if (!each->used)
            return each;
        if (each->number < oldest->number)
            oldest = each;
    }
    refuse(oldest, DIRECT_NO_HELLO);
    return oldest;
}

/* A hello that has come already is read before anybody else can take the place. */
static void add_pending(struct listener *listener, int socket, int64_t now)
{
    struct listener_pending *pending = make_place(listener);
    *pending = (struct listener_pending){.source.handle = read_hello,
                                         .listener = listener,
                                         .used = true,
                                         .number = listener->accepted++,
                                         .socket = socket};
    loop_watch(listener->loop, &pending->source, socket, EPOLLIN);
    loop_set_time(listener->loop, &pending->source, now + LISTENER_HELLO_TIMEOUT_MS);
    read_hello(&pending->source, listener->loop, true, now);
}

/* Without a free descriptor epoll would report the backlog again at once: pause instead. */
static void accept_clients(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct listener_socket *from = (struct listener_socket *)source;
    (void)ready;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        const int socket = accept4(from->socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket >= 0) {
            add_pending(from->listener, socket, now);
            continue;
        }
        if (errno != EMFILE && errno != ENFILE)
            break;
        loop_watch(loop, source, from->socket, 0);
        loop_set_time(loop, source, now + RETRY_MS);
        return;
    }
    loop_watch(loop, source, from->socket, EPOLLIN);
}

static int bind_to(struct listener *listener, const struct addrinfo *where)
{
    const int yes = 1;
    listener->network.socket =
        socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->network.socket >= 0 &&
        setsockopt(listener->network.socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(listener->network.socket, where->ai_addr, where->ai_addrlen) == 0)
        return 0;
    return errno;
}

static void note_name(struct listener *listener, const char *host)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char port[ADDRESS_PORT_SIZE] = "?";
    if (getsockname(listener->network.socket, (struct sockaddr *)&address, &len) == 0)
        (void)getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof(port),
                          NI_NUMERICSERV);
    snprintf(listener->name, sizeof(listener->name),
             strchr(host, ':') != NULL ? "[%.40s]:%s" : "%.40s:%s", host, port);
}

int listener_open(struct listener *listener, const char *name, struct loop *loop,
                  struct slot *slots, size_t slot_count)
{
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct address address;
    *listener = (struct listener){
        .loop = loop, .local = local_socket_none, .slots = slots, .slot_count = slot_count};
    listener->network = listener->own = (struct listener_socket){
        .source.handle = accept_clients, .listener = listener, .socket = -1};
    if (!address_parse(bytes_of_text(name), &address) ||
        getaddrinfo(address.host, address.port, &hints, &found) != 0) {
        trace_error("--listen %s: an address and a port are needed, as in " LISTENER_DEFAULT, name);
        return FAILURE_INTERNAL;
    }
    const int wrong = bind_to(listener, found);
    freeaddrinfo(found);
    if (wrong != 0) {
        trace_error("--listen %s: %s", name, strerror(wrong));
        return FAILURE_INTERNAL;
    }
    note_name(listener, address.host);
    return 0;
}

static void watch(struct listener *listener, struct listener_socket *at)
{
    loop_watch(listener->loop, &at->source, at->socket, EPOLLIN);
}

int listener_listen(struct listener *listener, const char *state)
{
    if (listen(listener->network.socket, BACKLOG) != 0) {
        trace_error("--listen %s: %s", listener->name, strerror(errno));
        return FAILURE_INTERNAL;
    }
    watch(listener, &listener->network);
    if (local_socket_open(&listener->local, state, DIRECT_SOCKET, BACKLOG)) {
        listener->own.socket = listener->local.listener;
        watch(listener, &listener->own);
    } else {
        trace_notice("no socket %s/" DIRECT_SOCKET " (%s): clients use %s", state, strerror(errno),
                     listener->name);
    }
    return 0;
}

void listener_close(struct listener *listener)
{
    for (size_t i = 0; i < LISTENER_PENDING_MAX; i++)
        if (listener->pending[i].used)
            close(listener->pending[i].socket);
    if (listener->network.socket >= 0)
        close(listener->network.socket);
    local_socket_close(&listener->local);
}
