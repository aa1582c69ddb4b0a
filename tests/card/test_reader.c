#include <criterion/criterion.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "tests/support/vpcd_peer.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/reader/link.h"
#include "card/reader/reader_serve.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char said[4096];
static atomic_uint power_offs;

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    pthread_mutex_lock(&lock);
    const size_t len = strlen(said);
    snprintf(said + len, sizeof(said) - len, "%s\n", text);
    pthread_mutex_unlock(&lock);
}

static int count_said(const char *text)
{
    int count = 0;
    pthread_mutex_lock(&lock);
    for (const char *at = said; (at = strstr(at, text)) != NULL; at++)
        count++;
    pthread_mutex_unlock(&lock);
    return count;
}

/* Within twenty seconds. */
static bool is_said(const char *text)
{
    for (int i = 0; i < 2000 && count_said(text) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return count_said(text) > 0;
}

void card_power(struct card *card, enum card_power power)
{
    (void)card;
    if (power == CARD_OFF)
        atomic_fetch_add(&power_offs, 1);
}

struct bytes card_atr(const struct card *card)
{
    static const uint8_t atr[] = {0x3B, 0x00};
    (void)card;
    return bytes_of(atr, sizeof(atr));
}

void card_transmit(struct card *card, struct bytes command, struct writer *response)
{
    (void)card;
    writer_put(response, command);
}

void card_transmit_ahead(struct card *card, struct bytes command, struct writer *response)
{
    card_transmit(card, command, response);
}

bool card_settle(struct card *card)
{
    (void)card;
    return true;
}

struct hardware_outcome card_outcome(const struct card *card)
{
    (void)card;
    return (struct hardware_outcome){0};
}

static _Atomic(enum card_presence) place;

static atomic_bool idle_work; /* the card has something to do when it is idle */
static atomic_int idle_times; /* how often it was given time for it */

int64_t card_idle_time(const struct card *card, int64_t due)
{
    (void)card;
    return atomic_load(&idle_work) ? clock_ms() + 20 : due;
}

void card_idle(struct card *card)
{
    (void)card;
    if (atomic_exchange(&idle_work, false))
        atomic_fetch_add(&idle_times, 1);
}

enum card_presence card_presence(const struct card *card)
{
    (void)card;
    return atomic_load(&place);
}

void card_unplugged(struct card *card)
{
    card_power(card, CARD_OFF);
    enum card_presence pulled = CARD_REINSERTING;
    atomic_compare_exchange_strong(&place, &pulled, CARD_INSERTED);
}

Test(reader, an_address_is_taken_and_a_name_only_of_this_machine)
{
    struct reader reader;
    trace_to(note, NULL);
    cr_assert_eq(reader_init(&reader, "127.0.0.1:35963"), 0);
    cr_assert_eq(ntohs(((struct sockaddr_in *)&reader.address)->sin_port), 35963);
    cr_assert_eq(reader_init(&reader, "192.0.2.7:1"), 0);
    cr_assert_eq(reader_init(&reader, "[::1]:65535"), 0);
    cr_assert_eq(reader.address.ss_family, AF_INET6);
    cr_assert_eq(reader_init(&reader, "localhost:35963"), 0);
    cr_assert_eq(ntohl(((struct sockaddr_in *)&reader.address)->sin_addr.s_addr), INADDR_LOOPBACK);
    cr_assert_eq(count_said("--vpcd"), 0);
}

Test(reader, what_is_no_reader_is_refused_in_one_line)
{
    const char *const wrong[] = {"",
                                 "35963",
                                 ":35963",
                                 "127.0.0.1",
                                 "127.0.0.1:",
                                 "127.0.0.1:0",
                                 "127.0.0.1:65536",
                                 "127.0.0.1:x",
                                 "127.0.0.1:1x",
                                 "::1:35963",
                                 "[]:35963",
                                 "127.0.0.1:+1"};
    trace_to(note, NULL);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct reader reader;
        cr_assert_neq(reader_init(&reader, wrong[i]), 0, "%s", wrong[i]);
        cr_assert_eq(count_said("\n"), (int)i + 1);
    }
    cr_assert_eq(count_said("--vpcd "), (int)(sizeof(wrong) / sizeof(wrong[0])));
}

static struct vpcd_peer peer;
static struct stop stop;
static pthread_t server;
static char address[32];

static void *serve(void *context)
{
    struct reader reader;
    struct control control = control_none;
    (void)context;
    if (reader_init(&reader, address) == 0)
        reader_serve(&reader, NULL, &stop, &control);
    return NULL;
}

