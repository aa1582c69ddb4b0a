#include "tools/eim/notifier.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/es9/es9.h"

#define RETRY_SECONDS 30
#define TRIES_MAX 10 /* then it is given up: the server does not want it */
#define ADDRESS_SIZE 256

struct notifier {
    struct notifier_plan plan;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop, woken;
};

struct waiting {
    int64_t id;
    unsigned tries;
    char address[ADDRESS_SIZE];
    struct blob pending;
};

int notifier_keep(struct database *database, const char *address, struct bytes pending, int64_t now)
{
    const int rows = database_change(
        database, "INSERT OR IGNORE INTO notifications (time, address, pending) VALUES (?, ?, ?)",
        DATABASE_VALUES(DATABASE_N(now), DATABASE_T(address), DATABASE_B(pending)));
    return rows < 0 ? rows : 0;
}

static void take_waiting(void *context, sqlite3_stmt *row)
{
    struct waiting *waiting = context;
    waiting->id = sqlite3_column_int64(row, 0);
    waiting->tries = (unsigned)sqlite3_column_int(row, 1);
    database_text(row, 2, waiting->address, sizeof(waiting->address));
    (void)blob_copy(database_bytes(row, 3), &waiting->pending);
}

/* The next one after this id; false if there is none. */
static bool find_next(struct notifier *notifier, int64_t after, struct waiting *out)
{
    *out = (struct waiting){0};
    return database_query(notifier->plan.database,
                          "SELECT id, tries, address, pending FROM notifications"
                          " WHERE id > ? ORDER BY id LIMIT 1",
                          DATABASE_VALUES(DATABASE_N(after)), take_waiting, out) == 1;
}

static bool deliver(struct notifier *notifier, const struct waiting *waiting)
{
    struct fault fault = {0};
    struct http http;
    struct es9_answer answer = {0};
    const struct es9_argument argument = {ES9_PENDING_NOTIFICATION, blob_bytes(&waiting->pending)};
    bool done = http_init(&http, notifier->plan.ca, notifier->plan.connect_to, &fault);
    http.requester = notifier->plan.id;
    done =
        done && es9_call(&http, ES9_HANDLE_NOTIFICATION, waiting->address, &argument, 1, &answer);
    es9_answer_finish(&answer);
    http_finish(&http);
    if (!done)
        trace_notice("notification for %s: %s", waiting->address, fault.text);
    return done;
}

static void settle(struct notifier *notifier, const struct waiting *waiting, bool delivered)
{
    struct database *database = notifier->plan.database;
    if (delivered || waiting->tries + 1 >= TRIES_MAX)
        (void)database_change(database, "DELETE FROM notifications WHERE id = ?",
                              DATABASE_VALUES(DATABASE_N(waiting->id)));
    else
        (void)database_change(database, "UPDATE notifications SET tries = tries + 1 WHERE id = ?",
                              DATABASE_VALUES(DATABASE_N(waiting->id)));
    if (!delivered && waiting->tries + 1 >= TRIES_MAX)
        trace_error("notification for %s: given up after %d tries", waiting->address, TRIES_MAX);
}

static bool is_stopped(struct notifier *notifier)
{
    pthread_mutex_lock(&notifier->lock);
    const bool stop = notifier->stop;
    pthread_mutex_unlock(&notifier->lock);
    return stop;
}

static void deliver_all(struct notifier *notifier)
{
    struct waiting waiting = {0};
    while (!is_stopped(notifier) && find_next(notifier, waiting.id, &waiting)) {
        settle(notifier, &waiting, deliver(notifier, &waiting));
        blob_finish(&waiting.pending);
    }
}

/* Until something has come, or it is time to try again. False at the end. */
static bool wait_for_more(struct notifier *notifier)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += RETRY_SECONDS;
    pthread_mutex_lock(&notifier->lock);
    int waited = 0;
    while (!notifier->stop && !notifier->woken && waited == 0)
        waited = pthread_cond_timedwait(&notifier->changed, &notifier->lock, &until);
    notifier->woken = false;
    const bool goes_on = !notifier->stop;
    pthread_mutex_unlock(&notifier->lock);
    return goes_on;
}

static void *run(void *context)
{
    do
        deliver_all(context);
    while (wait_for_more(context));
    return NULL;
}

int notifier_start(const struct notifier_plan *plan, struct notifier **out)
{
    struct notifier *notifier = calloc(1, sizeof(*notifier));
    if (notifier == NULL)
        return FAILURE_INTERNAL;
    notifier->plan = *plan;
    pthread_mutex_init(&notifier->lock, NULL);
    pthread_cond_init(&notifier->changed, NULL);
    if (pthread_create(&notifier->thread, NULL, run, notifier) != 0) {
        free(notifier);
        return FAILURE_INTERNAL;
    }
    *out = notifier;
    return 0;
}

static void signal_thread(struct notifier *notifier, bool stop)
{
    pthread_mutex_lock(&notifier->lock);
    notifier->woken = true;
    notifier->stop |= stop;
    pthread_cond_signal(&notifier->changed);
    pthread_mutex_unlock(&notifier->lock);
}

void notifier_wake(struct notifier *notifier)
{
    if (notifier != NULL)
        signal_thread(notifier, false);
}

void notifier_stop(struct notifier *notifier)
{
    if (notifier == NULL)
        return;
    signal_thread(notifier, true);
    pthread_join(notifier->thread, NULL);
    pthread_mutex_destroy(&notifier->lock);
    pthread_cond_destroy(&notifier->changed);
    free(notifier);
}
