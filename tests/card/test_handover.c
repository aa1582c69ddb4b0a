/* A client is handed over from the farm's listener to its chip's loop while emuicc-ctl asks that
 * chip all the time, each system call of the hand-over being slow in turn: whoever is let in is
 * served, by the right chip, to the end. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/farm_client.h"
#include "tests/support/temp_card.h"
#include "apdu/trace.h"
#include "card/farm/farm.h"

#define CARDS 2
#define CHIP eids[1] /* in another loop than the listener */
#define SLOW_US 2000
#define SESSIONS 25 /* of each client, with each call slow */
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"

enum call {
    CALL_NONE,
    CALL_ACCEPT,
    CALL_RECEIVE,
    CALL_DELETE,
    CALL_ADD,
    CALL_CHANGE,
    CALL_SEND,
    CALL_CLOSE,
    CALLS
};
static const char *const names[CALLS] = {"nothing",       "accept4",       "recv", "epoll_ctl DEL",
                                         "epoll_ctl ADD", "epoll_ctl MOD", "send", "close"};
static atomic_int slow;
static _Thread_local bool is_of_test;

static void go_slowly(enum call call)
{
    if (!is_of_test && atomic_load(&slow) == (int)call)
        usleep(SLOW_US);
}

int __real_accept4(int listener, struct sockaddr *address, socklen_t *len, int flags);
int __wrap_accept4(int listener, struct sockaddr *address, socklen_t *len, int flags);
int __wrap_accept4(int listener, struct sockaddr *address, socklen_t *len, int flags)
{
    go_slowly(CALL_ACCEPT);
    return __real_accept4(listener, address, len, flags);
}

ssize_t __real_recv(int socket, void *room, size_t size, int flags);
ssize_t __wrap_recv(int socket, void *room, size_t size, int flags);
ssize_t __wrap_recv(int socket, void *room, size_t size, int flags)
{
    go_slowly(CALL_RECEIVE);
    return __real_recv(socket, room, size, flags);
}

int __real_epoll_ctl(int epoll, int operation, int socket, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int socket, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int socket, struct epoll_event *event)
{
    static const enum call calls[] = {
        [EPOLL_CTL_ADD] = CALL_ADD, [EPOLL_CTL_DEL] = CALL_DELETE, [EPOLL_CTL_MOD] = CALL_CHANGE};
    go_slowly(calls[operation]);
    const int result = __real_epoll_ctl(epoll, operation, socket, event);
    go_slowly(calls[operation]);
    return result;
}

ssize_t __real_send(int socket, const void *data, size_t len, int flags);
ssize_t __wrap_send(int socket, const void *data, size_t len, int flags);
ssize_t __wrap_send(int socket, const void *data, size_t len, int flags)
{
    go_slowly(CALL_SEND);
    return __real_send(socket, data, len, flags);
}

int __real_close(int descriptor);
int __wrap_close(int descriptor);
int __wrap_close(int descriptor)
{
    go_slowly(CALL_CLOSE);
    const int result = __real_close(descriptor);
    go_slowly(CALL_CLOSE);
    return result;
}

static struct stop stop;
static struct farm *farm;
static uint16_t port;
static char eids[CARDS][PKI_EID_DIGITS + 1];
static atomic_uint served, refused, wrong;
static atomic_bool over;

static void *serve(void *context)
{
    (void)context;
    farm_serve(farm);
    return NULL;
}

/* Requests to the chip, as emuicc-ctl sends them. */
static void *ask(void *context)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[64], room[4096];
    (void)context;
    is_of_test = true;
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", temp_card_folder);
    snprintf(line, sizeof(line), "chip %s status\n", CHIP);
    while (!atomic_load(&over)) {
        const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(client, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
            send(client, line, strlen(line), MSG_NOSIGNAL) > 0)
            while (recv(client, room, sizeof(room), 0) > 0)
                continue;
        close(client);
    }
    return NULL;
}

/* A session with the chip, if nobody has it. */
static bool use_chip(void)
{
    struct vpcd_peer peer;
    char expected[64];
    const int answer = farm_client_open(&peer, port, CHIP);
    if (answer == DIRECT_IN_USE)
        return false;
    snprintf(expected, sizeof(expected), "BF3E125A10%s9000", CHIP);
    if (answer != DIRECT_PLUGGED || strcmp(vpcd_peer_exchange(&peer, SELECT_ISD_R), "9000") != 0 ||
        strcmp(vpcd_peer_ask(&peer, "80E2910006BF3E035C015A"), expected) != 0)
        atomic_fetch_add(&wrong, 1);
    if (answer == DIRECT_PLUGGED)
        vpcd_peer_hang_up(&peer);
    return true;
}

static void *use(void *context)
{
    (void)context;
    is_of_test = true;
    for (unsigned i = 0; i < SESSIONS;)
        if (use_chip()) {
            atomic_fetch_add(&served, 1);
            i++;
        } else {
            atomic_fetch_add(&refused, 1);
            usleep(SLOW_US);
        }
    return NULL;
}

static void start(void)
{
    uint8_t eid[PKI_EID_SIZE];
    cr_assert(temp_card_begin());
    cr_assert_eq(stop_begin(&stop), 0);
    cr_assert(pki_eid_from_text("89049032123451234512345678901235", eid));
    for (int i = 0; i < CARDS; i++, pki_eid_next(eid))
        pki_eid_to_text(eid, eids[i]);
    const struct farm_plan plan = {.cards = CARDS,
                                   .loops = 2,
                                   .state = temp_card_folder,
                                   .first_eid = eids[0],
                                   .listen = "127.0.0.1:0"};
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0);
    port = (uint16_t)strtoul(strrchr(farm_address(farm), ':') + 1, NULL, 10);
}

static void end(void)
{
    farm_close(farm);
    stop_finish(&stop);
    temp_card_end();
}

TestSuite(handover, .init = start, .fini = end, .timeout = 240);

Test(handover, a_client_has_one_owner_however_slow_a_call_is)
{
    pthread_t server, asker, users[2];
    is_of_test = true;
    cr_assert_eq(pthread_create(&server, NULL, serve, NULL), 0);
    cr_assert_eq(pthread_create(&asker, NULL, ask, NULL), 0);
    for (enum call call = CALL_NONE; call < CALLS; call++) {
        atomic_store(&slow, (int)call);
        atomic_store(&wrong, 0);
        for (int i = 0; i < 2; i++)
            cr_assert_eq(pthread_create(&users[i], NULL, use, NULL), 0);
        for (int i = 0; i < 2; i++)
            pthread_join(users[i], NULL);
        cr_expect_eq(atomic_load(&wrong), 0, "%s slow: %u sessions went wrong", names[call],
                     atomic_load(&wrong));
    }
    fprintf(stderr, "%u sessions, %u times in use\n", atomic_load(&served), atomic_load(&refused));
    atomic_store(&over, true);
    pthread_join(asker, NULL);
    pthread_kill(stop.thread, SIGTERM);
    pthread_join(server, NULL);
}