static void start_serving(void)
{
    trace_to(note, NULL);
    snprintf(address, sizeof(address), "127.0.0.1:%u", peer.port);
    cr_assert_eq(stop_begin(&stop), 0);
    cr_assert_eq(pthread_create(&server, NULL, serve, NULL), 0);
}

/* A signal to the process ends it at once, whatever it waits for. */
static void stop_serving(void)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    kill(getpid(), SIGTERM);
    pthread_join(server, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    cr_assert_lt(after.tv_sec - before.tv_sec, 2);
    cr_assert(stop_asked(&stop));
    stop_finish(&stop);
}

Test(reader, plugs_in_serves_and_plugs_in_again_saying_each_change_once, .timeout = 60)
{
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    for (unsigned round = 0; round < 3; round++) {
        struct bytes atr;
        cr_assert(vpcd_peer_accept(&peer));
        cr_assert(vpcd_peer_atr(&peer, &atr));
        cr_assert_eq(atr.len, 2);
        cr_assert_str_eq(vpcd_peer_exchange(&peer, "00A40000"), "00A40000");
        cr_assert_eq(atomic_load(&power_offs), round);
        vpcd_peer_hang_up(&peer);
    }
    for (int i = 0; i < 500 && atomic_load(&power_offs) < 3; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    stop_serving();
    cr_assert_eq(count_said("plugged into the reader"), 3);
    cr_assert_eq(count_said("hung up"), 3);
    cr_assert_eq(count_said("\n"), 6);
    vpcd_peer_close(&peer);
}

/* A machine that does not answer is none that the card sits in. */
Test(reader, gives_up_a_connection_that_does_not_come)
{
    struct reader reader;
    struct link link;
    char where[32];
    trace_to(note, NULL);
    cr_assert(vpcd_peer_open(&peer));
    snprintf(where, sizeof(where), "127.0.0.1:%u", peer.port);
    cr_assert_eq(reader_init(&reader, where), 0);
    link_init(&link, &reader, NULL);
    link_step(&link, false, 0, NULL);
    cr_assert_geq(link.socket, 0);
    const int64_t due = link.due;
    link_step(&link, false, due - 1, NULL);
    cr_assert_geq(link.socket, 0);
    link_step(&link, false, due, NULL);
    cr_expect_not(link.connected);
    cr_expect_eq(link.socket, -1);
    cr_expect_gt(link.due, due); /* and tries again */
    cr_expect_eq(count_said("timed out"), 1);
    link_finish(&link);
    vpcd_peer_close(&peer);
}

/* The other end's machine may vanish without a word: the card's end of the link asks after it. */
Test(reader, looks_after_a_link_that_says_nothing, .timeout = 60)
{
    struct bytes atr;
    struct sockaddr_in other;
    int found = 0;
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    cr_assert(vpcd_peer_accept(&peer));
    cr_assert(vpcd_peer_atr(&peer, &atr));
    for (int fd = 0; fd < 256; fd++) {
        socklen_t len = sizeof(other), flag_len = sizeof(int);
        int keeps_alive = 0;
        if (getpeername(fd, (struct sockaddr *)&other, &len) != 0 || other.sin_family != AF_INET ||
            ntohs(other.sin_port) != peer.port)
            continue;
        cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &keeps_alive, &flag_len), 0);
        cr_expect(keeps_alive);
        found++;
    }
    cr_expect_eq(found, 1);
    stop_serving();
    vpcd_peer_close(&peer);
}

/* As pcscd does that has not noticed one card's going and the next one's coming. */
Test(reader, stays_away_once_from_a_reader_that_only_ever_asks_for_the_atr, .timeout = 60)
{
    struct bytes atr;
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    cr_assert(vpcd_peer_accept(&peer));
    for (int i = 0; i < 4; i++)
        cr_assert(vpcd_peer_atr(&peer, &atr));
    cr_assert_not(vpcd_peer_atr(&peer, &atr));
    vpcd_peer_hang_up(&peer);
    cr_assert(vpcd_peer_accept(&peer));
    for (int i = 0; i < 20; i++)
        cr_assert(vpcd_peer_atr(&peer, &atr));
    stop_serving();
    cr_assert_eq(count_said("takes this card for the last one"), 1);
    cr_assert_eq(count_said("plugged into the reader"), 2);
    cr_assert_eq(count_said("\n"), 3);
    vpcd_peer_close(&peer);
}

