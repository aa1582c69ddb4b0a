/* A farm of real chips, and its clients. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <limits.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/temp_card.h"
#include "tests/support/farm_client.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/farm/farm.h"

#define CARDS 5
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define GET_PROFILES "80E2910003BF2D00"

static struct stop stop;
static struct farm *farm;
static pthread_t server;
static uint16_t port;
static char eids[CARDS][33];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char said[4096];

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    pthread_mutex_lock(&lock);
    const size_t len = strlen(said);
    if (level <= TRACE_NOTICE)
        snprintf(said + len, sizeof(said) - len, "%s\n", text);
    pthread_mutex_unlock(&lock);
}

static bool is_said(const char *text)
{
    pthread_mutex_lock(&lock);
    const bool found = strstr(said, text) != NULL;
    pthread_mutex_unlock(&lock);
    return found;
}

static struct farm_plan plan_of(const char *eid, size_t cards)
{
    static const char *const packages[] = {temp_card_package};
    return (struct farm_plan){.cards = cards,
                              .loops = 2,
                              .state = temp_card_folder,
                              .first_eid = eid,
                              .listen = "127.0.0.1:0",
                              .chip = {.install = packages, .install_count = 1}};
}

static int open_with(const char *eid, size_t cards, const char *readers)
{
    struct farm_plan plan = plan_of(eid, cards);
    plan.readers = readers;
    return farm_open(&plan, &stop, &farm);
}

static void *serve(void *context)
{
    (void)context;
    cr_assert_eq(farm_serve(farm), 0);
    return NULL;
}

static void start_serving(void)
{
    port = (uint16_t)strtoul(strrchr(farm_address(farm), ':') + 1, NULL, 10);
    cr_assert_eq(pthread_create(&server, NULL, serve, NULL), 0);
}

static void begin(void)
{
    uint8_t eid[PKI_EID_SIZE];
    trace_to(note, NULL);
    cr_assert(temp_card_begin());
    cr_assert_eq(stop_begin(&stop), 0);
    cr_assert(pki_eid_from_text("89049032123451234512345678901235", eid));
    for (int i = 0; i < CARDS; i++, pki_eid_next(eid))
        pki_eid_to_text(eid, eids[i]);
}

static void stop_serving(void)
{
    pthread_kill(stop.thread, SIGTERM);
    pthread_join(server, NULL);
    farm_close(farm);
    farm = NULL;
}

static void end(void)
{
    stop_finish(&stop);
    temp_card_end();
}

TestSuite(farm, .init = begin, .fini = end, .timeout = 60);

static void start(void)
{
    cr_assert_eq(open_with(eids[0], CARDS, NULL), 0, "%s", said);
    start_serving();
}

static void expect_eid(struct vpcd_peer *peer, const char *eid)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "BF3E125A10%s9000", eid);
    cr_assert_str_eq(vpcd_peer_exchange(peer, SELECT_ISD_R), "9000");
    cr_assert_str_eq(vpcd_peer_ask(peer, "80E2910006BF3E035C015A"), expected);
}

/* Waits for the farm to take note of a client that has hung up. */
static void open_again(struct vpcd_peer *peer, const char *eid)
{
    int answer;
    for (int i = 0; i < 10000 && (answer = farm_client_open(peer, port, eid)) == DIRECT_IN_USE; i++)
        usleep(1000);
    cr_assert_eq(answer, DIRECT_PLUGGED);
}

Test(farm, each_chip_answers_under_its_own_eid)
{
    struct vpcd_peer peers[CARDS];
    struct bytes atr;
    start();
    for (int i = 0; i < CARDS; i++) {
        cr_assert_eq(farm_client_open(&peers[i], port, eids[i]), DIRECT_PLUGGED);
        cr_assert(vpcd_peer_atr(&peers[i], &atr));
        cr_assert_gt(atr.len, 2);
    }
    for (int i = 0; i < CARDS; i++)
        expect_eid(&peers[i], eids[i]);
    for (int i = 0; i < CARDS; i++)
        vpcd_peer_close(&peers[i]);
    stop_serving();
}

