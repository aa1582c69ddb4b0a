#include "tools/smdpp/session.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define BUCKETS 256 /* chosen by the first byte of the id, which is random */

struct session_table {
    pthread_mutex_t lock;
    struct session *buckets[BUCKETS];
    size_t count;
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

int session_table_create(struct session_table **out)
{
    struct session_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return FAILURE_INTERNAL;
    pthread_mutex_init(&table->lock, NULL);
    *out = table;
    return 0;
}

void session_table_destroy(struct session_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (table->buckets[i] != NULL) {
            struct session *session = table->buckets[i];
            table->buckets[i] = session->next;
            session_destroy(session);
        }
    }
    pthread_mutex_destroy(&table->lock);
    free(table);
}

static int64_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static struct session *unlink_at(struct session_table *table, struct session **link)
{
    struct session *session = *link;
    *link = session->next;
    session->next = NULL;
    table->count--;
    return session;
}

static void drop_expired(struct session_table *table, struct session **link, int64_t now)
{
    while (*link != NULL) {
        if ((*link)->deadline <= now)
            session_destroy(unlink_at(table, link));
        else
            link = &(*link)->next;
    }
}

/* The table is full only under attack or under a load test gone wrong: looking at all is fine. */
static void drop_oldest(struct session_table *table)
{
    struct session **oldest = NULL;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct session **link = &table->buckets[i]; *link != NULL; link = &(*link)->next)
            if (oldest == NULL || (*link)->deadline < (*oldest)->deadline)
                oldest = link;
    if (oldest != NULL)
        session_destroy(unlink_at(table, oldest));
}

void session_table_put(struct session_table *table, struct session *session, int64_t seconds)
{
    const int64_t now = seconds_now();
    session->deadline = now + seconds;
    pthread_mutex_lock(&table->lock);
    struct session **bucket = &table->buckets[session->id[0]];
    drop_expired(table, bucket, now);
    if (table->count >= SESSION_COUNT_MAX)
        drop_oldest(table);
    session->next = *bucket;
    *bucket = session;
    table->count++;
    pthread_mutex_unlock(&table->lock);
}

struct session *session_table_take(struct session_table *table, struct bytes id)
{
    if (id.len != SESSION_ID_SIZE)
        return NULL;
    struct session *found = NULL;
    pthread_mutex_lock(&table->lock);
    struct session **link = &table->buckets[id.data[0]];
    drop_expired(table, link, seconds_now());
    while (*link != NULL && !bytes_equal(session_id(*link), id))
        link = &(*link)->next;
    if (*link != NULL)
        found = unlink_at(table, link);
    pthread_mutex_unlock(&table->lock);
    return found;
}

size_t session_table_count(struct session_table *table)
{
    pthread_mutex_lock(&table->lock);
    const size_t count = table->count;
    pthread_mutex_unlock(&table->lock);
    return count;
}
