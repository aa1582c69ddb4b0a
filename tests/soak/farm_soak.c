/* farm_soak SECONDS [SEED [CHIPS]]: a farm of chips, consumer's, IoT's and both, lives by chance
 * but by the rules: downloads, some of them broken off, changes of profile by LPA and by signed
 * packages of an eIM, files, codes, scripts over the air, notifications, snapshots taken back,
 * faults, resets, clients that hang up in mid-command, chips at rest; meanwhile the farm is killed
 * and started again, and its disk is full for a while.
 *
 * What each chip says is held against what it must hold, whenever somebody comes to it. After each
 * turn of the same number of deeds, with all clients gone, the farm's memory and descriptors are
 * held against those after the first turns since it was started. At the end every store is read by
 * SQLite and every chip by an emuicc of its own.
 *
 * Prints a line a minute, then what was done how often; ends with 0 only if nothing was wrong. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmarks/farm_store.h"
#include "tests/benchmarks/measure.h"
#include "tests/soak/farm_deed.h"
#include "tests/soak/farm_ground.h"

#define WORKERS 4
#define LINES 6 /* of a worker to chips, at once */
#define SECOND 1000000000u
#define DEEDS_OF_A_TURN 20 /* a chip */
#define FIRST_TURNS 3      /* after which a farm has the connections that move between files */
#define FULL_MS 500
#define START_MS 20000
/* KiB of the farm's own that it may hold more than after its first turns, for what the C library
 * keeps of freed pieces in each thread; and descriptors, none. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GROWTH_MAX (1 << 20) /* a sanitizer keeps what is freed, and looks after leaks itself */
#else
#define GROWTH_MAX 4096
#endif

static const char *const names[FARM_PROFILES] = {"usim-ota", "usim-milenage", "usim-isim-tuak",
                                                 "usim-names"};

struct soak {
    struct farm_ground ground;
    struct farm_worker worker; /* what each of them begins as */
    pid_t workers[WORKERS];
    uint64_t chance, begun, until;
    uint64_t told;      /* when the last line was printed */
    double first, now;  /* KiB: after the first turns since the farm was started; now */
    size_t descriptors; /* then */
    size_t turns;       /* since then */
    size_t most_turns, kills, fulls, measured;
    double growth; /* the most */
};

/* The worker's own chips, of which no other line has one. */
static struct farm_chip *choose_chip(struct farm_worker *worker, size_t number,
                                     const struct farm_visit *visits)
{
    struct farm_books *books = worker->books;
    for (;;) {
        struct farm_chip *chip = &books->chips[farm_deed_draw(worker, (uint32_t)books->chip_count)];
        bool taken = (size_t)(chip - books->chips) % WORKERS != number;
        for (size_t i = 0; i < LINES; i++)
            taken |= visits[i].chip == chip;
        if (!taken)
            return chip;
    }
}

/* The line has a chip that has been seen as it must be: the one it had, perhaps after a rest. */
static void come_to_chip(struct farm_worker *worker, size_t number, struct farm_visit *visits,
                         struct farm_visit *visit)
{
    if (visit->chip == NULL || farm_deed_draw(worker, 3) == 0) {
        farm_chip_hang_up(visit);
        visit->chip = NULL;
        visit->chip = choose_chip(worker, number, visits);
        visit->deed = "connect";
    }
    const unsigned epoch = atomic_load(&worker->books->epoch);
    if (!visit->open || !farm_chip_look(visit))
        farm_chip_open(visit);
    else
        visit->epoch = epoch;
}

static void do_deed(struct farm_worker *worker, struct farm_visit *visit)
{
    const size_t which = farm_deed_choose(worker, visit->chip->kind);
    visit->deed = farm_deeds[which].name;
    farm_deeds[which].run(worker, visit);
    if (visit->chip->doubt)
        farm_chip_open(visit);
    atomic_fetch_add(&worker->books->done[which], 1);
    atomic_fetch_add(&worker->books->deeds, 1);
}

