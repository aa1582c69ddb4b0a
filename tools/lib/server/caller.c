#include "tools/lib/server/caller.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdlib.h>

struct caller {
    const char *who, *url;
    pthread_mutex_t lock; /* the client is for one at a time */
    struct client *client;
};

int caller_open(const char *who, const char *url, const struct client_plan *plan,
                struct caller **out)
{
    struct caller *caller = calloc(1, sizeof(*caller));
    if (caller == NULL)
        return FAILURE_INTERNAL;
    caller->who = who;
    caller->url = url;
    pthread_mutex_init(&caller->lock, NULL);
    if (client_open(plan, &caller->client) == 0) {
        *out = caller;
        return 0;
    }
    trace_error("cannot speak to the %s at '%s' with the certificates in %s", who, url,
                plan->trust);
    caller_close(caller);
    return FAILURE_INTERNAL;
}

bool caller_ask(void *context, const char *path, const char *body, struct blob *answer)
{
    struct caller *caller = context;
    pthread_mutex_lock(&caller->lock);
    const bool good = client_post(caller->client, caller->who, caller->url, path, body, answer);
    pthread_mutex_unlock(&caller->lock);
    return good;
}

void caller_close(struct caller *caller)
{
    if (caller == NULL)
        return;
    client_close(caller->client);
    pthread_mutex_destroy(&caller->lock);
    free(caller);
}
