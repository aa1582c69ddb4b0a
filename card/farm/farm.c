#include "card/farm/farm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/farm/eids.h"
#include "card/farm/farm_requests.h"
#include "card/farm/pcsc_slot.h"
#include "card/leftovers.h"

#define PKI_FOLDER "pki"
#define FOLDER_MODE 0700
#define FILE_MODE 0600
/* Descriptors: of a client; of an open store, with its log; of a loop; of the rest. */
#define DESCRIPTORS_A_CARD 1
#define DESCRIPTORS_A_STORE 2
#define DESCRIPTORS_A_LOOP 32
#define DESCRIPTORS_BESIDE 64

/* What a first start makes in the state folder. */
static const char *const own_files[] = {BIRTHS_CHIPS, PKI_FOLDER, STARTUP_FARM_LOCK, NULL};

struct farm {
    struct farm_plan plan;
    const struct stop *stop;
    char chips[PATH_MAX], pki[PATH_MAX], logs[PATH_MAX];
    struct identity_issuers issuers;
    struct births *births;
    int lock;
    struct slot *slots;
    struct loop *loops;
    struct slot_shared *shared;
    struct reader *readers;
    char *reader_names;
    size_t reader_count, loop_count;
    struct listener listener;
    struct pcsc_slots *pcsc; /* NULL: none */
};

static int refuse_memory(void)
{
    trace_error("no memory for so many cards");
    return FAILURE_INTERNAL;
}

static int make_folder(const char *path)
{
    if (mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST)
        return 0;
    trace_error("cannot make %s: %s", path, strerror(errno));
    return FAILURE_INTERNAL;
}