static void pause_here(struct farm_worker *worker, struct farm_visit *visits)
{
    for (size_t i = 0; i < LINES; i++) {
        farm_chip_hang_up(&visits[i]);
        visits[i].until = 0;
    }
    atomic_fetch_add(&worker->books->resting, 1);
    while (atomic_load(&worker->books->paused) && !atomic_load(&worker->books->stopped))
        usleep(1000);
    atomic_fetch_sub(&worker->books->resting, 1);
}

static void meet_all(struct farm_worker *worker, size_t number, struct farm_visit *visit)
{
    for (size_t i = number; i < worker->books->chip_count; i += WORKERS) {
        visit->chip = &worker->books->chips[i];
        visit->deed = "association";
        farm_chip_open(visit);
        if (visit->chip->kind != FARM_LPA)
            farm_deed_associate(worker, visit);
        farm_chip_hang_up(visit);
    }
    visit->chip = NULL;
    atomic_fetch_add(&worker->books->ready, 1);
}

static void work(struct soak *soak, size_t number)
{
    static struct farm_visit visits[LINES];
    struct farm_worker *worker = &soak->worker;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    worker->chance = chance_begin(soak->chance + number + 1);
    random_init(&worker->eim.random);
    random_init(&worker->server.random);
    for (size_t i = 0; i < LINES; i++)
        visits[i] = (struct farm_visit){.books = worker->books,
                                        .iccids = worker->iccids,
                                        .peer = {.state = soak->ground.state}};
    meet_all(worker, number, &visits[0]);
    const size_t own = worker->books->chip_count / WORKERS;
    const uint32_t lines = own < LINES ? (uint32_t)own : LINES;
    while (!atomic_load(&worker->books->stopped)) {
        struct farm_visit *visit = &visits[farm_deed_draw(worker, lines)];
        if (atomic_load(&worker->books->paused))
            pause_here(worker, visits);
        else if (visit->until < measure_time()) {
            come_to_chip(worker, number, visits, visit);
            do_deed(worker, visit);
        } else
            usleep(1000);
    }
    for (size_t i = 0; i < LINES; i++)
        farm_chip_hang_up(&visits[i]);
    exit(0);
}

static void begin(struct soak *soak, uint64_t seconds, uint64_t seed, size_t chips)
{
    soak->chance = chance_begin(seed);
    MEASURE_NEED(chips >= WORKERS);
    farm_ground_make(&soak->ground);
    farm_ground_make_chips(&soak->ground, chips);
    soak->worker.books = soak->ground.books;
    server_init(&soak->worker.server, soak->ground.pki);
    iot_package_begin(&soak->worker.eim);
    for (size_t i = 0; i < FARM_PROFILES; i++)
        soak->worker.packages[i] = soak_package_read(names[i], soak->worker.iccids[i]);
    for (size_t i = 0; i < WORKERS; i++) {
        soak->workers[i] = fork();
        MEASURE_NEED(soak->workers[i] >= 0);
        if (soak->workers[i] == 0)
            work(soak, i);
    }
    soak->begun = soak->told = measure_time();
    soak->until = soak->begun + seconds * SECOND;
}

/* For a moment; no worker may have given up, nor the farm. */
static void watch(struct soak *soak, int milliseconds)
{
    farm_ground_wait(&soak->ground, milliseconds);
    const pid_t gone = waitpid(-1, NULL, WNOHANG);
    if (gone == soak->ground.farm.pid)
        fprintf(stderr, "the farm has ended: %s\n", soak->ground.farm.said);
    if (gone != 0)
        farm_ground_keep(&soak->ground);
    MEASURE_NEED(gone == 0);
}

