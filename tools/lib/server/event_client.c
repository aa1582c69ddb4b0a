#include "tools/lib/server/event_client.h"

#include "apdu/status.h"
#include "tools/lib/server/caller.h"
#include "tools/lib/server/messenger.h"

#include <stdio.h>
#include <stdlib.h>

#define WHO "SM-DS"
#define URL_SIZE 300

struct event_client {
    const char *address;
    char url[URL_SIZE];
    struct caller *caller;
    struct messenger *messenger;
};

int event_client_open(const char *address, const char *url, const struct client_plan *plan,
                      struct event_client **out)
{
    struct event_client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return FAILURE_INTERNAL;
    client->address = address;
    snprintf(client->url, sizeof(client->url), "%s%s", url != NULL ? "" : "https://",
             url != NULL ? url : address);
    const struct messenger_plan messages = {.who = WHO, .url = client->url, .client = *plan};
    if (caller_open(WHO, client->url, plan, &client->caller) == 0 &&
        messenger_start(&messages, &client->messenger) == 0) {
        *out = client;
        return 0;
    }
    event_client_close(client);
    return FAILURE_INTERNAL;
}

static bool ask(void *context, const char *path, const char *body, struct blob *answer)
{
    return caller_ask(((struct event_client *)context)->caller, path, body, answer);
}

static void send_message(void *context, const char *path, char *body)
{
    struct event_client *client = context;
    messenger_send(client->messenger, path, body);
}

struct event_link event_client_link(struct event_client *client)
{
    return (struct event_link){
        .address = client->address, .ask = ask, .send = send_message, .context = client};
}

void event_client_close(struct event_client *client)
{
    if (client == NULL)
        return;
    messenger_stop(client->messenger);
    caller_close(client->caller);
    free(client);
}