static int lock_state(struct farm *farm)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/" STARTUP_FARM_LOCK, farm->plan.state) >=
        (int)sizeof(path))
        return FAILURE_INTERNAL;
    farm->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (farm->lock >= 0 && flock(farm->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    trace_error("cannot use %s: %s", farm->plan.state,
                errno == EWOULDBLOCK ? "another emuicc-farm does" : strerror(errno));
    if (farm->lock >= 0)
        close(farm->lock);
    farm->lock = -1;
    return FAILURE_INTERNAL;
}

static int prepare_folders(struct farm *farm)
{
    const char *state = farm->plan.state;
    const bool fits = snprintf(farm->chips, PATH_MAX, "%s/" BIRTHS_CHIPS, state) < PATH_MAX &&
                      snprintf(farm->pki, PATH_MAX, "%s/" PKI_FOLDER, state) < PATH_MAX &&
                      snprintf(farm->logs, PATH_MAX, "%s/" STORE_GROUP_LOGS, state) < PATH_MAX;
    if (state[0] == '\0' || !fits) {
        trace_error("--state %s: %s", state, fits ? "it names no folder" : "the path is too long");
        return FAILURE_INTERNAL;
    }
    if (make_folder(state) != 0 || lock_state(farm) != 0 || make_folder(farm->chips) != 0)
        return FAILURE_INTERNAL;
    farm->plan.chip.state = farm->chips;
    const int result = store_group_replay(farm->chips, farm->logs);
    return result == 0 ? births_open(state, &farm->births) : result;
}

/* Its name is on the disk before anything is promised in it. */
static int make_logs_folder(const struct farm *farm)
{
    int result = make_folder(farm->logs);
    const int state = open(farm->plan.state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (result == 0 && (state < 0 || fsync(state) != 0)) {
        trace_error("cannot flush %s: %s", farm->plan.state, strerror(errno));
        result = FAILURE_INTERNAL;
    }
    if (state >= 0)
        close(state);
    return result;
}

/* Once the chips are made. All of them have the same issuers. */
static int open_logs(struct farm *farm)
{
    int result = make_logs_folder(farm);
    identity_issuers_read(farm->plan.chip.pki, &farm->issuers);
    farm->plan.chip.issuers = &farm->issuers;
    for (size_t i = 0; i < farm->plan.loops && result == 0; i++)
        result = group_log_open(&farm->shared[i].log, farm->chips, farm->logs, i, &farm->loops[i]);
    return result;
}

/* All chips have the same issuers, at every start. Without --pki the farm makes a PKI of its own,
 * with the first EID. */
static int prepare_credentials(struct farm *farm)
{
    struct slot *first = &farm->slots[0];
    struct random random;
    if (farm->plan.chip.pki != NULL)
        return slot_matches_pki(first) ? 0 : FAILURE_INTERNAL;
    farm->plan.chip.pki = farm->pki;
    if (slot_is_provisioned(first) && access(farm->pki, F_OK) != 0) {
        trace_error("the chips in %s were made with --pki; give it again", farm->plan.state);
        return FAILURE_INTERNAL;
    }
    random_init(&random);
    return pki_make(&random, &(struct pki_plan){.directory = farm->pki, .first_eid = first->eid});
}

static int assign_eids(struct farm *farm)
{
    const struct farm_plan *plan = &farm->plan;
    uint8_t eid[PKI_EID_SIZE];
    const char *pki = plan->chip.pki != NULL ? plan->chip.pki : farm->pki;
    if (eids_first(farm->chips, farm->births, pki, plan->first_eid, eid) != 0 ||
        !eids_fit_range(eid, plan->cards))
        return FAILURE_INTERNAL;
    for (size_t i = 0; i < plan->cards; i++, pki_eid_next(eid)) {
        struct slot *slot = &farm->slots[i];
        const size_t loop = i % plan->loops;
        pki_eid_to_text(eid, slot->eid);
        slot_init(slot, &farm->loops[loop], &farm->shared[loop], &plan->chip);
    }
    return 0;
}

/* A chip that has a store as well has left its record: the process ended in between. */
static int note_record(void *context, const uint8_t eid[PKI_EID_SIZE])
{
    const struct farm *farm = context;
    char digits[PKI_EID_DIGITS + 1];
    pki_eid_to_text(eid, digits);
    struct slot *slot = listener_find(&farm->listener, bytes_of_text(digits));
    if (slot != NULL)
        slot->recorded = !slot_is_provisioned(slot);
    return 0;
}

static int init_loops(struct farm *farm)
{
    for (size_t i = 0; i < farm->plan.loops; i++) {
        const size_t sources = farm->plan.cards / farm->plan.loops + LISTENER_SOURCES + 5;
        farm->loop_count = i + 1;
        if (loop_init(&farm->loops[i], sources, farm->stop->event) != 0)
            return FAILURE_INTERNAL;
        slot_shared_init(&farm->shared[i], &farm->loops[i]);
        farm->shared[i].births = farm->births;
    }
    return 0;
}

/* Raises the limit as far as the system allows: each client and each open store needs some. */
static void raise_descriptors(const struct farm_plan *plan)
{
    struct rlimit limit;
    const size_t stores = plan->loops * SLOT_STORES_A_LOOP;
    const rlim_t needed = plan->cards * DESCRIPTORS_A_CARD +
                          (plan->cards < stores ? plan->cards : stores) * DESCRIPTORS_A_STORE +
                          plan->loops * DESCRIPTORS_A_LOOP + DESCRIPTORS_BESIDE;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return;
    limit.rlim_cur = needed;
    if (limit.rlim_max < needed)
        limit.rlim_max = needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    trace_notice("only %lu descriptors are allowed: not all of %zu chips can be used at once "
                 "(ulimit -n %lu)",
                 (unsigned long)limit.rlim_max, plan->cards, (unsigned long)needed);
}

static size_t count_items(const char *list)
{
    size_t count = 1;
    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

static int parse_readers(struct farm *farm)
{
    if (farm->plan.readers == NULL)
        return 0;
    const size_t count = count_items(farm->plan.readers);
    farm->reader_names = strdup(farm->plan.readers);
    farm->readers = calloc(count, sizeof(*farm->readers));
    if (farm->reader_names == NULL || farm->readers == NULL)
        return refuse_memory();
    char *rest = farm->reader_names;
    for (size_t i = 0; i < count; i++)
        if (reader_init(&farm->readers[i], strsep(&rest, ",")) != 0)
            return FAILURE_INTERNAL;
    if (count > farm->plan.cards) {
        trace_error("--vpcd names %zu readers for %zu cards", count, farm->plan.cards);
        return FAILURE_INTERNAL;
    }
    farm->reader_count = count;
    return 0;
}

/* The first chips get a reader each; the reader of a chip that cannot be read stays empty. */
static void attach_readers(struct farm *farm)
{
    for (size_t i = 0; i < farm->reader_count; i++)
        (void)slot_attach_reader(&farm->slots[i], &farm->readers[i]);
}

/* The chips behind those in readers. */
static int check_pcsc(const struct farm *farm)
{
    return farm->plan.pcsc == NULL
               ? 0
               : pcsc_slots_check(farm->plan.pcsc, farm->plan.cards - farm->reader_count);
}

static int open_pcsc(struct farm *farm)
{
    const size_t first = farm->reader_count;
    return farm->plan.pcsc == NULL ? 0
                                   : pcsc_slots_open(farm->plan.pcsc, farm->slots + first,
                                                     farm->plan.cards - first, &farm->pcsc);
}

static int make_chips(const struct farm *farm)
{
    return provisioning_run(&(struct provisioning_plan){.state = farm->plan.state,
                                                        .slots = farm->slots,
                                                        .count = farm->plan.cards,
                                                        .threads = farm->plan.loops,
                                                        .births = farm->births,
                                                        .stop = farm->stop});
}

/* Whatever can be refused is refused before the first chip is made; clients are accepted when all
 * are made. */
static int open_all(struct farm *farm)
{
    const struct farm_plan *plan = &farm->plan;
    farm->slots = calloc(plan->cards, sizeof(*farm->slots));
    farm->loops = calloc(plan->loops, sizeof(*farm->loops));
    farm->shared = calloc(plan->loops, sizeof(*farm->shared));
    if (farm->slots == NULL || farm->loops == NULL || farm->shared == NULL)
        return refuse_memory();
    raise_descriptors(plan);
    if (parse_readers(farm) != 0 || check_pcsc(farm) != 0 || startup_check(&plan->chip) != 0 ||
        prepare_folders(farm) != 0 || init_loops(farm) != 0 ||
        listener_open(&farm->listener, plan->listen, &farm->loops[0], farm->slots, plan->cards) !=
            0 ||
        assign_eids(farm) != 0 || births_each(farm->births, note_record, farm) != 0 ||
        prepare_credentials(farm) != 0 || make_chips(farm) != 0 || open_logs(farm) != 0)
        return FAILURE_INTERNAL;
    attach_readers(farm);
    if (open_pcsc(farm) != 0)
        return FAILURE_INTERNAL;
    return listener_listen(&farm->listener, plan->state);
}

/* Chips that were made stay, with the PKI that certified them: the first that a start makes has a
 * folder. */
static void remove_leftovers(const struct leftovers *leftovers)
{
    char chips[PATH_MAX];
    if (snprintf(chips, sizeof(chips), "%s/" BIRTHS_CHIPS, leftovers->folder) < PATH_MAX &&
        (rmdir(chips) == 0 || errno == ENOENT))
        leftovers_remove(leftovers);
}

int farm_open(const struct farm_plan *plan, const struct stop *stop, struct farm **out)
{
    struct leftovers leftovers;
    struct farm *farm = calloc(1, sizeof(*farm));
    if (farm == NULL)
        return refuse_memory();
    farm->plan = *plan;
    farm->stop = stop;
    farm->lock = -1;
    farm->listener.network.socket = farm->listener.own.socket = -1;
    farm->listener.local = local_socket_none;
    const bool noted = leftovers_note(&leftovers, plan->state, own_files);
    const int result = open_all(farm);
    if (result == 0) {
        *out = farm;
        return 0;
    }
    const bool is_ours = farm->lock >= 0;
    farm_close(farm);
    if (noted && is_ours)
        remove_leftovers(&leftovers);
    return result;
}

/* This thread receives requests; the loops' threads answer them. */
static void serve_requests(struct farm *farm)
{
    const struct control_table table = farm_requests_table(&farm->listener);
    struct control control;
    control_open(&control, farm->plan.state, &table);
    while (!stop_asked(farm->stop)) {
        struct pollfd wait = {.fd = farm->stop->event, .events = POLLIN};
        control_wait(&control, &wait, 1, -1);
    }
    control_close(&control);
}

int farm_serve(struct farm *farm)
{
    size_t started = 0;
    while (started < farm->plan.loops && loop_start(&farm->loops[started]) == 0)
        started++;
    const bool fine = started == farm->plan.loops &&
                      (farm->pcsc == NULL || pcsc_slots_start(farm->pcsc, farm->stop) == 0);
    if (fine)
        serve_requests(farm);
    else
        kill(getpid(), SIGTERM);
    for (size_t i = 0; i < started; i++)
        loop_join(&farm->loops[i]);
    return fine ? 0 : FAILURE_INTERNAL;
}

void farm_close(struct farm *farm)
{
    if (farm == NULL)
        return;
    pcsc_slots_close(farm->pcsc);
    listener_close(&farm->listener);
    for (size_t i = 0; farm->slots != NULL && i < farm->plan.cards; i++)
        slot_finish(&farm->slots[i]);
    for (size_t i = 0; i < farm->loop_count; i++) {
        group_log_close(&farm->shared[i].log);
        loop_finish(&farm->loops[i]);
    }
    if (farm->loop_count > 0)
        (void)rmdir(farm->logs);
    births_close(farm->births);
    if (farm->lock >= 0)
        close(farm->lock);
    free(farm->reader_names);
    free(farm->readers);
    free(farm->shared);
    free(farm->loops);
    free(farm->slots);
    free(farm);
}

const char *farm_address(const struct farm *farm)
{
    return farm->listener.name;
}