static void tell(struct soak *soak)
{
    struct farm_books *books = soak->ground.books;
    const uint64_t now = measure_time();
    if (now - soak->told < 60ull * SECOND)
        return;
    soak->told += 60ull * SECOND;
    printf("%" PRIu64 " min: %zu deeds, %zu faults struck, %zu doubts; %zu kills, %zu full disks; "
           "%.0f KiB and %zu descriptors after %zu turns, %.0f KiB after the first ones\n",
           (now - soak->begun) / SECOND / 60, atomic_load(&books->deeds),
           atomic_load(&books->struck), atomic_load(&books->doubts), soak->kills, soak->fulls,
           soak->now, soak->descriptors, soak->turns, soak->first);
    fflush(stdout);
}

static void await_deeds(struct soak *soak, size_t deeds)
{
    while (atomic_load(&soak->ground.books->deeds) < deeds) {
        watch(soak, 20);
        tell(soak);
    }
}

static void fill_for_a_while(struct soak *soak)
{
    farm_ground_hazard(&soak->ground, true);
    farm_ground_fill(&soak->ground);
    watch(soak, FULL_MS + (int)chance_draw(&soak->chance, 2 * FULL_MS));
    farm_ground_clear(&soak->ground);
    farm_ground_hazard(&soak->ground, false);
    soak->fulls++;
}

/* Perhaps on a full disk, on which it need not start. */
static void kill_and_start(struct soak *soak)
{
    const bool full = chance_draw(&soak->chance, 3) == 0;
    farm_ground_hazard(&soak->ground, true);
    if (full) {
        farm_ground_fill(&soak->ground);
        watch(soak, (int)chance_draw(&soak->chance, FULL_MS));
        soak->fulls++;
    }
    farm_ground_kill(&soak->ground);
    if (full)
        farm_ground_clear(&soak->ground);
    farm_ground_start(&soak->ground, NULL);
    farm_ground_hazard(&soak->ground, false);
    soak->kills++;
    soak->turns = 0;
}

/* All clients are gone and all chips out of memory. */
static void measure_farm(struct soak *soak)
{
    struct farm_books *books = soak->ground.books;
    atomic_store(&books->paused, true);
    while (atomic_load(&books->resting) < WORKERS)
        watch(soak, 10);
    farm_ground_settle(&soak->ground);
    soak->now = farm_ground_memory(&soak->ground);
    const size_t descriptors = farm_ground_descriptors(&soak->ground);
    atomic_store(&books->paused, false);
    while (atomic_load(&books->resting) > 0)
        watch(soak, 1);
    if (soak->turns++ < FIRST_TURNS) {
        soak->first = soak->now;
        soak->descriptors = descriptors;
        return;
    }
    soak->measured++;
    if (soak->growth < soak->now - soak->first)
        soak->growth = soak->now - soak->first;
    if (soak->most_turns < soak->turns)
        soak->most_turns = soak->turns;
    if (descriptors > soak->descriptors || soak->now > soak->first + GROWTH_MAX)
        fprintf(stderr,
                "after turn %zu: %.0f KiB, %.0f after the first ones; %zu descriptors, %zu\n",
                soak->turns, soak->now, soak->first, descriptors, soak->descriptors);
    MEASURE_NEED(descriptors <= soak->descriptors);
    MEASURE_NEED(soak->now <= soak->first + GROWTH_MAX);
}

/* In the last third of the time the farm is not killed: so long it must stay as it is. */
static void turn(struct soak *soak)
{
    struct farm_books *books = soak->ground.books;
    const size_t deeds = atomic_load(&books->deeds), each = DEEDS_OF_A_TURN * books->chip_count;
    const uint64_t now = measure_time();
    const bool kills = (now - soak->begun) * 3 < (soak->until - soak->begun) * 2;
    await_deeds(soak, deeds + chance_draw(&soak->chance, (uint32_t)each));
    const uint32_t lot = chance_draw(&soak->chance, 4);
    if (kills && (lot == 0 || soak->kills == 0))
        kill_and_start(soak);
    else if (lot == 1 || soak->fulls == 0)
        fill_for_a_while(soak);
    await_deeds(soak, deeds + each);
    measure_farm(soak);
}

