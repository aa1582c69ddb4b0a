#include "card/farm/provisioning.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/identity_maker.h"
#include "card/leftovers.h"
#include "crypto/primitives/secret.h"

#define PROGRESS_MS 2000
#define POLL_US 2000
#define FOLDER_MODE 0700

struct provisioning {
    const struct provisioning_plan *plan;
    const char *making;             /* that folder */
    struct identity_plan identity;  /* of all chips */
    atomic_size_t next, made, over; /* over: threads that have ended */
    atomic_bool failed;
};

static bool continues(struct provisioning *provisioning)
{
    return !atomic_load(&provisioning->failed) && !stop_asked(provisioning->plan->stop);
}

static int fail(const char *doing, const char *path)
{
    trace_error("cannot %s %s: %s", doing, path, strerror(errno));
    return FAILURE_INTERNAL;
}

/* A file, or a folder with the names in it. */
static int flush(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const int result = file >= 0 && fsync(file) == 0 ? 0 : fail("flush", path);
    if (file >= 0)
        close(file);
    return result;
}

/* Into a folder of its own that is there already, its store goes alone. */
static int put_in_place(const struct slot *slot, char from[SLOT_PATH_MAX])
{
    char to[SLOT_PATH_MAX];
    if (!slot_folder(slot, to))
        return FAILURE_INTERNAL;
    if (rename(from, to) == 0)
        return flush(slot->plan->state);
    const size_t room = SLOT_PATH_MAX - sizeof("/" STORE_FILE);
    if ((errno != ENOTEMPTY && errno != EEXIST) || strlen(from) > room || strlen(to) > room)
        return fail("make", to);
    if (rename(strcat(from, "/" STORE_FILE), strcat(to, "/" STORE_FILE)) != 0)
        return fail("make", to);
    from[strlen(from) - strlen("/" STORE_FILE)] = '\0';
    to[strlen(to) - strlen("/" STORE_FILE)] = '\0';
    return rmdir(from) == 0 ? flush(to) : fail("remove", from);
}

/* A chip's folder gets its name when what is in it is on the disk. */
static int settle(const struct slot *slot, const char *making)
{
    char from[SLOT_PATH_MAX], store[SLOT_PATH_MAX];
    if (snprintf(from, sizeof(from), "%s/%s", making, slot->eid) >= (int)sizeof(from) ||
        snprintf(store, sizeof(store), "%s/" STORE_FILE, from) >= (int)sizeof(store))
        return FAILURE_INTERNAL;
    int result = flush(store);
    if (result == 0)
        result = flush(from);
    return result == 0 ? put_in_place(slot, from) : result;
}

/* What is wrong with the first chip is wrong with all, and is reported once. */
static int make_first(const struct slot *slot, const char *making, struct startup_sample *sample)
{
    struct store_group *group;
    int result = store_group_open(making, NULL, NULL, &group);
    if (result != 0)
        return result;
    result = slot_provision(slot, making, group, sample);
    if (result == 0)
        result = store_group_write(group);
    if (result == 0)
        result = settle(slot, making);
    store_group_close(group);
    return result;
}

static int put_value(void *context, const char *name, struct bytes value)
{
    struct writer *values = context;
    births_put_value(values, name, value);
    return values->overflow ? FAILURE_INTERNAL : 0;
}

static int make(struct provisioning *provisioning, struct identity_maker *maker, struct slot *slot)
{
    uint8_t eid[PKI_EID_SIZE], room[BIRTHS_VALUES_MAX];
    struct writer values = writer_on(room, sizeof(room));
    if (!pki_eid_from_text(slot->eid, eid))
        return FAILURE_INTERNAL;
    int result = identity_maker_values(maker, eid, put_value, &values);
    if (result == 0)
        result = births_add(provisioning->plan->births, eid, writer_bytes(&values));
    wipe(room, values.len);
    slot->recorded = result == 0;
    return result;
}

