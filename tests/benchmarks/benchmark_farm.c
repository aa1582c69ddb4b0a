/* A farm under load and under fire: very many chips, downloads to some of them while the power goes
 * in the middle of commands and once the whole farm is killed; then what is on every chip, held
 * against what each has acknowledged. If measured, prints what a chip takes of memory and disk, how
 * soon it answers, and how many downloads a core does.
 *
 *   benchmark_farm CARDS DOWNLOADS CUTS [measured]
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/card_process.h"
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "crypto/pki/pki.h"
#include "tests/benchmarks/farm_folder.h"
#include "tests/benchmarks/farm_peer.h"
#include "tests/benchmarks/farm_store.h"
#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/package_file.h"

#define WORKERS 4
#define ONE_BY_ONE 4 /* a share of the downloads comes again to other chips, command by command */
#define TIMEOUT_MS 1200000
#define CONNECTED 100    /* of the chips that are measured while a client holds them */
#define PAUSE_US 2000000 /* after which an idle chip has closed its store */
#define REST_US 12000000 /* after which its profile is not in memory */
#define ROUNDS 20
#define GOAL_ANSWER 1.2
#define GOAL_MEMORY 64.0
/* Held on a calm machine. */
#define LIMIT_DOWNLOAD 4.0
#define LIMIT_ONE_BY_ONE 8.0
#define LIMIT_RESTED 10.0
#define LIMIT_COLD 15.0
#define LIMIT_BIRTH 3.0
#define LIMIT_BIRTH_TIME 1.5 /* by the clock, of the CPU on all cores */
#define KIBI 1024.0
#define PACKAGE "TS48v4_SAIP2.3_BERTLV"

enum outcome { UNTOUCHED, BEGUN, ACKNOWLEDGED, FOUND };

/* What workers and parent share. */
struct books {
    atomic_size_t next, done, claimed, cut; /* claimed: cuts, some of which do not come about */
    size_t end;                             /* of the turns that are taken */
    bool one_by_one;
    atomic_int outcomes[];
};

struct world {
    size_t cards, downloads, cuts;
    size_t more; /* downloads after those, command by command */
    char folder[FARM_FOLDER_SIZE], state[96], pki[96], cards_text[24];
    farm_folder_eid *eids;
    uint16_t port;
    struct card_process farm;
    double cpu, seconds; /* of the downloads: the farm's, and by the clock */
    double start_cpu;    /* of its start in their midst, not among it */
    double more_cpu;
    double birth_cpu, birth_seconds;
    double use_cpu;       /* of the first connections to chips */
    struct measure *uses; /* by the clock */
    struct books *books;
    struct bytes package;
    uint8_t iccid[10];
};

/* Out of the package's header, as EF.ICCID codes it: the digits of each byte swapped. */
static void read_iccid(struct world *world)
{
    struct tlv header, iccid;
    struct bytes rest = world->package;
    MEASURE_NEED(tlv_take(&rest, &header) && tlv_find(header.value, 0x83, &iccid) &&
                 iccid.value.len == sizeof(world->iccid));
    for (size_t i = 0; i < sizeof(world->iccid); i++)
        world->iccid[i] = (uint8_t)(iccid.value.data[i] << 4 | iccid.value.data[i] >> 4);
}

static void start_farm(struct world *world)
{
    char listen[32];
    snprintf(listen, sizeof(listen), "127.0.0.1:%u", world->port);
    const char *const argv[] = {EMUICC_FARM, "--cards",  world->cards_text, "--state", world->state,
                                "--pki",     world->pki, "--listen",        listen,    NULL};
    MEASURE_NEED(card_process_start(&world->farm, argv));
    if (!card_process_says(&world->farm, "loops, at ", TIMEOUT_MS)) {
        fprintf(stderr, "%s", world->farm.said);
        MEASURE_NEED(!"the farm starts");
    }
    const char *at = strstr(world->farm.said, "loops, at ");
    world->port = (uint16_t)strtoul(strchr(at, ':') + 1, NULL, 10);
}

