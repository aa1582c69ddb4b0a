/* emuicc-smdpp under load: very many chips download at once over HTTPS. How many it serves a
 * second, how long the slowest wait, and what it takes of CPU for each.
 *
 * Its own share, HTTPS counted apart, is what the same downloads take of a server of the same code
 * in this process, from the request's text to the answer's, beside what OpenSSL alone takes for the
 * same elliptic-curve work; the two in turn. EMUICC_CHIPS says how many chips. */
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/measure.h"
#include "tests/tools/smdpp_process.h"

#define CHIPS 1000
#define PACKAGE WORLD_LARGE
#define BODY_ROOM 65536 /* grows */
#define WARM_UP 3
#define SHARES 200
#define THREADS 2
#define TURNS 20 /* of one thread, and of both */
#define TURN 8   /* downloads of a thread in its turn */
#define PATH_SIZE 256
#define ES9_PATH "/gsma/rsp2/es9plus/"
#define LIMIT 1.5
#define DESCRIPTORS 8192
#define POLL_MS 1000
#define NANOSECONDS 1000000000.0
#define MICROSECONDS 1000.0
#define MILLISECONDS 1000000.0
#define WAITS 0.9 /* the quantile of waits that is told */

static struct world world;
static struct smdpp_process server;
static size_t connections; /* that were opened */
static struct floor floor_process;
static char ca[WORLD_PATH_SIZE + 64];

enum step { STEP_INITIATE, STEP_AUTHENTICATE, STEP_BIND, STEP_NOTIFY, STEPS };

struct chip {
    struct mini_card card;
    struct mini_card_installed installed;
    CURL *curl;
    enum step step;
    char *request, *answer;
    size_t len, room;
    uint64_t begun;
};

/* What a chip asks and what it does with the answer. */
static json_t *initiate(struct chip *chip)
{
    return mini_card_initiate(&chip->card, WORLD_ADDRESS);
}

static json_t *authenticate(struct chip *chip)
{
    return mini_card_authenticate(&chip->card);
}

static json_t *prepare(struct chip *chip)
{
    return mini_card_prepare(&chip->card);
}

static json_t *notify(struct chip *chip)
{
    return mini_card_result(&chip->card, true);
}

static void take_initiation(struct chip *chip, const json_t *answer)
{
    mini_card_take_initiation(&chip->card, answer);
}

static void take_metadata(struct chip *chip, const json_t *answer)
{
    mini_card_take_metadata(&chip->card, answer);
}

static void take_package(struct chip *chip, const json_t *answer)
{
    mini_card_load(&chip->card, answer, &chip->installed);
    cr_assert_gt(chip->installed.package.len, 0);
    mini_card_forget(&chip->installed);
}

static void take_nothing(struct chip *chip, const json_t *answer)
{
    (void)chip;
    cr_assert_null(answer);
}

static const struct {
    const char *function;
    json_t *(*ask)(struct chip *chip);
    void (*take)(struct chip *chip, const json_t *answer);
} steps[STEPS] = {
    [STEP_INITIATE] = {"initiateAuthentication", initiate, take_initiation},
    [STEP_AUTHENTICATE] = {"authenticateClient", authenticate, take_metadata},
    [STEP_BIND] = {"getBoundProfilePackage", prepare, take_package},
    [STEP_NOTIFY] = {"handleNotification", notify, take_nothing},
};

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct chip *chip = context;
    const size_t len = size * count;
    while (chip->room < chip->len + len + 1) {
        chip->room = chip->room > 0 ? 2 * chip->room : BODY_ROOM;
        MEASURE_NEED((chip->answer = realloc(chip->answer, chip->room)) != NULL);
    }
    memcpy(chip->answer + chip->len, data, len);
    chip->len += len;
    return len;
}

/* The request of a chip's step as text, in chip->request. */
static void put_request(struct chip *chip)
{
    json_t *request = steps[chip->step].ask(chip);
    free(chip->request);
    chip->request = json_dumps(request, JSON_COMPACT);
    json_decref(request);
}