/* Frames of hexadecimal payloads, sent in one piece. */
static void send_together(struct vpcd_peer *peer, const char *const *payloads, size_t count)
{
    uint8_t room[4096], payload[256];
    struct writer frames = writer_on(room, sizeof(room));
    for (size_t i = 0; i < count; i++) {
        struct writer one = writer_on(payload, sizeof(payload));
        cr_assert(hex_decode(payloads[i], &one));
        writer_put_u16(&frames, (uint16_t)one.len);
        writer_put(&frames, writer_bytes(&one));
    }
    cr_assert_not(frames.overflow);
    cr_assert_eq(send(peer->link, frames.data, frames.len, MSG_NOSIGNAL), (ssize_t)frames.len);
}

static void expect_answers(struct vpcd_peer *peer, const char *const *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes answer;
        char text[256];
        cr_assert(vpcd_peer_receive(peer, &answer) && answer.len < sizeof(text) / 2);
        hex_encode(answer, text);
        cr_expect_str_eq(text, answers[i], "%zu", i);
    }
}

/* A client that waits for no answer; one that hangs up before it has any. */
Test(farm, commands_of_one_packet_are_carried_out_in_their_order)
{
    static const char ask_eid[] = "80E2910006BF3E035C015A00", reset[] = "02";
    char eid[64];
    struct vpcd_peer peer;
    start();
    snprintf(eid, sizeof(eid), "BF3E125A10%s9000", eids[1]);
    const char *const sent[] = {ask_eid, SELECT_ISD_R, ask_eid,      reset,
                                ask_eid, "0001",       SELECT_ISD_R, ask_eid};
    const char *const answers[] = {"6D00", "9000", eid, "6D00", "6700", "9000", eid};
    for (int i = 0; i < 20; i++) {
        open_again(&peer, eids[1]);
        send_together(&peer, sent, sizeof(sent) / sizeof(sent[0]));
        if (i % 2 == 0)
            expect_answers(&peer, answers, sizeof(answers) / sizeof(answers[0]));
        vpcd_peer_close(&peer);
    }
    open_again(&peer, eids[1]);
    expect_eid(&peer, eids[1]);
    vpcd_peer_close(&peer);
    stop_serving();
}

Test(farm, refusals_say_why)
{
    struct vpcd_peer peer, other;
    struct bytes answer;
    start();
    cr_assert_eq(farm_client_open(&other, port, "11111111111111111111111111111111"),
                 DIRECT_UNKNOWN);
    cr_assert_eq(farm_client_open(&peer, port, eids[2]), DIRECT_PLUGGED);
    cr_assert_eq(farm_client_open(&other, port, eids[2]), DIRECT_IN_USE);
    cr_assert_eq(farm_client_open(&other, port, "8904903212345123451234567890123X"),
                 DIRECT_NO_HELLO);
    cr_assert(farm_client_connect(&other, port));
    cr_assert(vpcd_peer_control(&other, VPCD_PEER_ON)); /* as to vpcd itself */
    cr_assert(vpcd_peer_receive(&other, &answer));
    cr_assert_eq(answer.data[0], DIRECT_NO_HELLO);
    cr_assert_gt(answer.len, 10);
    vpcd_peer_close(&other);
    expect_eid(&peer, eids[2]); /* none the wiser */
    vpcd_peer_close(&peer);
    stop_serving();
}

/* Half a hello, a command of which half has come, answers that nobody takes: each keeps its own
 * place busy and no other. */
Test(farm, slow_clients_hold_up_nobody)
{
    static const uint8_t half[] = {0x00, 0x15, 0x00, 0xA4};
    static uint8_t many[64 * 4096];
    struct vpcd_peer mute, slow, greedy, quick;
    start();
    cr_assert(farm_client_connect(&mute, port));
    cr_assert_eq(send(mute.link, "\0$EID", 5, 0), 5);
    cr_assert_eq(farm_client_open(&slow, port, eids[0]), DIRECT_PLUGGED);
    cr_assert_eq(send(slow.link, half, sizeof(half), 0), (ssize_t)sizeof(half));
    cr_assert_eq(farm_client_open(&greedy, port, eids[2]), DIRECT_PLUGGED);
    for (size_t i = 0; i + 3 <= sizeof(many); i += 3)
        memcpy(many + i, "\0\1\4", 3); /* for the ATR */
    fcntl(greedy.link, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 100 && send(greedy.link, many, sizeof(many) / 3 * 3, 0) > 0; i++)
        ;
    cr_assert_eq(farm_client_open(&quick, port, eids[4]), DIRECT_PLUGGED);
    for (int i = 0; i < 100; i++)
        expect_eid(&quick, eids[4]);
    vpcd_peer_close(&mute);
    vpcd_peer_close(&slow);
    vpcd_peer_close(&greedy);
    vpcd_peer_close(&quick);
    stop_serving();
}