static void make_eids(struct world *world)
{
    struct random random;
    random_init(&random);
    MEASURE_NEED(pki_make(&random, &(struct pki_plan){.directory = world->pki}) == 0);
    start_farm(world);
    world->eids = farm_folder_eids(world->state, world->cards);
}

static void begin(struct world *world, char **argv)
{
    const struct package_file *file = package_file_read(PACKAGE);
    *world = (struct world){.cards = strtoul(argv[1], NULL, 10),
                            .downloads = strtoul(argv[2], NULL, 10),
                            .cuts = strtoul(argv[3], NULL, 10)};
    MEASURE_NEED(world->downloads <= world->cards && world->cuts <= world->downloads);
    farm_folder_make(world->folder);
    MEASURE_NEED(ec_start() == 0);
    snprintf(world->state, sizeof(world->state), "%s/farm", world->folder);
    snprintf(world->pki, sizeof(world->pki), "%s/pki", world->folder);
    snprintf(world->cards_text, sizeof(world->cards_text), "%zu", world->cards);
    world->package = package_file_bytes(file);
    read_iccid(world);
    const size_t size = sizeof(struct books) + world->cards * sizeof(atomic_int);
    world->books = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MEASURE_NEED(world->books != MAP_FAILED);
}

static void end(struct world *world)
{
    farm_folder_remove(world->folder);
    free(world->eids);
}

/* One chip gets its profile, however often it is cut off. */
static void serve_chip(struct world *world, struct server *server, struct farm_peer *peer,
                       size_t place)
{
    atomic_int *outcome = &world->books->outcomes[place];
    for (*outcome = BEGUN; *outcome == BEGUN;) {
        if (!farm_peer_open(peer, peer->one_by_one ? world->port : 0))
            continue;
        const int before = farm_peer_count(peer);
        MEASURE_NEED(before <= 1);
        if (before == 1)
            *outcome = FOUND; /* its answer was lost, not what it had done */
        else if (before == 0 && farm_peer_download(peer, server, world->package,
                                                   bytes_of(world->iccid, sizeof(world->iccid))))
            *outcome = ACKNOWLEDGED;
        farm_peer_close(peer);
    }
    if (peer->struck)
        atomic_fetch_add(&world->books->cut, 1);
}

/* Chips are taken by a step that has no factor in common with their number. */
static size_t place_of(const struct world *world, size_t turn)
{
    return turn * 7919 % world->cards;
}

/* Whether the next download is to be cut off; others may claim what is given back. */
static bool claim_cut(struct world *world)
{
    size_t claimed = atomic_load(&world->books->claimed);
    while (claimed < world->cuts)
        if (atomic_compare_exchange_weak(&world->books->claimed, &claimed, claimed + 1))
            return true;
    return false;
}

static void work(struct world *world)
{
    static struct server server;
    static struct farm_peer peer;
    server_init(&server, world->pki);
    srand((unsigned)getpid());
    for (size_t turn; (turn = atomic_fetch_add(&world->books->next, 1)) < world->books->end;) {
        const size_t place = place_of(world, turn);
        peer = (struct farm_peer){.eid = world->eids[place],
                                  .state = world->state,
                                  .one_by_one = world->books->one_by_one};
        const bool claim = claim_cut(world);
        if (claim) {
            peer.fault_at = 3 + (size_t)rand() % 60;
            peer.fault = "cut-before-commit";
        }
        serve_chip(world, &server, &peer, place);
        if (claim && !peer.struck)
            atomic_fetch_sub(&world->books->claimed, 1);
        atomic_fetch_add(&world->books->done, 1);
    }
    server_finish(&server);
    exit(0);
}

/* A chip has its folder from its first connection on: those that get a profile have one before. */
static void use_first(struct world *world)
{
    static struct measure uses;
    static struct farm_peer peer;
    const double before = measure_cpu_of(world->farm.pid);
    for (size_t turn = 0; turn < world->downloads + world->more; turn++) {
        peer = (struct farm_peer){.eid = world->eids[place_of(world, turn)], .state = world->state};
        const uint64_t begun = measure_time();
        MEASURE_NEED(farm_peer_open(&peer, world->port));
        measure_add(&uses, (double)(measure_time() - begun));
        farm_peer_close(&peer);
    }
    world->use_cpu = measure_cpu_of(world->farm.pid) - before;
    world->uses = &uses;
}

