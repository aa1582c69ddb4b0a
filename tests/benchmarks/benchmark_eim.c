/* An eIM under load: IPAs at the chips of a farm ask it for packages, many at once, each over a
 * TLS connection of its own; in their midst the eIM is killed and started again. Then no order is
 * lost, none done twice, no counter signed twice; if measured, what its work takes of CPU beside
 * its signatures and verifications, at most LIMIT times that, those of TLS included; the same
 * without them is said besides.
 *
 *   benchmark_eim CHIPS ORDERS [measured]
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tests/benchmarks/farm_folder.h"
#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/measure.h"
#include "tests/support/card_process.h"
#include "tools/eim/rest_orders.h"
#include "tools/ipa/run.h"

#define LIMIT 3
#define WORKERS 32
#define TIMEOUT_MS 600000
#define RETRY_US 20000
#define FLOOR_ROUNDS 50

/* What workers and parent share. */
struct books {
    atomic_size_t next, done, failed; /* chips; polls that did not come to an end */
};

struct world {
    size_t chips, orders;
    char folder[FARM_FOLDER_SIZE], state[96], pki[96], store[96], eim_file[96], count_text[24];
    char address[32], listen[32];
    farm_folder_eid *eids;
    struct card_process farm, eim;
    uint16_t farm_port;
    double cpu, seconds; /* of the eIM, and by the clock */
    struct books *books;
};