static int make_some(struct provisioning *provisioning, struct identity_maker *maker)
{
    const struct provisioning_plan *plan = provisioning->plan;
    int result = 0;
    for (size_t i; result == 0 && continues(provisioning) &&
                   (i = atomic_fetch_add(&provisioning->next, 1)) < plan->count;) {
        struct slot *slot = &plan->slots[i];
        if (slot_is_provisioned(slot))
            continue;
        trace_of(slot->eid);
        result = make(provisioning, maker, slot);
        trace_of(NULL);
        if (result == 0)
            atomic_fetch_add(&provisioning->made, 1);
    }
    return result;
}

static void *run_thread(void *context)
{
    struct provisioning *provisioning = context;
    struct identity_maker *maker;
    int result = identity_maker_create(&provisioning->identity, &maker);
    if (result == 0) {
        result = make_some(provisioning, maker);
        identity_maker_destroy(maker);
    }
    if (result != 0)
        atomic_store(&provisioning->failed, true);
    atomic_fetch_add(&provisioning->over, 1);
    return NULL;
}

static void report_progress(struct provisioning *provisioning, size_t threads)
{
    for (int64_t said = clock_ms(); atomic_load(&provisioning->over) < threads; usleep(POLL_US)) {
        if (clock_ms() - said < PROGRESS_MS || !continues(provisioning))
            continue;
        said = clock_ms();
        trace_notice("%zu of %zu chips are made", atomic_load(&provisioning->made),
                     provisioning->plan->count);
    }
}

static void make_all(struct provisioning *provisioning)
{
    pthread_t threads[PROVISIONING_THREADS_MAX];
    size_t started = 0;
    while (started < provisioning->plan->threads &&
           pthread_create(&threads[started], NULL, run_thread, provisioning) == 0)
        started++;
    if (started == 0)
        run_thread(provisioning);
    else
        report_progress(provisioning, started);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* What an interruption has left is made again. */
static int make_folder(const char *state, const char *making)
{
    static const char *const names[] = {PROVISIONING_FOLDER, NULL};
    struct leftovers leftovers = {.parent_len = strlen(state), .names = names};
    snprintf(leftovers.folder, sizeof(leftovers.folder), "%s", state);
    leftovers_remove(&leftovers);
    return mkdir(making, FOLDER_MODE) == 0 ? 0 : fail("make", making);
}

/* Those that are not made yet, after the first of them. */
static int make_rest(struct provisioning *provisioning, size_t first,
                     const struct startup_sample *sample)
{
    const struct provisioning_plan *plan = provisioning->plan;
    char chip[SLOT_PATH_MAX];
    if (!slot_folder(&plan->slots[first], chip))
        return FAILURE_INTERNAL;
    provisioning->identity =
        (struct identity_plan){.pki = plan->slots[first].plan->pki, .variant = sample->variant};
    int result = births_begin(plan->births, chip, writer_bytes(&sample->values));
    if (result != 0)
        return result;
    make_all(provisioning);
    const bool whole = continues(provisioning);
    result = births_flush(plan->births);
    return whole ? result : FAILURE_INTERNAL;
}

static int make_chips(struct provisioning *provisioning, size_t first)
{
    const struct provisioning_plan *plan = provisioning->plan;
    uint8_t room[BIRTHS_VALUES_MAX];
    struct startup_sample sample = {.values = writer_on(room, sizeof(room))};
    int result = make_first(&plan->slots[first], provisioning->making, &sample);
    atomic_init(&provisioning->next, first + 1);
    atomic_init(&provisioning->made, first + 1);
    if (result == 0 && first + 1 < plan->count)
        result = make_rest(provisioning, first, &sample);
    wipe(room, sample.values.len);
    return result;
}

int provisioning_run(const struct provisioning_plan *plan)
{
    char making[PATH_MAX];
    struct provisioning provisioning = {.plan = plan, .making = making};
    size_t there = 0;
    while (there < plan->count && slot_is_provisioned(&plan->slots[there]))
        there++;
    if (there == plan->count)
        return 0;
    if (snprintf(making, sizeof(making), "%s/" PROVISIONING_FOLDER, plan->state) >=
        (int)sizeof(making))
        return FAILURE_INTERNAL;
    int result = make_folder(plan->state, making);
    if (result == 0)
        result = make_chips(&provisioning, there);
    (void)rmdir(making);
    return result;
}