#define HALF_HELLOS 1500 /* several times as many as the farm has places for */

/* A client with half a hello; closed when the test ends. */
static void half_a_hello(void)
{
    struct vpcd_peer mute;
    cr_assert(farm_client_connect(&mute, port));
    cr_assert_eq(send(mute.link, "\0$EID", 5, 0), 5);
}

Test(farm, any_number_of_half_hellos_keeps_nobody_out)
{
    struct rlimit limit;
    struct vpcd_peer good;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < 2 * HALF_HELLOS)
        cr_skip_test("so many sockets are not allowed here");
    limit.rlim_cur = 2 * HALF_HELLOS;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    start();
    const int64_t begun = clock_ms();
    for (int i = 0; i < HALF_HELLOS; i++) {
        half_a_hello();
        if (i % 50 != 0)
            continue;
        open_again(&good, eids[i % CARDS]);
        expect_eid(&good, eids[i % CARDS]);
        vpcd_peer_close(&good);
    }
    cr_expect_lt(clock_ms() - begun, LISTENER_HELLO_TIMEOUT_MS, "it waited for places");
    stop_serving();
}

/* Whether this process, of which the farm is a part, has the chip's store open. */
static bool is_store_open(const char *eid)
{
    char store[256], path[300], link[PATH_MAX];
    bool found = false;
    DIR *descriptors = opendir("/proc/self/fd");
    snprintf(store, sizeof(store), "/chips/%s/store.sqlite", eid);
    cr_assert(descriptors != NULL);
    for (struct dirent *entry; (entry = readdir(descriptors)) != NULL;) {
        snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
        const ssize_t len = readlink(path, link, sizeof(link) - 1);
        link[len > 0 ? len : 0] = '\0';
        found |= strstr(link, store) != NULL;
    }
    closedir(descriptors);
    return found;
}

/* Until the chip's store, which is open, is closed. */
static void wait_for_rest(const char *eid)
{
    cr_assert(is_store_open(eid));
    for (int i = 0; i < 30000 && is_store_open(eid); i++)
        usleep(1000);
    cr_assert_not(is_store_open(eid));
}

Test(farm, idle_chips_rest_and_answer_as_before)
{
    struct vpcd_peer peer;
    char profiles[512];
    start();
    cr_assert_eq(farm_client_open(&peer, port, eids[1]), DIRECT_PLUGGED);
    cr_assert_str_eq(vpcd_peer_exchange(&peer, SELECT_ISD_R), "9000");
    snprintf(profiles, sizeof(profiles), "%s", vpcd_peer_ask(&peer, GET_PROFILES));
    wait_for_rest(eids[1]);
    cr_assert_str_eq(vpcd_peer_ask(&peer, GET_PROFILES), profiles); /* the ISD-R is selected */
    vpcd_peer_close(&peer);
    open_again(&peer, eids[1]);
    cr_assert_str_neq(vpcd_peer_ask(&peer, GET_PROFILES), profiles); /* it is not */
    cr_assert_str_eq(vpcd_peer_exchange(&peer, SELECT_ISD_R), "9000");
    cr_assert_str_eq(vpcd_peer_ask(&peer, GET_PROFILES), profiles);
    vpcd_peer_close(&peer);
    stop_serving();
}

Test(farm, a_chip_that_cannot_be_read_is_refused_and_the_others_are_not)
{
    struct vpcd_peer peer;
    char store[256];
    cr_assert_eq(open_with(eids[0], CARDS, NULL), 0);
    farm_close(farm);
    snprintf(store, sizeof(store), "%s/chips/%s", temp_card_folder, eids[3]);
    cr_assert_eq(births_make_in(store), 0, "%s", said);
    cr_assert_eq(open_with(NULL, CARDS, NULL), 0);
    strcat(store, "/store.sqlite");
    FILE *file = fopen(store, "r+");
    cr_assert(file != NULL && fputs("this is no database at all", file) >= 0);
    cr_assert_eq(fclose(file), 0);
    start_serving();
    cr_assert_eq(farm_client_open(&peer, port, eids[3]), DIRECT_BROKEN);
    cr_assert(is_said(eids[3]), "%s", said);
    cr_assert_eq(farm_client_open(&peer, port, eids[1]), DIRECT_PLUGGED);
    expect_eid(&peer, eids[1]);
    vpcd_peer_close(&peer);
    stop_serving();
}

