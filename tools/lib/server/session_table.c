#include "tools/lib/server/session_table.h"

#include "apdu/status.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define BUCKETS 4096 /* chosen by the id, which is random */

/* All wait for equally long: who came first is over first. */
struct queue {
    struct session_entry *oldest, *newest;
};

struct session_table {
    pthread_mutex_t lock;
    struct session_limits limits;
    session_table_end *end;
    struct session_entry *buckets[BUCKETS];
    struct queue strangers; /* who have not shown who they are */
    struct queue known;
    size_t count, bytes;
    struct session_entry *ended; /* to be destroyed: wiping takes time, so not under the lock */
};

int session_table_name(struct random *random, struct session_entry *entry)
{
    return random_fill(random, entry->id, sizeof(entry->id));
}

static struct bytes id_of(const struct session_entry *entry)
{
    return bytes_of(entry->id, sizeof(entry->id));
}

int session_table_create(const struct session_limits *limits, session_table_end *end,
                         struct session_table **out)
{
    struct session_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return FAILURE_INTERNAL;
    table->limits = *limits;
    table->end = end;
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

static struct queue *queue_of(struct session_table *table, const struct session_entry *entry)
{
    return entry->known ? &table->known : &table->strangers;
}

/* Where the bucket's list points to the session of this id, or to its end. */
static struct session_entry **find(struct session_table *table, struct bytes id)
{
    const size_t bucket = (size_t)(id.data[0] << 8 | id.data[1]) % BUCKETS;
    struct session_entry **link = &table->buckets[bucket];
    while (*link != NULL && !bytes_equal(id_of(*link), id))
        link = &(*link)->next;
    return link;
}

static void enqueue(struct queue *queue, struct session_entry *entry)
{
    entry->older = queue->newest;
    entry->newer = NULL;
    *(queue->newest != NULL ? &queue->newest->newer : &queue->oldest) = entry;
    queue->newest = entry;
}

static void dequeue(struct queue *queue, struct session_entry *entry)
{
    *(entry->older != NULL ? &entry->older->newer : &queue->oldest) = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &queue->newest) = entry->older;
}

static struct session_entry *unlink_at(struct session_table *table, struct session_entry **link)
{
    struct session_entry *entry = *link;
    *link = entry->next;
    dequeue(queue_of(table, entry), entry);
    table->count--;
    table->bytes -= entry->bytes;
    return entry;
}

static void drop(struct session_table *table, struct session_entry *entry)
{
    struct session_entry *ended = unlink_at(table, find(table, id_of(entry)));
    ended->next = table->ended;
    table->ended = ended;
}

static void unlock(struct session_table *table)
{
    struct session_entry *ended = table->ended, *next;
    table->ended = NULL;
    pthread_mutex_unlock(&table->lock);
    for (; ended != NULL; ended = next) {
        next = ended->next;
        table->end(ended);
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

void session_table_put(struct session_table *table, struct session_entry *entry)
{
    const size_t bytes = entry->bytes;
    pthread_mutex_lock(&table->lock);
    const int64_t now = seconds_now();
    drop_all_expired(table, now);
    struct session_entry *other = *find(table, id_of(entry));
    if (other != NULL)
        drop(table, other);
    make_room(table, bytes);
    entry->deadline = now + table->limits.seconds;
    entry->next = NULL;
    *find(table, id_of(entry)) = entry;
    enqueue(queue_of(table, entry), entry);
    table->count++;
    table->bytes += bytes;
    unlock(table);
}

struct session_entry *session_table_take(struct session_table *table, struct bytes id)
{
    if (id.len != SESSION_TABLE_ID_SIZE)
        return NULL;
    pthread_mutex_lock(&table->lock);
    drop_all_expired(table, seconds_now());
    struct session_entry **link = find(table, id);
    struct session_entry *found = *link != NULL ? unlink_at(table, link) : NULL;
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
