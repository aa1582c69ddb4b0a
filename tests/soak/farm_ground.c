#include "tests/soak/farm_ground.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmarks/measure.h"

#define TIMEOUT_MS 600000
#define SETTLE_MS 60000
#define SAMPLES 6
#define SAMPLE_MS 100
#define DISK "size=2g"
#define NOBODY_SAYS "\n\n" /* what no line of the farm has in it: waits for all the time */

static const char *const personalities[FARM_KINDS] = {NULL, "sgp32-consumer", "sgp32-v1.2"};

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        (void)fputs(text, file);
        fclose(file);
    }
}

static void map_to_root(const char *path, unsigned id)
{
    char map[32];
    snprintf(map, sizeof(map), "0 %u 1", id);
    write_text(path, map);
}

/* Root has it for the asking; others where they may have namespaces. */
static bool unshare_mounts(void)
{
    const unsigned user = getuid(), group = getgid();
    if (user == 0)
        return unshare(CLONE_NEWNS) == 0;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    write_text("/proc/self/setgroups", "deny");
    map_to_root("/proc/self/uid_map", user);
    map_to_root("/proc/self/gid_map", group);
    return true;
}

static bool mount_disk(const char *folder)
{
    return unshare_mounts() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, DISK ",mode=0700") == 0;
}

void farm_ground_make(struct farm_ground *ground)
{
    struct random random;
    *ground = (struct farm_ground){0};
    farm_folder_make(ground->folder);
    ground->own_disk = mount_disk(ground->folder);
    signal(SIGXFSZ, SIG_IGN); /* the farm inherits it */
    snprintf(ground->state, sizeof(ground->state), "%s/farm", ground->folder);
    snprintf(ground->pki, sizeof(ground->pki), "%s/pki", ground->folder);
    random_init(&random);
    MEASURE_NEED(ec_start() == 0);
    MEASURE_NEED(pki_make(&random, &(struct pki_plan){.directory = ground->pki}) == 0);
}

void farm_ground_remove(struct farm_ground *ground)
{
    if (ground->own_disk)
        (void)umount2(ground->folder, MNT_DETACH);
    farm_folder_remove(ground->folder);
}

static uint16_t port_of(const struct farm_ground *ground)
{
    return ground->books != NULL ? (uint16_t)atomic_load(&ground->books->port) : 0;
}

void farm_ground_start(struct farm_ground *ground, const char *personality)
{
    char listen[32];
    snprintf(listen, sizeof(listen), "127.0.0.1:%u", port_of(ground));
    const char *const argv[] = {EMUICC_FARM,
                                "--cards",
                                ground->cards_text,
                                "--state",
                                ground->state,
                                "--pki",
                                ground->pki,
                                "--listen",
                                listen,
                                personality != NULL ? "--personality" : NULL,
                                personality,
                                NULL};
    MEASURE_NEED(card_process_start(&ground->farm, argv));
    if (!card_process_says(&ground->farm, "loops, at ", TIMEOUT_MS)) {
        fprintf(stderr, "%s", ground->farm.said);
        MEASURE_NEED(!"the farm starts");
    }
    const char *at = strstr(ground->farm.said, "loops, at ");
    if (ground->books != NULL)
        atomic_store(&ground->books->port, (unsigned)strtoul(strchr(at, ':') + 1, NULL, 10));
}

void farm_ground_kill(struct farm_ground *ground)
{
    MEASURE_NEED(card_process_end(&ground->farm, SIGKILL, TIMEOUT_MS) == -SIGKILL);
}

void farm_ground_keep(struct farm_ground *ground)
{
    char command[3 * FARM_FOLDER_SIZE];
    int status;
    fprintf(stderr, "the farm's last words: %s\n", ground->farm.said);
    if (waitpid(ground->farm.pid, &status, WNOHANG) == ground->farm.pid)
        fprintf(stderr, "it had ended: status %d, signal %d\n", WEXITSTATUS(status),
                WTERMSIG(status));
    else
        kill(ground->farm.pid, SIGKILL);
    snprintf(command, sizeof(command), "cp -a %s %s.kept", ground->folder, ground->folder);
    if (system(command) == 0)
        fprintf(stderr, "its folder is kept: %s.kept\n", ground->folder);
}

void farm_ground_end(struct farm_ground *ground)
{
    ground->farm.said_len = 0;
    const int status = card_process_end(&ground->farm, SIGTERM, TIMEOUT_MS);
    if (status != 0)
        fprintf(stderr, "the farm ends with %d: %s\n", status, ground->farm.said);
    MEASURE_NEED(status == 0);
}