Test(farm, a_later_start_goes_on_where_the_last_one_was)
{
    struct vpcd_peer peer;
    char store[256], first[256];
    cr_assert_eq(open_with(eids[0], 2, NULL), 0);
    farm_close(farm);
    /* As after kill -9 in the middle of making one. */
    snprintf(store, sizeof(store), "%s/chips/%s", temp_card_folder, eids[2]);
    struct store *half;
    cr_assert_eq(store_open(store, &half), 0);
    store_close(half);
    snprintf(first, sizeof(first), "%s/chips/%s/store.sqlite", temp_card_folder, eids[0]);
    cr_assert_eq(access(first, F_OK), 0);
    cr_assert_neq(open_with(eids[1], CARDS, NULL), 0);
    cr_assert(is_said("begin with"), "%s", said);
    cr_assert_eq(open_with(NULL, CARDS, NULL), 0);
    start_serving();
    for (int i = 0; i < CARDS; i++) {
        cr_assert_eq(farm_client_open(&peer, port, eids[i]), DIRECT_PLUGGED);
        expect_eid(&peer, eids[i]);
        cr_assert_gt(strlen(vpcd_peer_ask(&peer, GET_PROFILES)), 40);
        vpcd_peer_close(&peer);
    }
    stop_serving();
}

Test(farm, one_process_a_state)
{
    struct farm *first;
    cr_assert_eq(open_with(eids[0], 1, NULL), 0);
    first = farm;
    cr_assert_neq(open_with(eids[0], 1, NULL), 0);
    cr_assert(is_said("another emuicc-farm does"), "%s", said);
    farm_close(first);
}

Test(farm, a_chip_is_the_running_farms_alone)
{
    struct vpcd_peer peer;
    struct card card;
    char state[256], profiles[512];
    const struct startup_plan alone = {.state = state};
    start();
    snprintf(state, sizeof(state), "%s/chips/./%s/", temp_card_folder, eids[1]);
    cr_assert_eq(farm_client_open(&peer, port, eids[1]), DIRECT_PLUGGED);
    cr_assert_str_eq(vpcd_peer_exchange(&peer, SELECT_ISD_R), "9000");
    snprintf(profiles, sizeof(profiles), "%s", vpcd_peer_ask(&peer, GET_PROFILES));
    wait_for_rest(eids[1]);
    cr_expect_neq(startup_card(&alone, &card), 0);
    card_close(&card);
    cr_expect(is_said("an emuicc-farm runs with this chip"), "%s", said);
    cr_expect_str_eq(vpcd_peer_ask(&peer, GET_PROFILES), profiles);
    vpcd_peer_close(&peer);
    stop_serving();
    cr_expect_eq(startup_card(&alone, &card), 0, "the farm has ended: %s", said);
    card_close(&card);
}

static int count_record(void *context, const uint8_t eid[PKI_EID_SIZE])
{
    (void)eid;
    ++*(int *)context;
    return 0;
}

/* Those in folders, and those that are records. */
static int count_chips(void)
{
    char chips[256];
    int count = 0;
    struct births *births;
    cr_assert_eq(births_open(temp_card_folder, &births), 0);
    cr_assert_eq(births_each(births, count_record, &count), 0);
    births_close(births);
    snprintf(chips, sizeof(chips), "%s/chips", temp_card_folder);
    DIR *folder = opendir(chips);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    if (folder != NULL)
        closedir(folder);
    return count;
}

/* The plan is refused in one line that says this, and there are as many chips as before. */
static void expect_refusal(const struct farm_plan *plan, const char *why)
{
    const int before = count_chips();
    said[0] = '\0';
    cr_assert_neq(farm_open(plan, &stop, &farm), 0, "%s", why);
    cr_assert(is_said(why), "%s: %s", why, said);
    cr_assert_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
    cr_assert_eq(count_chips(), before, "%s", why);
}