static void understand_text(struct chip *chip, const char *text, size_t len)
{
    json_t *answer = len > 0 ? json_loadb(text, len, 0, NULL) : NULL;
    if (answer != NULL)
        cr_assert_codes(answer, "");
    steps[chip->step].take(chip, answer);
    json_decref(answer);
}

/* One download by a server in this process; the CPU that it takes. */
static double download_here(struct chip *chip)
{
    double spent = 0;
    for (chip->step = STEP_INITIATE; chip->step < STEPS; chip->step++) {
        char path[PATH_SIZE];
        unsigned status;
        put_request(chip);
        snprintf(path, sizeof(path), ES9_PATH "%s", steps[chip->step].function);
        const struct function_row *row = function_find(&es9_functions, path);
        const uint64_t before = measure_cpu();
        char *answer = function_answer(world.smdpp, row, "", bytes_of_text(chip->request), &status);
        spent += (double)measure_cpu_since(before);
        understand_text(chip, answer, answer != NULL ? strlen(answer) : 0);
        free(answer);
    }
    return spent;
}

static void ask(struct chip *chip, CURLM *all)
{
    char url[PATH_SIZE];
    put_request(chip);
    chip->len = 0;
    snprintf(url, sizeof(url), "https://" WORLD_ADDRESS ":%s" ES9_PATH "%s", server.port,
             steps[chip->step].function);
    curl_easy_setopt(chip->curl, CURLOPT_URL, url);
    curl_easy_setopt(chip->curl, CURLOPT_POSTFIELDS, chip->request);
    curl_easy_setopt(chip->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(chip->request));
    MEASURE_NEED(curl_multi_add_handle(all, chip->curl) == CURLM_OK);
}

static void understand(struct chip *chip)
{
    long status = 0;
    curl_easy_getinfo(chip->curl, CURLINFO_RESPONSE_CODE, &status);
    cr_assert(status == 200 || status == 204, "%s: HTTP %ld", steps[chip->step].function, status);
    understand_text(chip, chip->answer, chip->len);
}

/* Real time and the server's CPU since the last call, in nanoseconds. */
struct spent {
    double time, cpu;
};

static struct spent spent(void)
{
    static struct spent last;
    struct timespec now;
    clockid_t clock;
    MEASURE_NEED(clock_getcpuclockid(server.pid, &clock) == 0 && clock_gettime(clock, &now) == 0);
    const struct spent total = {(double)measure_time(),
                                (double)now.tv_sec * NANOSECONDS + (double)now.tv_nsec};
    const struct spent since = {total.time - last.time, total.cpu - last.cpu};
    last = total;
    return since;
}

/* The next handle that is through with its request; NULL: none is. */
static struct chip *finished(CURLM *all)
{
    int left;
    struct chip *chip = NULL;
    const CURLMsg *message = curl_multi_info_read(all, &left);
    if (message == NULL)
        return NULL;
    cr_assert_eq(message->data.result, CURLE_OK, "%s", curl_easy_strerror(message->data.result));
    CURL *curl = message->easy_handle;
    curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **)&chip);
    long connects = 0;
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
    connections += (size_t)connects;
    curl_multi_remove_handle(all, curl);
    return chip;
}

/* The answer is understood and the next step asked for; false when there is none left. */
static bool go_on(struct chip *chip, CURLM *all)
{
    understand(chip);
    if (++chip->step == STEPS)
        return false;
    ask(chip, all);
    return true;
}

/* Answers that have come; how many chips are through with them. */
static size_t take_answers(CURLM *all, struct measure *waits)
{
    size_t done = 0;
    struct chip *chip;
    while ((chip = finished(all)) != NULL) {
        if (go_on(chip, all))
            continue;
        measure_add(waits, (double)(measure_time() - chip->begun));
        done++;
    }
    return done;
}

