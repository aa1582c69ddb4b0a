#include "card/farm/provisioning.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/leftovers.h"

#define PROGRESS_MS 2000
#define POLL_US 5000
#define FOLDER_MODE 0700

#define BATCH 128 /* chips that are flushed together */

struct provisioning {
    struct slot *slots;
    size_t count;
    const char *making;
    int folder; /* that, open from the start, so that no failure to write goes unseen */
    const struct stop *stop;
    atomic_size_t next, made;
    atomic_bool failed;
};

/* Chips that are made and not yet in their place. */
struct batch {
    struct store_group *group;
    int folder; /* as below, of its own: a failure is told once to each that is open */
    const struct slot *slots[BATCH];
    size_t count;
};

static bool continues(struct provisioning *provisioning)
{
    return !atomic_load(&provisioning->failed) && !stop_asked(provisioning->stop);
}

static int fail(const char *doing, const char *path)
{
    trace_error("cannot %s %s: %s", doing, path, strerror(errno));
    return FAILURE_INTERNAL;
}

static int open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_folder(int folder)
{
    if (folder >= 0)
        close(folder);
}

/* All files of the file system that the folder is on. */
static int flush(const struct provisioning *provisioning, int folder)
{
    return syncfs(folder) == 0 ? 0 : fail("flush", provisioning->making);
}

/* Into a folder of its own that is there already, its store goes alone. */
static int put_in_place(const struct slot *slot, const char *making)
{
    char from[SLOT_PATH_MAX], to[SLOT_PATH_MAX];
    if (!slot_folder(slot, to) ||
        snprintf(from, sizeof(from), "%s/%s", making, slot->eid) >= (int)sizeof(from))
        return FAILURE_INTERNAL;
    if (rename(from, to) == 0)
        return 0;
    const size_t room = SLOT_PATH_MAX - sizeof("/" STORE_FILE);
    if ((errno != ENOTEMPTY && errno != EEXIST) || strlen(from) > room || strlen(to) > room)
        return fail("make", to);
    if (rename(strcat(from, "/" STORE_FILE), strcat(to, "/" STORE_FILE)) != 0)
        return fail("make", to);
    from[strlen(from) - strlen("/" STORE_FILE)] = '\0';
    return rmdir(from) == 0 ? 0 : fail("remove", from);
}

/* A chip's folder gets its name when what is in it is on the disk. */
static int settle(struct provisioning *provisioning, struct batch *batch)
{
    int result = batch->count > 0 ? flush(provisioning, batch->folder) : 0;
    for (size_t i = 0; i < batch->count && result == 0; i++)
        result = put_in_place(batch->slots[i], provisioning->making);
    batch->count = 0;
    return result;
}

static int make(struct provisioning *provisioning, struct batch *batch, size_t which)
{
    const struct slot *slot = &provisioning->slots[which];
    int result = 0;
    if (!slot_is_provisioned(slot)) {
        result = slot_provision(slot, provisioning->making, batch->group);
        if (result == 0)
            result = store_group_write(batch->group);
        if (result == 0)
            batch->slots[batch->count++] = slot;
    }
    if (result == 0 && batch->count == BATCH)
        result = settle(provisioning, batch);
    if (result == 0)
        atomic_fetch_add(&provisioning->made, 1);
    return result;
}

/* Up to so many. */
static int make_some(struct provisioning *provisioning, size_t end)
{
    struct batch batch = {.folder = open_folder(provisioning->making)};
    int result = batch.folder >= 0
                     ? store_group_open(provisioning->making, NULL, NULL, &batch.group)
                     : fail("open", provisioning->making);
    if (result != 0) {
        close_folder(batch.folder);
        return result;
    }
    for (size_t i; result == 0 && continues(provisioning) &&
                   (i = atomic_fetch_add(&provisioning->next, 1)) < end;)
        result = make(provisioning, &batch, i);
    const int settled = settle(provisioning, &batch);
    store_group_close(batch.group);
    close_folder(batch.folder);
    return result != 0 ? result : settled;
}

static void *run_thread(void *context)
{
    struct provisioning *provisioning = context;
    if (make_some(provisioning, provisioning->count) != 0)
        atomic_store(&provisioning->failed, true);
    return NULL;
}

static void report_progress(struct provisioning *provisioning)
{
    for (int64_t said = clock_ms();
         continues(provisioning) && atomic_load(&provisioning->next) < provisioning->count;
         usleep(POLL_US)) {
        if (clock_ms() - said < PROGRESS_MS)
            continue;
        said = clock_ms();
        trace_notice("%zu of %zu chips are made", atomic_load(&provisioning->made),
                     provisioning->count);
    }
}

static void make_all(struct provisioning *provisioning, size_t count)
{
    pthread_t threads[PROVISIONING_THREADS_MAX];
    size_t started = 0;
    while (started < count &&
           pthread_create(&threads[started], NULL, run_thread, provisioning) == 0)
        started++;
    if (started == 0)
        run_thread(provisioning);
    else
        report_progress(provisioning);
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

/* The first chip is made alone: what is wrong with it is wrong with all, and is reported once. */
static int make_rest(struct provisioning *provisioning, size_t first, size_t threads)
{
    atomic_init(&provisioning->next, first);
    atomic_init(&provisioning->made, first);
    if (make_some(provisioning, first + 1) != 0)
        return FAILURE_INTERNAL;
    atomic_init(&provisioning->next, first + 1);
    make_all(provisioning, threads);
    if (flush(provisioning, provisioning->folder) != 0)
        return FAILURE_INTERNAL;
    return atomic_load(&provisioning->made) == provisioning->count ? 0 : FAILURE_INTERNAL;
}

int provisioning_run(const char *state, struct slot *slots, size_t count, size_t threads,
                     const struct stop *stop)
{
    char making[PATH_MAX];
    struct provisioning provisioning = {
        .slots = slots, .count = count, .making = making, .stop = stop};
    size_t there = 0;
    while (there < count && slot_is_provisioned(&slots[there]))
        there++;
    if (there == count)
        return 0;
    if (snprintf(making, sizeof(making), "%s/" PROVISIONING_FOLDER, state) >= (int)sizeof(making))
        return FAILURE_INTERNAL;
    int result = make_folder(state, making);
    if (result != 0)
        return result;
    provisioning.folder = open_folder(making);
    result =
        provisioning.folder >= 0 ? make_rest(&provisioning, there, threads) : fail("open", making);
    close_folder(provisioning.folder);
    (void)rmdir(making);
    return result;
}