Test(farm, what_cannot_be_is_said_once_and_before_a_chip_is_made)
{
    static const char *const packages[] = {"usim, , enabled"}, *const missing[] = {"nowhere.der"};
    struct farm_plan plan = plan_of(eids[0], CARDS);
    plan.readers = "127.0.0.1:0";
    cr_assert_eq(dup2(stop.event, STDIN_FILENO), STDIN_FILENO);
    expect_refusal(&plan, "--vpcd 127.0.0.1:0");
    cr_expect_neq(fcntl(STDIN_FILENO, F_GETFD), -1, "it has closed another's descriptor");
    plan.readers = "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3,127.0.0.1:4,127.0.0.1:5,127.0.0.1:6";
    expect_refusal(&plan, "6 readers for 5 cards");
    plan = plan_of(eids[0], CARDS);
    plan.listen = "127.0.0.1:99999";
    expect_refusal(&plan, "--listen 127.0.0.1:99999");
    plan = plan_of(eids[0], CARDS);
    plan.chip.personality = "nobody";
    expect_refusal(&plan, "--personality nobody");
    plan = plan_of(eids[0], CARDS);
    plan.chip.pki = "nowhere";
    expect_refusal(&plan, "--pki nowhere");
    plan = plan_of(eids[0], CARDS);
    plan.chip.install = packages;
    expect_refusal(&plan, "--install usim, , enabled");
    plan = plan_of("89049032999999999999999999999894", CARDS);
    expect_refusal(&plan, "there are only 2 in the EUM's range");
    plan = plan_of(eids[0], CARDS);
    plan.chip.install = missing;
    said[0] = '\0';
    cr_assert_neq(farm_open(&plan, &stop, &farm), 0);
    cr_assert(is_said("nowhere.der"), "%s", said);
    cr_assert_eq(strchr(said, '\n'), said + strlen(said) - 1, "%s", said);
}

Test(farm, a_refused_first_start_leaves_nothing_behind)
{
    static const char *const missing[] = {"nowhere.der"};
    char state[128];
    snprintf(state, sizeof(state), "%s/farm", temp_card_folder);
    struct farm_plan plan = plan_of(eids[0], CARDS);
    plan.state = state;
    plan.chip.install = missing;
    plan.chip.install_count = 1;
    cr_assert_neq(farm_open(&plan, &stop, &farm), 0);
    cr_assert(is_said("nowhere.der"), "%s", said);
    cr_assert_neq(access(state, F_OK), 0);
    plan = plan_of("89049032999999999999999999999894", CARDS);
    plan.state = state;
    cr_assert_neq(farm_open(&plan, &stop, &farm), 0);
    cr_assert_neq(access(state, F_OK), 0);
}

Test(farm, chips_go_on_under_the_credentials_they_were_made_with)
{
    char pki[256], own[256];
    struct random random;
    random_init(&random);
    snprintf(pki, sizeof(pki), "%s/other", temp_card_folder);
    snprintf(own, sizeof(own), "%s/pki", temp_card_folder);
    cr_assert_eq(pki_make(&random, &(struct pki_plan){.directory = pki, .first_eid = eids[0]}), 0);
    struct farm_plan plan = plan_of(eids[0], 2);
    plan.chip.pki = pki;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    plan = plan_of(NULL, CARDS);
    expect_refusal(&plan, "were made with --pki; give it again");
    cr_assert_neq(access(own, F_OK), 0);
    cr_assert_eq(pki_make(&random, &(struct pki_plan){.directory = own, .first_eid = eids[0]}), 0);
    plan.chip.pki = own;
    expect_refusal(&plan, "another CI or EUM");
    plan.chip.pki = pki;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    farm_close(farm);
    cr_assert_eq(count_chips(), CARDS);
}

Test(farm, a_port_that_is_taken_is_said_at_once_and_nobody_is_let_in_too_early)
{
    struct farm *first;
    struct vpcd_peer peer;
    struct farm_plan plan = plan_of(eids[0], 1);
    char other[256], address[64];
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    first = farm;
    snprintf(other, sizeof(other), "%s/other", temp_card_folder);
    snprintf(address, sizeof(address), "%s", farm_address(first));
    plan.state = other;
    plan.listen = address;
    said[0] = '\0';
    cr_assert_neq(farm_open(&plan, &stop, &farm), 0);
    cr_assert(is_said("Address already in use"), "%s", said);
    farm_close(first);
    struct loop loop;
    struct listener *listener = calloc(1, sizeof(*listener));
    cr_assert_eq(loop_init(&loop, LISTENER_SOURCES, stop.event), 0);
    cr_assert_eq(listener_open(listener, "127.0.0.1:0", &loop, NULL, 0), 0);
    port = (uint16_t)strtoul(strrchr(listener->name, ':') + 1, NULL, 10);
    cr_assert_not(farm_client_connect(&peer, port));
    cr_assert_eq(listener_listen(listener, temp_card_folder), 0);
    cr_assert(farm_client_connect(&peer, port));
    vpcd_peer_close(&peer);
    listener_close(listener);
    loop_finish(&loop);
    free(listener);
}

