#include "tools/lib/server/connections.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct connection {
    struct connection *older, *newer;
    int socket;
    time_t deadline; /* of the monotonic clock */
    bool ended;
};

/* Those whose time began first are first. */
struct connections {
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    pthread_t thread;
    unsigned seconds;
    struct connection *oldest, *newest;
    bool stopping;
};

static time_t seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void enqueue(struct connections *list, struct connection *connection)
{
    connection->deadline = seconds_now() + list->seconds;
    connection->older = list->newest;
    connection->newer = NULL;
    *(list->newest != NULL ? &list->newest->newer : &list->oldest) = connection;
    list->newest = connection;
}

static void dequeue(struct connections *list, struct connection *connection)
{
    *(connection->older != NULL ? &connection->older->newer : &list->oldest) = connection->newer;
    *(connection->newer != NULL ? &connection->newer->older : &list->newest) = connection->older;
}

/* libmicrohttpd sees the end and closes the socket itself. */
static void end_late(struct connections *list)
{
    const time_t now = seconds_now();
    for (struct connection *one = list->oldest; one != NULL && one->deadline < now;
         one = one->newer) {
        if (!one->ended)
            shutdown(one->socket, SHUT_RDWR);
        one->ended = true;
    }
}

static void *watch(void *context)
{
    struct connections *list = context;
    pthread_mutex_lock(&list->lock);
    while (!list->stopping) {
        const struct timespec next = {.tv_sec = seconds_now() + 1};
        pthread_cond_timedwait(&list->stopped, &list->lock, &next);
        end_late(list);
    }
    pthread_mutex_unlock(&list->lock);
    return NULL;
}

int connections_create(unsigned seconds, struct connections **out)
{
    struct connections *list = calloc(1, sizeof(*list));
    pthread_condattr_t attributes;
    if (list == NULL)
        return FAILURE_INTERNAL;
    list->seconds = seconds;
    pthread_mutex_init(&list->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&list->stopped, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&list->thread, NULL, watch, list) == 0) {
        *out = list;
        return 0;
    }
    trace_error("no thread can be started");
    free(list);
    return FAILURE_INTERNAL;
}

void connections_destroy(struct connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    connections->stopping = true;
    pthread_cond_signal(&connections->stopped);
    pthread_mutex_unlock(&connections->lock);
    pthread_join(connections->thread, NULL);
    pthread_cond_destroy(&connections->stopped);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

struct connection *connections_add(struct connections *connections, int socket)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return NULL;
    connection->socket = socket;
    pthread_mutex_lock(&connections->lock);
    enqueue(connections, connection);
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    dequeue(connections, connection);
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

void connections_restart(struct connections *connections, struct connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connections->lock);
    dequeue(connections, connection);
    enqueue(connections, connection);
    pthread_mutex_unlock(&connections->lock);
}