static void stop_workers(struct soak *soak)
{
    atomic_store(&soak->ground.books->stopped, true);
    for (size_t i = 0; i < WORKERS; i++) {
        int status;
        MEASURE_NEED(waitpid(soak->workers[i], &status, 0) == soak->workers[i] && status == 0);
    }
}

/* The chip in an emuicc of its own, on its own line. */
static void check_alone(struct soak *soak, struct farm_chip *chip, const char *folder)
{
    static struct farm_visit visit;
    struct card_process process;
    struct bytes atr;
    char reader[32];
    visit = (struct farm_visit){.chip = chip,
                                .books = soak->ground.books,
                                .iccids = soak->worker.iccids,
                                .deed = "alone",
                                .epoch = atomic_load(&soak->ground.books->epoch),
                                .open = true};
    struct vpcd_peer *link = &visit.peer.link;
    MEASURE_NEED(vpcd_peer_open(link));
    snprintf(reader, sizeof(reader), "127.0.0.1:%u", link->port);
    const char *const argv[] = {EMUICC, "--state", folder, "--vpcd", reader, NULL};
    MEASURE_NEED(card_process_start(&process, argv));
    FARM_NEED(&visit, vpcd_peer_accept(link) && vpcd_peer_control(link, VPCD_PEER_ON) &&
                          vpcd_peer_atr(link, &atr));
    FARM_NEED(&visit, farm_chip_reset(&visit, false) && farm_chip_look(&visit));
    MEASURE_NEED(card_process_end(&process, SIGTERM, START_MS) == 0);
    vpcd_peer_close(link);
}

static void check_stores(struct soak *soak)
{
    struct farm_books *books = soak->ground.books;
    for (size_t i = 0; i < books->chip_count; i++) {
        char folder[160];
        double size;
        size_t profiles = 0;
        struct farm_chip *chip = &books->chips[i];
        snprintf(folder, sizeof(folder), "%s/chips/%s", soak->ground.state, chip->eid);
        for (size_t p = 0; p < FARM_PROFILES; p++)
            profiles += chip->now.profiles[p].there;
        MEASURE_NEED(farm_store_check(folder, &size) == profiles);
        check_alone(soak, chip, folder);
    }
}

static void print(const struct soak *soak)
{
    struct farm_books *books = soak->ground.books;
    for (size_t i = 0; i < farm_deed_count; i++)
        printf("%-36s %zu\n", farm_deeds[i].name, atomic_load(&books->done[i]));
    printf("%-36s %zu\n%-36s %zu\n%-36s %zu\n%-36s %zu\n%-36s %zu, %s\n",
           "faults that struck a change", atomic_load(&books->struck),
           "changes in doubt, then looked at", atomic_load(&books->doubts),
           "changes refused for a hazard", atomic_load(&books->refused), "farm killed and started",
           soak->kills, "disk full", soak->fulls,
           soak->ground.own_disk ? "a file system of its own" : "no file may grow");
    printf("memory flat: at most %.0f KiB more than after a start's first turns (bound %d), "
           "descriptors the same, %zu times, up to %zu turns in one life\n",
           soak->growth, GROWTH_MAX, soak->measured, soak->most_turns);
    printf("%zu chips: no store is wrong\n", books->chip_count);
}

int main(int argc, char **argv)
{
    static struct soak soak;
    const uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 5;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : measure_time();
    const size_t chips = argc > 3 ? strtoull(argv[3], NULL, 10) : 200;
    printf("seed %" PRIu64 "\n", seed);
    fflush(stdout);
    begin(&soak, seconds, seed, chips);
    while (atomic_load(&soak.ground.books->ready) < WORKERS)
        watch(&soak, 10);
    do
        turn(&soak);
    while (measure_time() < soak.until);
    stop_workers(&soak);
    farm_ground_end(&soak.ground);
    check_stores(&soak);
    print(&soak);
    server_finish(&soak.worker.server);
    iot_package_end(&soak.worker.eim);
    farm_ground_remove(&soak.ground);
    return 0;
}
