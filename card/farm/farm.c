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

#define CHIPS_FOLDER "chips"
#define PKI_FOLDER "pki"
#define LOCK_FILE "lock"
#define FOLDER_MODE 0700
#define FILE_MODE 0600
/* Descriptors: of a client; of an open store, with its log; a loop's own; the rest. */
#define DESCRIPTORS_A_CARD 1
#define DESCRIPTORS_A_STORE 2
#define DESCRIPTORS_A_LOOP 32
#define DESCRIPTORS_BESIDE 64

struct farm {
    struct farm_plan plan;
    const struct stop *stop;
    char chips[PATH_MAX], pki[PATH_MAX];
    int lock;
    struct seat *seats;
    struct loop *loops;
    struct seat_rotas *rotas;
    struct reader *readers;
    char *reader_names;
    size_t reader_count, loop_count;
    struct door door;
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
    if (snprintf(path, sizeof(path), "%s/" LOCK_FILE, farm->plan.state) >= (int)sizeof(path))
        return FAILURE_INTERNAL;
    farm->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (farm->lock >= 0 && flock(farm->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    trace_error("cannot use %s: %s", farm->plan.state,
                errno == EWOULDBLOCK ? "another emuicc-farm does" : strerror(errno));
    return FAILURE_INTERNAL;
}

static int take_folders(struct farm *farm)
{
    const char *state = farm->plan.state;
    const bool fits = snprintf(farm->chips, PATH_MAX, "%s/" CHIPS_FOLDER, state) < PATH_MAX &&
                      snprintf(farm->pki, PATH_MAX, "%s/" PKI_FOLDER, state) < PATH_MAX;
    if (state[0] == '\0' || !fits) {
        trace_error("--state %s: %s", state, fits ? "it names no folder" : "the path is too long");
        return FAILURE_INTERNAL;
    }
    if (make_folder(state) != 0 || lock_state(farm) != 0 || make_folder(farm->chips) != 0)
        return FAILURE_INTERNAL;
    farm->plan.birth.state = farm->chips;
    return 0;
}

/* All chips have the same issuers, then and now; those of a farm of its own are made with the
 * first EID. */
static int take_credentials(struct farm *farm)
{
    const struct seat *first = &farm->seats[0];
    struct random random;
    if (farm->plan.birth.pki != NULL)
        return seat_fits(first) ? 0 : FAILURE_INTERNAL;
    farm->plan.birth.pki = farm->pki;
    if (seat_is_made(first) && access(farm->pki, F_OK) != 0) {
        trace_error("the chips in %s were made with --pki; give it again", farm->plan.state);
        return FAILURE_INTERNAL;
    }
    random_init(&random);
    return pki_make(&random, &(struct pki_plan){.directory = farm->pki, .first_eid = first->eid});
}

static int take_eids(struct farm *farm)
{
    const struct farm_plan *plan = &farm->plan;
    uint8_t eid[PKI_EID_SIZE];
    const char *pki = plan->birth.pki != NULL ? plan->birth.pki : farm->pki;
    if (eids_first(farm->chips, pki, plan->first_eid, eid) != 0 || !eids_reach(eid, plan->cards))
        return FAILURE_INTERNAL;
    for (size_t i = 0; i < plan->cards; i++, pki_eid_next(eid)) {
        struct seat *seat = &farm->seats[i];
        const size_t loop = i % plan->loops;
        pki_eid_to_text(eid, seat->eid);
        seat_init(seat, &farm->loops[loop], &farm->rotas[loop], &plan->birth);
    }
    return 0;
}

static int take_loops(struct farm *farm)
{
    for (size_t i = 0; i < farm->plan.loops; i++) {
        const size_t sources = farm->plan.cards / farm->plan.loops + DOOR_GUESTS + 5;
        farm->loop_count = i + 1;
        if (loop_init(&farm->loops[i], sources, farm->stop->event) != 0)
            return FAILURE_INTERNAL;
        seat_rotas_init(&farm->rotas[i], &farm->loops[i]);
    }
    return 0;
}

/* As many as the machine allows; each client and each open store needs some. */
static void raise_descriptors(const struct farm_plan *plan)
{
    struct rlimit limit;
    const size_t stores = plan->loops * SEAT_STORES_A_LOOP;
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

static int take_readers(struct farm *farm)
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

/* The first chips get a reader each; one that cannot be read leaves its own empty. */
static void plug_in(struct farm *farm)
{
    for (size_t i = 0; i < farm->reader_count; i++)
        (void)seat_plug_in(&farm->seats[i], &farm->readers[i]);
}

/* What can be refused is refused before the first chip is made, and clients come when all are. */
static int open_all(struct farm *farm)
{
    const struct farm_plan *plan = &farm->plan;
    farm->seats = calloc(plan->cards, sizeof(*farm->seats));
    farm->loops = calloc(plan->loops, sizeof(*farm->loops));
    farm->rotas = calloc(plan->loops, sizeof(*farm->rotas));
    if (farm->seats == NULL || farm->loops == NULL || farm->rotas == NULL)
        return refuse_memory();
    raise_descriptors(plan);
    if (take_readers(farm) != 0 || birth_check(&plan->birth) != 0 || take_folders(farm) != 0 ||
        take_loops(farm) != 0 ||
        door_open(&farm->door, plan->listen, &farm->loops[0], farm->seats, plan->cards) != 0 ||
        take_eids(farm) != 0 || take_credentials(farm) != 0 ||
        nursery_make(farm->seats, plan->cards, plan->loops, farm->stop) != 0)
        return FAILURE_INTERNAL;
    plug_in(farm);
    return door_listen(&farm->door);
}

int farm_open(const struct farm_plan *plan, const struct stop *stop, struct farm **out)
{
    struct farm *farm = calloc(1, sizeof(*farm));
    if (farm == NULL)
        return refuse_memory();
    farm->plan = *plan;
    farm->stop = stop;
    farm->lock = -1;
    farm->door.listener = -1;
    const int result = open_all(farm);
    if (result == 0)
        *out = farm;
    else
        farm_close(farm);
    return result;
}

/* Requests are heard in this thread and answered in the loops'. */
static void hear_requests(struct farm *farm)
{
    const struct control_table table = farm_requests_table(&farm->door);
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
    if (started == farm->plan.loops)
        hear_requests(farm);
    else
        kill(getpid(), SIGTERM);
    for (size_t i = 0; i < started; i++)
        loop_join(&farm->loops[i]);
    return started == farm->plan.loops ? 0 : FAILURE_INTERNAL;
}

void farm_close(struct farm *farm)
{
    if (farm == NULL)
        return;
    door_close(&farm->door);
    for (size_t i = 0; farm->seats != NULL && i < farm->plan.cards; i++)
        seat_finish(&farm->seats[i]);
    for (size_t i = 0; i < farm->loop_count; i++)
        loop_finish(&farm->loops[i]);
    if (farm->lock >= 0)
        close(farm->lock);
    free(farm->reader_names);
    free(farm->readers);
    free(farm->rotas);
    free(farm->loops);
    free(farm->seats);
    free(farm);
}

const char *farm_address(const struct farm *farm)
{
    return farm->door.name;
}