static void count_up(void *context)
{
    (*(int *)context)++;
}

/* Who asks a loop that has ended is told so, and does not wait. */
Test(farm, a_loop_runs_tasks_until_it_ends)
{
    struct loop loop;
    int ran = 0;
    const int end = eventfd(0, EFD_CLOEXEC);
    cr_assert_eq(loop_init(&loop, 1, end), 0);
    cr_assert_eq(loop_start(&loop), 0);
    cr_assert(loop_run(&loop, count_up, &ran));
    cr_assert_eq(ran, 1);
    cr_assert_eq(eventfd_write(end, 1), 0);
    loop_join(&loop);
    cr_assert_not(loop_run(&loop, count_up, &ran));
    cr_assert_eq(ran, 1);
    loop_finish(&loop);
    close(end);
}

struct greedy {
    struct loop_source source; /* wants to go on at once, always */
    struct loop_source other;  /* has been posted by it */
    int turns, turns_before_other;
};

static void be_greedy(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct greedy *greedy = (struct greedy *)source;
    (void)ready;
    if (greedy->turns++ == 0)
        loop_post(loop, &greedy->other);
    loop_set_time(loop, source, greedy->turns < 1000 ? now : -1);
}

static void note_turns(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct greedy *greedy = (struct greedy *)((uint8_t *)source - offsetof(struct greedy, other));
    (void)loop;
    (void)ready;
    (void)now;
    greedy->turns_before_other = greedy->turns;
}

static void do_nothing(void *context)
{
    (void)context;
}

/* A client with very many commands on their way does not keep the loop from the others. */
Test(farm, who_goes_on_at_once_lets_others_have_their_turn)
{
    struct loop loop;
    struct greedy greedy = {.source.handle = be_greedy, .other.handle = note_turns};
    const int end = eventfd(0, EFD_CLOEXEC);
    cr_assert_eq(loop_init(&loop, 1, end), 0);
    loop_set_time(&loop, &greedy.source, 0);
    cr_assert_eq(loop_start(&loop), 0);
    for (int i = 0; i < 1000; i++)
        cr_assert(loop_run(&loop, do_nothing, NULL));
    cr_assert_eq(eventfd_write(end, 1), 0);
    loop_join(&loop);
    loop_finish(&loop);
    close(end);
    cr_expect_gt(greedy.turns, 1);
    cr_expect_eq(greedy.turns_before_other, 1);
}

Test(farm, the_first_chips_sit_in_readers)
{
    struct vpcd_peer readers[2], peer;
    char names[64];
    cr_assert(vpcd_peer_open(&readers[0]) && vpcd_peer_open(&readers[1]));
    snprintf(names, sizeof(names), "127.0.0.1:%u,127.0.0.1:%u", readers[0].port, readers[1].port);
    cr_assert_eq(open_with(eids[0], CARDS, names), 0);
    start_serving();
    for (int i = 0; i < 2; i++) {
        cr_assert(vpcd_peer_accept(&readers[i]));
        expect_eid(&readers[i], eids[i]);
    }
    cr_assert_eq(farm_client_open(&peer, port, eids[1]), DIRECT_IN_USE);
    cr_assert_eq(farm_client_open(&peer, port, eids[2]), DIRECT_PLUGGED);
    vpcd_peer_hang_up(&readers[0]);
    expect_eid(&readers[1], eids[1]);
    expect_eid(&peer, eids[2]);
    cr_assert(vpcd_peer_accept(&readers[0])); /* it comes again */
    expect_eid(&readers[0], eids[0]);
    vpcd_peer_close(&peer);
    stop_serving();
    vpcd_peer_close(&readers[0]);
    vpcd_peer_close(&readers[1]);
}

