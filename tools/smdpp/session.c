#include "tools/smdpp/session.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define BUCKETS 4096 /* chosen by the id, which is random */

/* All wait for equally long: who came first is over first. */
struct queue {
    struct session *oldest, *newest;
};

struct session_table {
    pthread_mutex_t lock;
    struct session_limits limits;
    struct session *buckets[BUCKETS];
    struct queue strangers; /* whose chip has not shown who it is */
    struct queue known;
    size_t count, bytes;
    struct session *ended; /* to be destroyed: wiping takes time, so not under the lock */
};

int session_create(struct random *random, struct session **out)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session != NULL && random_fill(random, session->id, sizeof(session->id)) == 0 &&
        random_fill(random, session->challenge, sizeof(session->challenge)) == 0) {
        *out = session;
        return 0;
    }
    trace_error("no memory or no randomness for a session");
    free(session);
    return FAILURE_INTERNAL;
}

void session_destroy(struct session *session)
{
    if (session == NULL)
        return;
    blob_finish(&session->package);
    blob_finish(&session->metadata);
    downloads_finish_binding(&session->binding);
    rpm_orders_finish(&session->rpm);
    wipe(session, sizeof(*session));
    free(session);
}

int session_table_create(const struct session_limits *limits, struct session_table **out)
{
    struct session_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return FAILURE_INTERNAL;
    table->limits = *limits;
    pthread_mutex_init(&table->lock, NULL);
    *out = table;
    return 0;
}

static int64_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static size_t size_of(const struct session *session)
{
    return sizeof(*session) + session->package.len + session->metadata.len +
           session->binding.body.len + session->rpm.package.len;
}

static struct queue *queue_of(struct session_table *table, const struct session *session)
{
    return session->state == SESSION_INITIATED ? &table->strangers : &table->known;
}

/* Where the bucket's list points to the session of this id, or to its end. */
static struct session **find(struct session_table *table, struct bytes id)
{
    const size_t bucket = (size_t)(id.data[0] << 8 | id.data[1]) % BUCKETS;
    struct session **link = &table->buckets[bucket];
    while (*link != NULL && !bytes_equal(session_id(*link), id))
        link = &(*link)->next;
    return link;
}

static void enqueue(struct queue *queue, struct session *session)
{
    session->older = queue->newest;
    session->newer = NULL;
    *(queue->newest != NULL ? &queue->newest->newer : &queue->oldest) = session;
    queue->newest = session;
}

static void dequeue(struct queue *queue, struct session *session)
{
    *(session->older != NULL ? &session->older->newer : &queue->oldest) = session->newer;
    *(session->newer != NULL ? &session->newer->older : &queue->newest) = session->older;
}

static struct session *unlink_at(struct session_table *table, struct session **link)
{
    struct session *session = *link;
    *link = session->next;
    dequeue(queue_of(table, session), session);
    table->count--;
    table->bytes -= size_of(session);
    return session;
}

static void drop(struct session_table *table, struct session *session)
{
    struct session *ended = unlink_at(table, find(table, session_id(session)));
    ended->next = table->ended;
    table->ended = ended;
}

static void unlock(struct session_table *table)
{
    struct session *ended = table->ended, *next;
    table->ended = NULL;
    pthread_mutex_unlock(&table->lock);
    for (; ended != NULL; ended = next) {
        next = ended->next;
        session_destroy(ended);
    }
}

static void drop_expired(struct session_table *table, const struct queue *queue, int64_t now)
{
    while (queue->oldest != NULL && queue->oldest->deadline <= now)
        drop(table, queue->oldest);
}

static void drop_all_expired(struct session_table *table, int64_t now)
{
    drop_expired(table, &table->strangers, now);
    drop_expired(table, &table->known, now);
}

static void make_room(struct session_table *table, size_t bytes)
{
    const struct session_limits *limits = &table->limits;
    while (table->count > 0 &&
           (table->count >= limits->count || table->bytes + bytes > limits->bytes))
        drop(table,
             table->strangers.oldest != NULL ? table->strangers.oldest : table->known.oldest);
}

void session_table_destroy(struct session_table *table)
{
    if (table == NULL)
        return;
    pthread_mutex_lock(&table->lock);
    drop_all_expired(table, INT64_MAX);
    unlock(table);
    pthread_mutex_destroy(&table->lock);
    free(table);
}

void session_table_put(struct session_table *table, struct session *session)
{
    const size_t bytes = size_of(session);
    pthread_mutex_lock(&table->lock);
    const int64_t now = seconds_now();
    drop_all_expired(table, now);
    make_room(table, bytes);
    session->deadline = now + table->limits.seconds;
    session->next = NULL;
    *find(table, session_id(session)) = session;
    enqueue(queue_of(table, session), session);
    table->count++;
    table->bytes += bytes;
    unlock(table);
}

struct session *session_table_take(struct session_table *table, struct bytes id)
{
    if (id.len != SESSION_ID_SIZE)
        return NULL;
    pthread_mutex_lock(&table->lock);
    drop_all_expired(table, seconds_now());
    struct session **link = find(table, id);
    struct session *found = *link != NULL ? unlink_at(table, link) : NULL;
    unlock(table);
    return found;
}

size_t session_table_count(struct session_table *table)
{
    pthread_mutex_lock(&table->lock);
    const size_t count = table->count;
    pthread_mutex_unlock(&table->lock);
    return count;
}

size_t session_table_bytes(struct session_table *table)
{
    pthread_mutex_lock(&table->lock);
    const size_t bytes = table->bytes;
    pthread_mutex_unlock(&table->lock);
    return bytes;
}