static void fork_workers(struct world *world, pid_t workers[WORKERS], size_t downloads)
{
    world->books->next = world->books->end;
    world->books->end += downloads;
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        MEASURE_NEED(workers[i] >= 0);
        if (workers[i] == 0)
            work(world);
    }
}

static void await_workers(const pid_t workers[WORKERS])
{
    for (int i = 0; i < WORKERS; i++) {
        int status;
        MEASURE_NEED(waitpid(workers[i], &status, 0) == workers[i] && status == 0);
    }
}

/* In the midst of the downloads the farm dies once. */
static void download_all(struct world *world)
{
    pid_t workers[WORKERS];
    const double started = (double)measure_time(), before = measure_cpu_of(world->farm.pid);
    fork_workers(world, workers, world->downloads);
    while (atomic_load(&world->books->done) < world->downloads / 2) {
        MEASURE_NEED(waitpid(-1, NULL, WNOHANG) == 0); /* no worker has given up */
        usleep(1000);
    }
    world->cpu = measure_cpu_of(world->farm.pid) - before;
    MEASURE_NEED(card_process_end(&world->farm, SIGKILL, TIMEOUT_MS) == -SIGKILL);
    start_farm(world);
    world->start_cpu = measure_cpu_of(world->farm.pid);
    await_workers(workers);
    world->cpu += measure_cpu_of(world->farm.pid) - world->start_cpu;
    world->seconds = ((double)measure_time() - started) / 1e9;
}

/* A client that waits for each answer, as one over PC/SC has to. */
static void download_one_by_one(struct world *world)
{
    pid_t workers[WORKERS];
    const double before = measure_cpu_of(world->farm.pid);
    world->books->one_by_one = true;
    fork_workers(world, workers, world->more);
    await_workers(workers);
    world->more_cpu = measure_cpu_of(world->farm.pid) - before;
}

/* Each chip through the farm: what was acknowledged is there, whole, and nothing else is. */
static void check_chips(struct world *world)
{
    static struct farm_peer peer;
    for (size_t i = 0; i < world->cards; i++) {
        const int outcome = world->books->outcomes[i];
        peer = (struct farm_peer){.eid = world->eids[i], .state = world->state};
        MEASURE_NEED(farm_peer_open(&peer, world->port));
        MEASURE_NEED(farm_peer_count(&peer) == (outcome == UNTOUCHED ? 0 : 1));
        farm_peer_close(&peer);
    }
}

/* Enables the profile and reads EF.ICCID in it. */
static void enable(struct world *world, struct farm_peer *peer)
{
    uint8_t room[32];
    struct writer request = writer_on(room, sizeof(room));
    struct bytes answer;
    writer_put(&request, BYTES(0xBF, 0x31, 0x11, 0xA0, 0x0C, 0x5A, 0x0A));
    writer_put(&request, bytes_of(world->iccid, sizeof(world->iccid)));
    writer_put(&request, BYTES(0x81, 0x01, 0x00));
    MEASURE_NEED(farm_peer_ask(peer, writer_bytes(&request), &answer) && answer.len == 6 &&
                 answer.data[5] == 0);
    MEASURE_NEED(farm_peer_transmit(peer, BYTES(0x00, 0xA4, 0x08, 0x0C, 0x02, 0x2F, 0xE2)) ==
                 SW_OK);
    MEASURE_NEED(farm_peer_transmit(peer, BYTES(0x00, 0xB0, 0x00, 0x00, 0x0A)) == SW_OK);
    MEASURE_NEED(memcmp(peer->answer, world->iccid, sizeof(world->iccid)) == 0);
}

/* Each store on disk, the farm being gone. Returns their bytes. */
static double check_stores(struct world *world)
{
    double bytes = 0;
    for (size_t i = 0; i < world->cards; i++) {
        char chip[160];
        double size;
        snprintf(chip, sizeof(chip), "%s/chips/%s", world->state, world->eids[i]);
        const size_t profiles = farm_store_check(chip, &size);
        MEASURE_NEED(profiles == (world->books->outcomes[i] == UNTOUCHED ? 0u : 1u));
        bytes += size;
    }
    return bytes;
}

