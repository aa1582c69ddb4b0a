#include "tools/lib/server/messenger.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/server/client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define QUEUE_MAX 4096
#define TRIES 3
#define RETRY_SECONDS 1
#define PATH_MAX_SIZE 128

struct message {
    struct message *next;
    const char *path; /* lives for ever */
    char *body;
};

struct messenger {
    struct messenger_plan plan;
    struct client *client;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    struct message *first, **last;
    size_t count;
    bool ending;
};

/* The next message, or NULL at the end. */
static struct message *wait_for_next(struct messenger *messenger)
{
    pthread_mutex_lock(&messenger->lock);
    while (messenger->first == NULL && !messenger->ending)
        pthread_cond_wait(&messenger->woken, &messenger->lock);
    struct message *message = messenger->first;
    if (message != NULL) {
        messenger->first = message->next;
        messenger->count--;
        if (messenger->first == NULL)
            messenger->last = &messenger->first;
    }
    pthread_mutex_unlock(&messenger->lock);
    return message;
}

static bool is_ending(struct messenger *messenger)
{
    pthread_mutex_lock(&messenger->lock);
    const bool ending = messenger->ending;
    pthread_mutex_unlock(&messenger->lock);
    return ending;
}

static bool deliver(struct messenger *messenger, const struct message *message)
{
    return client_post(messenger->client, messenger->plan.who, messenger->plan.url, message->path,
                       message->body, NULL);
}

static void *run(void *context)
{
    struct messenger *messenger = context;
    for (struct message *message; (message = wait_for_next(messenger)) != NULL;) {
        for (int tries = 0; !deliver(messenger, message); tries++) {
            if (tries + 1 == TRIES || is_ending(messenger)) {
                trace_error("a message to %s is lost: %s", messenger->plan.who, message->body);
                break;
            }
            sleep(RETRY_SECONDS);
        }
        free(message->body);
        free(message);
    }
    return NULL;
}

int messenger_start(const struct messenger_plan *plan, struct messenger **out)
{
    struct messenger *messenger = calloc(1, sizeof(*messenger));
    if (messenger == NULL)
        return FAILURE_INTERNAL;
    messenger->plan = *plan;
    messenger->last = &messenger->first;
    pthread_mutex_init(&messenger->lock, NULL);
    pthread_cond_init(&messenger->woken, NULL);
    if (strlen(plan->url) + PATH_MAX_SIZE <= CLIENT_URL_SIZE &&
        client_open(&plan->client, &messenger->client) == 0 &&
        pthread_create(&messenger->thread, NULL, run, messenger) == 0) {
        *out = messenger;
        return 0;
    }
    trace_error("cannot send messages to '%s' with the certificates in %s", plan->url,
                plan->client.trust);
    client_close(messenger->client);
    free(messenger);
    return FAILURE_INTERNAL;
}

void messenger_send(void *context, const char *path, char *body)
{
    struct messenger *messenger = context;
    struct message *message = calloc(1, sizeof(*message));
    pthread_mutex_lock(&messenger->lock);
    const bool room = message != NULL && messenger->count < QUEUE_MAX;
    if (room) {
        message->path = path;
        message->body = body;
        *messenger->last = message;
        messenger->last = &message->next;
        messenger->count++;
        pthread_cond_signal(&messenger->woken);
    }
    pthread_mutex_unlock(&messenger->lock);
    if (room)
        return;
    trace_error("a message to %s is lost, too many wait: %s", messenger->plan.who, body);
    free(message);
    free(body);
}

void messenger_stop(struct messenger *messenger)
{
    if (messenger == NULL)
        return;
    pthread_mutex_lock(&messenger->lock);
    messenger->ending = true;
    pthread_cond_signal(&messenger->woken);
    pthread_mutex_unlock(&messenger->lock);
    pthread_join(messenger->thread, NULL);
    client_close(messenger->client);
    pthread_cond_destroy(&messenger->woken);
    pthread_mutex_destroy(&messenger->lock);
    free(messenger);
}