/* A port that is free now. */
static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    MEASURE_NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 &&
                 getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void begin(struct world *world, char **argv)
{
    struct random random;
    *world =
        (struct world){.chips = strtoul(argv[1], NULL, 10), .orders = strtoul(argv[2], NULL, 10)};
    MEASURE_NEED(world->chips > 0 && world->orders > 0);
    farm_folder_make(world->folder);
    snprintf(world->state, sizeof(world->state), "%s/farm", world->folder);
    snprintf(world->pki, sizeof(world->pki), "%s/pki", world->folder);
    snprintf(world->store, sizeof(world->store), "%s/eim.sqlite", world->folder);
    snprintf(world->eim_file, sizeof(world->eim_file), "%s/eim.der", world->folder);
    snprintf(world->count_text, sizeof(world->count_text), "%zu", world->chips);
    const unsigned port = free_port();
    snprintf(world->address, sizeof(world->address), "localhost:%u", port);
    snprintf(world->listen, sizeof(world->listen), "127.0.0.1:%u", port);
    MEASURE_NEED(ec_start() == 0);
    random_init(&random);
    const struct pki_plan plan = {.directory = world->pki, .eim_name = "localhost"};
    MEASURE_NEED(pki_make(&random, &plan) == 0);
    world->books = mmap(NULL, sizeof(*world->books), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MEASURE_NEED(world->books != MAP_FAILED);
}

static void start_farm(struct world *world)
{
    const char *const config[] = {EMUICC_EIM, "--pki",         world->pki, "--fqdn", world->address,
                                  "--out",    world->eim_file, "config",   NULL};
    const char *const farm[] = {EMUICC_FARM,   "--cards", world->count_text, "--state",
                                world->state,  "--pki",   world->pki,        "--personality",
                                "sgp32-v1.2",  "--eim",   world->eim_file,   "--listen",
                                "127.0.0.1:0", NULL};
    struct card_process maker;
    MEASURE_NEED(card_process_start(&maker, config) &&
                 card_process_end(&maker, 0, TIMEOUT_MS) == 0);
    MEASURE_NEED(card_process_start(&world->farm, farm) &&
                 card_process_says(&world->farm, "loops, at ", TIMEOUT_MS));
    const char *at = strstr(world->farm.said, "loops, at ");
    world->farm_port = (uint16_t)strtoul(strchr(at, ':') + 1, NULL, 10);
    world->eids = farm_folder_eids(world->state, world->chips);
}

static void place(struct eim *eim, const char *eid, size_t at)
{
    static const struct {
        enum order_facility facility;
        const char *json;
    } rows[] = {
        {ORDER_PSMO, "[{\"getRAT\": {}}]"},
        {ORDER_ECO, "[{\"listEim\": {}}]"},
        {ORDER_PSMO, "[{\"listProfileInfo\": {}}]"},
    };
    const size_t row = at % (sizeof(rows) / sizeof(rows[0]));
    char name[ORDERS_NAME_SIZE];
    MEASURE_NEED(orders_add(eim->database, &eim->random, eid, rows[row].facility, rows[row].json,
                            eim_now(), name) == 0);
}

/* All orders, before any IPA asks. */
static void place_orders(struct world *world)
{
    struct eim *eim;
    const struct eim_plan plan = {.store = world->store};
    MEASURE_NEED(eim_open_store(&plan, &eim) == 0 && database_begin(eim->database) == 0);
    for (size_t i = 0; i < world->chips; i++) {
        MEASURE_NEED(chips_add(eim->database, world->eids[i]) == 0);
        for (size_t at = 0; at < world->orders; at++)
            place(eim, world->eids[i], at);
    }
    MEASURE_NEED(database_end(eim->database, 0) == 0);
    eim_destroy(eim);
}

/* What it says from now on is read and dropped, so that it does not wait for a reader. */
static void drain(const struct card_process *process)
{
    char said[4096];
    const pid_t child = fork();
    MEASURE_NEED(child >= 0);
    if (child > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(process->said_fd, said, sizeof(said)) > 0)
        ;
    _exit(0);
}

static void start_eim(struct world *world)
{
    const char *const argv[] = {EMUICC_EIM, "--pki",        world->pki, "--store",     world->store,
                                "--fqdn",   world->address, "--listen", world->listen, NULL};
    MEASURE_NEED(card_process_start(&world->eim, argv) &&
                 card_process_says(&world->eim, "listening on", TIMEOUT_MS));
    drain(&world->eim);
}

static void ignore(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

/* An IPA after the other, each until its eIM has nothing more for it. */
static void work(struct world *world)
{
    MEASURE_NEED(freopen("/dev/null", "w", stderr) != NULL);
    trace_to(ignore, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t at; (at = atomic_fetch_add(&world->books->next, 1)) < world->chips;) {
        char chip[80];
        snprintf(chip, sizeof(chip), "127.0.0.1:%u/%s", world->farm_port, world->eids[at]);
        const struct ipa_options options = {.direct = chip, .ca = world->pki, .no_reset = true};
        while (!run_once(&options)) {
            atomic_fetch_add(&world->books->failed, 1);
            usleep(RETRY_US);
        }
        atomic_fetch_add(&world->books->done, 1);
    }
    exit(0);
}

static void kill_eim(struct world *world)
{
    world->cpu += measure_cpu_of(world->eim.pid);
    MEASURE_NEED(card_process_end(&world->eim, SIGKILL, TIMEOUT_MS) == -SIGKILL);
}

static void poll_all(struct world *world)
{
    pid_t workers[WORKERS];
    const uint64_t started = measure_time();
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        MEASURE_NEED(workers[i] >= 0);
        if (workers[i] == 0)
            work(world);
    }
    while (atomic_load(&world->books->done) < world->chips / 2)
        usleep(1000);
    kill_eim(world);
    start_eim(world);
    for (int i = 0; i < WORKERS; i++) {
        int status;
        MEASURE_NEED(waitpid(workers[i], &status, 0) == workers[i] && status == 0);
    }
    world->seconds = (double)(measure_time() - started) / 1e9;
    kill_eim(world);
}

static void take_number(void *context, sqlite3_stmt *row)
{
    *(int64_t *)context = sqlite3_column_int64(row, 0);
}

static int64_t number_of(struct eim *eim, const char *query)
{
    int64_t number = -1;
    MEASURE_NEED(database_query(eim->database, query, NULL, 0, take_number, &number) == 1);
    return number;
}

/* Every order has its one result, under a counter of its own; and since no chip's counter has gone
 * further than it has orders, none was signed anew, so none was executed twice. */
static void check(struct world *world)
{
    struct eim *eim;
    const struct eim_plan plan = {.store = world->store};
    const int64_t all = (int64_t)(world->chips * world->orders);
    MEASURE_NEED(eim_open_store(&plan, &eim) == 0);
    MEASURE_NEED(number_of(eim, "SELECT COUNT(*) FROM orders WHERE state = 2"
                                " AND outcome NOT LIKE '%rror%'") == all);
    MEASURE_NEED(number_of(eim, "SELECT COUNT(DISTINCT eid || '/' || counter) FROM orders") == all);
    MEASURE_NEED(number_of(eim, "SELECT COUNT(*) FROM results") == all);
    MEASURE_NEED(number_of(eim, "SELECT MAX(counter) FROM chips") == (int64_t)world->orders);
    eim_destroy(eim);
}

static double floor_of(const struct floor_work *work)
{
    struct floor floor;
    struct measure times = {0};
    floor_start_work(&floor, work);
    for (int i = 0; i < FLOOR_ROUNDS; i++)
        measure_add(&times, floor_measure(&floor).once);
    floor_stop(&floor);
    return measure_undisturbed(&times) / 1e9;
}

/* Of one chip's IPA: its packages signed and their results verified, the chip's two certificates
 * verified; and for TLS a signature, a key pair and an agreement. */
static void print(struct world *world)
{
    const int orders = (int)world->orders;
    const struct floor_work own = {.verifications = orders + 2, .signatures = orders};
    const struct floor_work with_tls = {
        .verifications = orders + 2, .signatures = orders + 1, .keys = 1, .agreements = 1};
    const double least = floor_of(&own), once = floor_of(&with_tls);
    const double each = world->cpu / (double)world->chips;
    measure_title("an eIM: an IPA's poll with its orders", "CPU/us", "x floor");
    measure_row("floor: OpenSSL alone, verifications and signatures", once * 1e6, 1,
                MEASURE_NO_GOAL);
    measure_row("the same without those of TLS", least * 1e6, least / once, MEASURE_NO_GOAL);
    measure_row("the eIM, killed once in the midst", each * 1e6, each / once, LIMIT);
    measure_row("the same, by the floor without TLS", each * 1e6, each / least, MEASURE_NO_GOAL);
}

int main(int argc, char **argv)
{
    static struct world world;
    MEASURE_NEED(argc >= 3);
    const bool measured = argc > 3;
    begin(&world, argv);
    start_farm(&world);
    place_orders(&world);
    start_eim(&world);
    poll_all(&world);
    check(&world);
    if (measured)
        print(&world);
    MEASURE_NEED(card_process_end(&world.farm, SIGTERM, TIMEOUT_MS) == 0);
    printf("%zu IPAs with %zu orders each in %.1f s, the eIM killed once, %zu polls tried again: "
           "each order done once\n",
           world.chips, world.orders, world.seconds, atomic_load(&world.books->failed));
    farm_folder_remove(world.folder);
    free(world.eids);
    return measure_verdict();
}