/* For the farm's owner alone; it goes with the farm. */
Test(farm, clients_of_this_machine_need_no_port)
{
    struct vpcd_peer peer, other;
    struct stat found;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/" DIRECT_SOCKET, temp_card_folder);
    struct sockaddr_un left = {.sun_family = AF_UNIX}; /* of a farm that was killed */
    const int killed = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(left.sun_path, path);
    cr_assert_eq(bind(killed, (const struct sockaddr *)&left, sizeof(left)), 0);
    close(killed);
    start();
    cr_assert(stat(path, &found) == 0 && S_ISSOCK(found.st_mode));
    cr_expect_eq(found.st_mode & 0777, 0600);
    cr_assert_eq(farm_client_open_in(&peer, temp_card_folder, eids[1]), DIRECT_PLUGGED);
    expect_eid(&peer, eids[1]);
    cr_expect_eq(farm_client_open(&other, port, eids[1]), DIRECT_IN_USE);
    cr_expect_eq(farm_client_open_in(&other, temp_card_folder, eids[1]), DIRECT_IN_USE);
    vpcd_peer_close(&peer);
    stop_serving();
    cr_expect_neq(access(path, F_OK), 0);
}

/* The port serves as before where a socket cannot be made. */
Test(farm, a_farm_does_without_the_socket_in_its_state)
{
    struct vpcd_peer peer;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/" DIRECT_SOCKET, temp_card_folder);
    FILE *file = fopen(path, "w"); /* somebody's */
    cr_assert(file != NULL && fputs("notes\n", file) >= 0 && fclose(file) == 0);
    start();
    cr_expect(is_said("no socket "), "%s", said);
    cr_assert_eq(farm_client_open(&peer, port, eids[0]), DIRECT_PLUGGED);
    expect_eid(&peer, eids[0]);
    vpcd_peer_close(&peer);
    stop_serving();
    struct stat found;
    cr_expect(stat(path, &found) == 0 && found.st_size == 6, "it is gone");
}

/* A request to the farm, as emuicc-ctl sends it; its answer. */
static const char *ask(const char *request)
{
    static char answer[4096];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", temp_card_folder);
    for (int i = 0; i < 1000; i++) { /* it is there once the farm serves */
        if (connect(control, (const struct sockaddr *)&address, sizeof(address)) == 0)
            break;
        usleep(5000);
    }
    cr_assert_eq(send(control, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    const ssize_t got = recv(control, answer, sizeof(answer) - 1, MSG_WAITALL);
    answer[got > 0 ? got : 0] = '\0';
    close(control);
    return answer;
}

static void expect_done(const char *doing)
{
    char request[128];
    snprintf(request, sizeof(request), "chip %s %s\n", eids[0], doing);
    const char *answer = ask(request);
    cr_assert_eq(answer[0], '{', "%s: %s", doing, answer);
    cr_assert_null(strstr(answer, "error"), "%s: %s", doing, answer);
}

static void start_as(const char *personality)
{
    struct farm_plan plan = plan_of(eids[0], 1);
    plan.chip.personality = personality;
    cr_assert_eq(farm_open(&plan, &stop, &farm), 0, "%s", said);
    start_serving();
}

/* Another card, by its ATR: a reader must see the old one go. */
Test(farm, a_client_loses_its_chip_when_another_card_is_restored)
{
    struct vpcd_peer peer;
    struct bytes atr;
    uint8_t before[64];
    start_as("sysmoeuicc1-c2t");
    expect_done("snapshot other");
    stop_serving();
    stop_finish(&stop);
    cr_assert_eq(stop_begin(&stop), 0);
    start_as("full");
    open_again(&peer, eids[0]);
    cr_assert(vpcd_peer_atr(&peer, &atr) && atr.len <= sizeof(before));
    const size_t len = atr.len;
    memcpy(before, atr.data, len);
    expect_eid(&peer, eids[0]);
    expect_done("restore other");
    peer.timeout_ms = 10000;
    cr_expect_not(vpcd_peer_receive(&peer, &atr), "the client goes on with another card");
    vpcd_peer_close(&peer);
    open_again(&peer, eids[0]);
    cr_assert(vpcd_peer_atr(&peer, &atr));
    cr_expect_not(bytes_equal(atr, bytes_of(before, len)));
    expect_eid(&peer, eids[0]);
    vpcd_peer_close(&peer);
    stop_serving();
}