static double answer_time(struct farm_peer *peer, struct bytes command)
{
    const uint64_t before = measure_time();
    MEASURE_NEED(farm_peer_transmit(peer, command) >= 0);
    return (double)(measure_time() - before);
}

/* Chips with a client: one that was alone, and any of the many, warm, and after a rest. */
static void measure_connected(struct world *world)
{
    static struct farm_peer peers[CONNECTED], alone;
    static struct measure one, any, rested, loaded, opened;
    const struct bytes select = BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x3F, 0x00);
    const size_t count = world->downloads < CONNECTED ? world->downloads : CONNECTED;
    alone = (struct farm_peer){.eid = world->eids[place_of(world, 0)], .state = world->state};
    const double before = measure_memory_of(world->farm.pid);
    for (size_t i = 1; i < count; i++) {
        peers[i] =
            (struct farm_peer){.eid = world->eids[place_of(world, i)], .state = world->state};
        const uint64_t begun = measure_time();
        MEASURE_NEED(farm_peer_open(&peers[i], world->port));
        measure_add(&opened, (double)(measure_time() - begun));
        enable(world, &peers[i]);
    }
    usleep(PAUSE_US);
    for (size_t i = 1; i < count; i++)
        measure_add(&rested, answer_time(&peers[i], select));
    usleep(REST_US);
    const double held = measure_memory_of(world->farm.pid) - before;
    for (size_t i = 1; i < count; i++)
        measure_add(&loaded, answer_time(&peers[i], select));
    MEASURE_NEED(farm_peer_open(&alone, world->port));
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 1; i < count; i++) {
            measure_add(&one, answer_time(&alone, select));
            measure_add(&any, answer_time(&peers[i], select));
            if (one.count == MEASURE_SAMPLES_MAX)
                round = ROUNDS;
        }
    const double base = measure_undisturbed(&one);
    measure_title("a command's answer", "us", "of one");
    measure_row("a chip, again and again", base / 1e3, 1, MEASURE_NO_GOAL);
    measure_row("any other, one after the other", measure_undisturbed(&any) / 1e3,
                measure_undisturbed(&any) / base, GOAL_ANSWER);
    measure_row("idle for 2 s, its store closed", measure_undisturbed(&rested) / 1e3,
                measure_undisturbed(&rested) / base, MEASURE_NO_GOAL);
    measure_row("idle for 12 s, its profile at rest", measure_undisturbed(&loaded) / 1e3,
                measure_undisturbed(&loaded) / base, LIMIT_RESTED);
    measure_row("not in memory: connect, read it, select the ISD-R",
                measure_undisturbed(&opened) / 1e3, measure_undisturbed(&opened) / base,
                LIMIT_COLD);
    measure_title("memory of a chip with one enabled profile", "KiB", "of goal");
    const double each = held / (double)(count - 1);
    measure_row("idle, with a client", each, each / GOAL_MEMORY, 1);
    for (size_t i = 1; i < count; i++)
        farm_peer_close(&peers[i]);
    farm_peer_close(&alone);
}

static void print_downloads(struct world *world, struct floor *floor)
{
    struct measure floors = {0};
    for (int i = 0; i < 50; i++)
        measure_add(&floors, floor_measure(floor).once);
    const double once = measure_undisturbed(&floors) / 1e9;
    const double each = world->cpu / (double)world->downloads;
    measure_title("downloads, the server's share left out", "a second", "of floor");
    measure_row("a core of OpenSSL alone, the same signatures", 1 / once, 1, MEASURE_NO_GOAL);
    measure_row("a core of the farm (cut off ones included)", 1 / each, each / once,
                LIMIT_DOWNLOAD);
    if (world->more > 0) {
        const double more = world->more_cpu / (double)world->more;
        measure_row("a core of the farm, command by command, over TCP", 1 / more, more / once,
                    LIMIT_ONE_BY_ONE);
    }
    measure_row("its start after the kill, of a core, as so many downloads",
                world->start_cpu / each, 0, MEASURE_NO_GOAL);
    measure_row("as it was, with clients and server on the machine",
                (double)world->downloads / world->seconds, 0, MEASURE_NO_GOAL);
}