Test(reader, stays_with_a_reader_that_powers_the_card_on, .timeout = 60)
{
    const enum vpcd_peer_control first[] = {VPCD_PEER_ON, VPCD_PEER_RESET};
    struct bytes atr;
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    for (size_t round = 0; round < 3; round++) {
        cr_assert(vpcd_peer_accept(&peer));
        for (int i = 0; i < 20; i++) {
            if (i == 3 && round < 2)
                cr_assert(vpcd_peer_control(&peer, first[round]));
            if (i == 3 && round == 2)
                cr_assert_str_eq(vpcd_peer_exchange(&peer, "00A40000"), "00A40000");
            cr_assert(vpcd_peer_atr(&peer, &atr));
        }
        vpcd_peer_hang_up(&peer);
    }
    stop_serving();
    cr_assert_eq(count_said("takes this card for the last one"), 0);
    vpcd_peer_close(&peer);
}

/* Between commands, and not while they come one after the other. */
Test(reader, gives_an_idle_card_time_for_what_no_command_should_wait_for, .timeout = 60)
{
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    cr_assert(vpcd_peer_accept(&peer));
    cr_assert(vpcd_peer_control(&peer, VPCD_PEER_ON));
    atomic_store(&idle_work, true);
    cr_assert_str_eq(vpcd_peer_exchange(&peer, "00A40000"), "00A40000");
    for (int i = 0; i < 500 && atomic_load(&idle_times) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    cr_assert_eq(atomic_load(&idle_times), 1);
    cr_assert_str_eq(vpcd_peer_exchange(&peer, "00A40000"), "00A40000");
    vpcd_peer_hang_up(&peer);
    stop_serving();
    vpcd_peer_close(&peer);
}

Test(reader, waits_for_a_reader_that_is_not_there_yet, .timeout = 60)
{
    cr_assert(vpcd_peer_open(&peer));
    const uint16_t port = peer.port;
    vpcd_peer_close(&peer);
    start_serving();
    cr_assert(is_said("no reader at 127.0.0.1:"));
    nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
    cr_assert_eq(count_said("\n"), 1);
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)), 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&here, sizeof(here)), 0);
    cr_assert_eq(listen(listener, 0), 0);
    peer.listener = listener;
    struct bytes atr;
    cr_assert(vpcd_peer_accept(&peer));
    cr_assert(vpcd_peer_atr(&peer, &atr));
    cr_assert(is_said("plugged into the reader"));
    stop_serving();
    cr_assert_eq(count_said("\n"), 2);
    vpcd_peer_close(&peer);
}

/* Without acknowledging each length at once, a reader that sends it by itself waits 40 ms an APDU.
 */
Test(reader, a_command_does_not_wait_for_a_delayed_acknowledgement, .timeout = 60)
{
    struct timespec before, after;
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    cr_assert(vpcd_peer_accept(&peer));
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 0; i < 200; i++)
        cr_assert_str_eq(vpcd_peer_exchange(&peer, "00A40000"), "00A40000");
    clock_gettime(CLOCK_MONOTONIC, &after);
    cr_assert_lt(after.tv_sec - before.tv_sec, 3);
    stop_serving();
    vpcd_peer_close(&peer);
}

/* Another card has the reader: the port's queue takes the connection and nobody speaks. */
Test(reader, says_that_another_card_sits_there, .timeout = 60)
{
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    cr_assert(is_said("accepts but never speaks"));
    cr_assert_eq(count_said("\n"), 1);
    struct bytes atr;
    cr_assert(vpcd_peer_accept(&peer));
    cr_assert(vpcd_peer_atr(&peer, &atr));
    cr_assert(is_said("plugged into the reader"));
    stop_serving();
    vpcd_peer_close(&peer);
}

/* By requests from outside; the reader's next question finds the card gone. */
Test(reader, a_card_that_is_pulled_out_leaves_and_comes_back, .timeout = 60)
{
    struct bytes atr;
    cr_assert(vpcd_peer_open(&peer));
    start_serving();
    cr_assert(vpcd_peer_accept(&peer));
    cr_assert(vpcd_peer_atr(&peer, &atr));
    atomic_store(&place, CARD_REINSERTING);
    for (int i = 0; i < 2 && vpcd_peer_atr(&peer, &atr); i++)
        ;
    cr_assert_not(vpcd_peer_atr(&peer, &atr));
    vpcd_peer_hang_up(&peer);
    cr_assert(vpcd_peer_accept(&peer));
    cr_assert(vpcd_peer_atr(&peer, &atr));
    stop_serving();
    cr_assert_eq(count_said("pulled out of the reader"), 1);
    cr_assert_eq(count_said("plugged into the reader"), 2);
    vpcd_peer_close(&peer);
}
