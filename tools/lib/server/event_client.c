#include "tools/lib/server/event_client.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/server/messenger.h"

#include <pthread.h>
#include <stdlib.h>

#define WHO "SM-DS"

struct event_client {
    const char *url;
    pthread_mutex_t lock; /* the client is for one at a time */
    struct client *client;
    struct messenger *messenger;
};

int event_client_open(const char *url, const struct client_plan *plan, struct event_client **out)
{
    struct event_client *client = calloc(1, sizeof(*client));
    const struct messenger_plan messages = {.who = WHO, .url = url, .client = *plan};
    if (client == NULL)
        return FAILURE_INTERNAL;
    client->url = url;
    pthread_mutex_init(&client->lock, NULL);
    if (client_open(plan, &client->client) == 0 &&
        messenger_start(&messages, &client->messenger) == 0) {
        *out = client;
        return 0;
    }
    trace_error("cannot speak to the SM-DS at '%s' with the certificates in %s", url, plan->trust);
    event_client_close(client);
    return FAILURE_INTERNAL;
}

static bool ask(void *context, const char *path, const char *body, struct blob *answer)
{
    struct event_client *client = context;
    pthread_mutex_lock(&client->lock);
    const bool good = client_post(client->client, WHO, client->url, path, body, answer);
    pthread_mutex_unlock(&client->lock);
    return good;
}

static void send_message(void *context, const char *path, char *body)
{
    struct event_client *client = context;
    messenger_send(client->messenger, path, body);
}

struct event_link event_client_link(struct event_client *client, const char *address)
{
    return (struct event_link){
        .address = address, .ask = ask, .send = send_message, .context = client};
}

void event_client_close(struct event_client *client)
{
    if (client == NULL)
        return;
    messenger_stop(client->messenger);
    client_close(client->client);
    pthread_mutex_destroy(&client->lock);
    free(client);
}