/* Of each chip: a key, and a signature on its certificate. */
static void print_births(const struct world *world, struct floor *floor)
{
    struct measure floors = {0};
    for (int i = 0; i < 50; i++)
        measure_add(&floors, floor_measure(floor).once);
    const double once = measure_undisturbed(&floors) / 1e9;
    const double each = world->birth_cpu / (double)world->cards;
    const double use = world->use_cpu / (double)(world->downloads + world->more);
    const double all = world->birth_cpu / (double)sysconf(_SC_NPROCESSORS_ONLN);
    measure_title("births of chips, the farm's start included", "us", "of floor");
    measure_row("OpenSSL alone: a key and a signature", once * 1e6, 1, MEASURE_NO_GOAL);
    measure_row("a chip, CPU", each * 1e6, each / once, LIMIT_BIRTH);
    measure_row("the first connection to one, CPU", use * 1e6, use / once, MEASURE_NO_GOAL);
    measure_row("the same by the clock", measure_undisturbed(world->uses) / 1e3,
                measure_undisturbed(world->uses) / 1e9 / once, MEASURE_NO_GOAL);
    measure_title("births of chips by the clock", "s", "of CPU");
    measure_row("all of them, beside their CPU on all cores", world->birth_seconds,
                world->birth_seconds / all, LIMIT_BIRTH_TIME);
}

static void measure_all(struct world *world, struct floor *floor, struct floor *birth_floor,
                        const double memory[2])
{
    print_births(world, birth_floor);
    print_downloads(world, floor);
    measure_connected(world);
    const double each = (memory[1] - memory[0]) / (double)world->cards;
    measure_row("without a client, all of them used before", each, each / GOAL_MEMORY, 1);
}

int main(int argc, char **argv)
{
    static const struct floor_work birth = {.signatures = 1, .keys = 1};
    struct floor floor, birth_floor;
    static struct world world;
    double memory[2];
    MEASURE_NEED(argc >= 4);
    const bool measured = argc > 4;
    if (measured) {
        floor_start(&floor);
        floor_start_work(&birth_floor, &birth);
    }
    begin(&world, argv);
    const uint64_t begun = measure_time();
    make_eids(&world);
    world.birth_seconds = (double)(measure_time() - begun) / 1e9;
    world.birth_cpu = measure_cpu_of(world.farm.pid);
    printf("%zu chips made in %.2f s, %.2f KiB of disk each\n", world.cards, world.birth_seconds,
           farm_folder_size(world.state) / KIBI / (double)world.cards);
    fflush(stdout);
    memory[0] = measure_memory_of(world.farm.pid);
    const size_t left = world.cards - world.downloads;
    world.more = !measured                             ? 0
                 : left < world.downloads / ONE_BY_ONE ? left
                                                       : world.downloads / ONE_BY_ONE;
    use_first(&world);
    download_all(&world);
    if (world.more > 0)
        download_one_by_one(&world);
    check_chips(&world);
    if (measured) {
        usleep(PAUSE_US);
        memory[1] = measure_memory_of(world.farm.pid);
        measure_all(&world, &floor, &birth_floor, memory);
    }
    MEASURE_NEED(card_process_end(&world.farm, SIGTERM, TIMEOUT_MS) == 0);
    const double disk = check_stores(&world);
    const size_t cut = atomic_load(&world.books->cut);
    printf("%.1f KiB of disk a chip\n%zu downloads, %zu cut off in mid-command, the farm killed "
           "once: no store is wrong\n",
           disk / KIBI / (double)world.cards, world.downloads, cut);
    /* One that does not come about is claimed again, unless no download is left. */
    MEASURE_NEED(cut <= world.cuts && 2 * cut >= world.cuts);
    end(&world);
    if (measured) {
        floor_stop(&birth_floor); /* it was forked later and holds the other's pipe */
        floor_stop(&floor);
    }
    return measure_verdict();
}