/* All chips at once, each as fast as it is answered, over a connection of its own. */
static struct spent run(struct chip *chips, size_t count, struct measure *waits)
{
    int running;
    size_t done = 0;
    CURLM *all = curl_multi_init();
    curl_multi_setopt(all, CURLMOPT_MAXCONNECTS, (long)count);
    (void)spent();
    for (size_t i = 0; i < count; i++) {
        chips[i].step = STEP_INITIATE;
        chips[i].begun = measure_time();
        ask(&chips[i], all);
    }
    while (done < count) {
        MEASURE_NEED(curl_multi_perform(all, &running) == CURLM_OK);
        done += take_answers(all, waits);
        if (done < count)
            MEASURE_NEED(curl_multi_poll(all, NULL, 0, POLL_MS, NULL) == CURLM_OK);
    }
    const struct spent result = spent();
    cr_assert_eq(connections, count, "%zu connections of %zu chips", connections, count);
    connections = 0;
    curl_multi_cleanup(all);
    return result;
}

/* Each with an EID and a certificate of its own. */
static void insert(struct chip *chip, uint8_t eid[PKI_EID_SIZE], struct curl_slist *headers,
                   struct curl_slist *connect_to)
{
    mini_card_insert(&chip->card, world.pki, EC_P256);
    pki_entity_finish(&chip->card.euicc);
    cr_assert_eq(pki_issue_euicc(&chip->card.random, &chip->card.eum, eid, &chip->card.euicc), 0);
    pki_eid_next(eid);
    chip->card.matching_id = PACKAGE;
    chip->curl = curl_easy_init();
    curl_easy_setopt(chip->curl, CURLOPT_PRIVATE, chip);
    curl_easy_setopt(chip->curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(chip->curl, CURLOPT_CONNECT_TO, connect_to);
    curl_easy_setopt(chip->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(chip->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(chip->curl, CURLOPT_WRITEDATA, chip);
    curl_easy_setopt(chip->curl, CURLOPT_NOSIGNAL, 1L);
}

static void remove_chip(struct chip *chip)
{
    curl_easy_cleanup(chip->curl);
    mini_card_remove(&chip->card);
    free(chip->request);
    free(chip->answer);
}

static void start(void)
{
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    floor_start(&floor_process);
    world_make(&world);
    snprintf(ca, sizeof(ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem", world.pki);
    smdpp_process_start(&world, NULL, 0, &server);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void end(void)
{
    (void)smdpp_process_end(&server);
    floor_stop(&floor_process);
    world_end(&world);
    curl_global_cleanup();
}

static void print(size_t count, struct spent whole, struct measure *shares, struct measure *floors,
                  struct measure *waits)
{
    const double each = whole.cpu / (double)count, share = measure_undisturbed(shares),
                 base = measure_undisturbed(floors), median = measure_quantile(waits, 0.5),
                 slow = measure_quantile(waits, 0.99);
    char title[80];
    snprintf(title, sizeof(title), "SM-DP+, CPU of a download, %zu chips at once", count);
    measure_title(title, "CPU/us", "x floor");
    measure_row("floor: OpenSSL alone", base / MICROSECONDS, 1, MEASURE_NO_GOAL);
    measure_row("the server's share", share / MICROSECONDS, share / base, LIMIT);
    measure_row("with HTTPS", each / MICROSECONDS, each / base, MEASURE_NO_GOAL);
    measure_title("from the first request to the last answer", "real/ms", "x median");
    measure_row("median", median / MILLISECONDS, 1, MEASURE_NO_GOAL);
    measure_row("p99", slow / MILLISECONDS, slow / median, MEASURE_NO_GOAL);
    printf("%.0f downloads a second, the chips on the same processors\n",
           (double)count / (whole.time / NANOSECONDS));
}

TestSuite(smdpp, .init = start, .fini = end, .timeout = 600);

/* Chips download here, one after the other, the floor measured after each. */
static void measure_shares(struct chip *chips, size_t count, struct floor *floor,
                           struct measure *shares, struct measure *floors)
{
    for (size_t i = 0; i < WARM_UP + SHARES; i++) {
        const double share = download_here(&chips[i % count]);
        const double base = floor_measure(floor).once;
        if (i < WARM_UP)
            continue;
        measure_add(shares, share);
        measure_add(floors, base);
    }
}

/* A thread that downloads for a while. */
struct turn {
    pthread_t thread;
    struct chip *chip;
    long waits; /* that it could not go on, for a lock or the like */
};

static void *take_turn(void *context)
{
    struct turn *turn = context;
    struct rusage use;
    for (int i = 0; i < TURN; i++)
        (void)download_here(turn->chip);
    (void)getrusage(RUSAGE_THREAD, &use);
    turn->waits = use.ru_nvcsw;
    return NULL;
}

/* So many threads call the server, a chip each: real time of a download; each one's waits. */
static void measure_turn(struct chip *chips, size_t threads, struct measure *times,
                         struct measure *waits)
{
    struct turn turns[THREADS];
    const uint64_t before = measure_time();
    for (size_t i = 0; i < threads; i++) {
        turns[i].chip = &chips[i];
        MEASURE_NEED(pthread_create(&turns[i].thread, NULL, take_turn, &turns[i]) == 0);
    }
    for (size_t i = 0; i < threads; i++) {
        pthread_join(turns[i].thread, NULL);
        measure_add(waits, (double)turns[i].waits / TURN);
    }
    measure_add(times, (double)(measure_time() - before) / (double)(threads * TURN));
}

/* With two processors, two threads serve as many as one twice: none waits for the other. */
static void measure_threads(struct chip *chips)
{
    static struct measure alone, both, alone_waits, both_waits;
    for (int i = 0; i < TURNS; i++) {
        measure_turn(chips, 1, &alone, &alone_waits);
        measure_turn(chips, THREADS, &both, &both_waits);
    }
    const double one = measure_undisturbed(&alone), two = measure_undisturbed(&both);
    measure_title("a download in one process, the chip's work too", "real/us", "x one");
    measure_row("one thread", one / MICROSECONDS, 1, MEASURE_NO_GOAL);
    measure_row("two threads", two / MICROSECONDS, two / one, MEASURE_NO_GOAL);
    printf("a thread waits %.2f times a download for anything, beside another %.2f\n",
           measure_quantile(&alone_waits, WAITS), measure_quantile(&both_waits, WAITS));
}

Test(smdpp, under_load)
{
    static struct measure waits, shares, floors;
    char where[128];
    uint8_t eid[PKI_EID_SIZE];
    const char *wanted = getenv("EMUICC_CHIPS");
    const size_t count = wanted != NULL ? strtoul(wanted, NULL, 10) : CHIPS;
    struct chip *chips = calloc(count, sizeof(*chips));
    MEASURE_NEED(chips != NULL && count >= THREADS && count <= MEASURE_SAMPLES_MAX);
    snprintf(where, sizeof(where), WORLD_ADDRESS ":%s:127.0.0.1:%s", server.port, server.port);
    struct curl_slist *connect_to = curl_slist_append(NULL, where);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "X-Admin-Protocol: gsma/rsp/v2.2.2");
    cr_assert(pki_eid_from_text(WORLD_EID, eid));
    for (size_t i = 0; i < count; i++)
        insert(&chips[i], eid, headers, connect_to);
    measure_shares(chips, count, &floor_process, &shares, &floors);
    measure_threads(chips);
    print(count, run(chips, count, &waits), &shares, &floors, &waits);
    for (size_t i = 0; i < count; i++)
        remove_chip(&chips[i]);
    free(chips);
    curl_slist_free_all(headers);
    curl_slist_free_all(connect_to);
    cr_assert_eq(measure_verdict(), 0);
}