void farm_ground_wait(struct farm_ground *ground, int milliseconds)
{
    const uint64_t until = measure_time() + (uint64_t)milliseconds * 1000000;
    while (measure_time() < until) {
        ground->farm.said_len = 0;
        (void)card_process_says(&ground->farm, NOBODY_SAYS, 10);
    }
}

static void put_chip(struct farm_chip *chip, const char *eid, enum farm_kind kind)
{
    *chip = (struct farm_chip){.kind = kind, .now = {.enabled = FARM_NONE}};
    memcpy(chip->eid, eid, sizeof(chip->eid));
}

/* The chips of the next kind are those that are new. */
void farm_ground_make_chips(struct farm_ground *ground, size_t count)
{
    const size_t size = sizeof(struct farm_books) + count * sizeof(struct farm_chip);
    struct farm_books *books =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MEASURE_NEED(books != MAP_FAILED && count >= FARM_KINDS);
    for (int kind = 0; kind < FARM_KINDS; kind++) {
        const size_t until = count * (size_t)(kind + 1) / FARM_KINDS;
        snprintf(ground->cards_text, sizeof(ground->cards_text), "%zu", until);
        farm_ground_start(ground, personalities[kind]);
        farm_ground_end(ground);
        farm_folder_eid *eids = farm_folder_eids(ground->state, until);
        for (size_t i = 0; i < until; i++) {
            size_t known = 0;
            while (known < books->chip_count && strcmp(books->chips[known].eid, eids[i]) != 0)
                known++;
            if (known == books->chip_count)
                put_chip(&books->chips[books->chip_count++], eids[i], (enum farm_kind)kind);
        }
        free(eids);
    }
    ground->books = books;
    farm_ground_start(ground, NULL);
}

void farm_ground_hazard(struct farm_ground *ground, bool begins)
{
    if (begins)
        atomic_fetch_add(&ground->books->hazards, 1);
    atomic_fetch_add(&ground->books->epoch, 1);
    if (!begins)
        atomic_fetch_sub(&ground->books->hazards, 1);
}

/* No more than what is on it. */
static bool shrink(const struct farm_ground *ground)
{
    struct statvfs about;
    char size[48];
    MEASURE_NEED(statvfs(ground->folder, &about) == 0);
    snprintf(size, sizeof(size), "size=%llu",
             (unsigned long long)(about.f_blocks - about.f_bfree) * about.f_frsize);
    return mount(NULL, ground->folder, NULL, MS_REMOUNT, size) == 0;
}

static void limit_files(const struct farm_ground *ground, rlim_t most)
{
    struct rlimit limit;
    MEASURE_NEED(prlimit(ground->farm.pid, RLIMIT_FSIZE, NULL, &limit) == 0);
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    MEASURE_NEED(prlimit(ground->farm.pid, RLIMIT_FSIZE, &limit, NULL) == 0);
}

void farm_ground_fill(struct farm_ground *ground)
{
    if (!ground->own_disk)
        limit_files(ground, 1);
    else
        while (!shrink(ground)) /* it has grown meanwhile */
            ;
}

void farm_ground_clear(struct farm_ground *ground)
{
    if (ground->own_disk)
        MEASURE_NEED(mount(NULL, ground->folder, NULL, MS_REMOUNT, DISK) == 0);
    else
        limit_files(ground, RLIM_INFINITY);
}

/* Chips in the farm's memory, by what it says of them: [eid, commands, flags, faults]. */
static size_t in_memory(const struct farm_ground *ground)
{
    static char answer[1u << 20];
    size_t count = 0;
    MEASURE_NEED(farm_peer_control(ground->state, "chips 0\n", answer, sizeof(answer)));
    for (const char *at = answer; (at = strstr(at, "[\"")) != NULL; at++) {
        unsigned flags = 0;
        const char *comma = strchr(at, ',');
        MEASURE_NEED(comma != NULL && sscanf(comma, ", %*u, %u", &flags) == 1);
        count += flags & 1;
    }
    return count;
}

void farm_ground_settle(struct farm_ground *ground)
{
    for (int waited = 0; in_memory(ground) > 0; waited += 50) {
        MEASURE_NEED(waited < SETTLE_MS);
        farm_ground_wait(ground, 50);
    }
}

double farm_ground_memory(struct farm_ground *ground)
{
    double least = measure_memory_of(ground->farm.pid);
    for (int i = 0; i < SAMPLES; i++) {
        farm_ground_wait(ground, SAMPLE_MS);
        const double now = measure_memory_of(ground->farm.pid);
        least = now < least ? now : least;
    }
    return least;
}

size_t farm_ground_descriptors(const struct farm_ground *ground)
{
    char path[64];
    size_t count = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)ground->farm.pid);
    DIR *folder = opendir(path);
    MEASURE_NEED(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}
