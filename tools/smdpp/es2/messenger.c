#include "tools/smdpp/es2/messenger.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/smdpp/es2/progress.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define QUEUE_MAX 4096
#define TRIES 3
#define RETRY_SECONDS 1
#define TIMEOUT_SECONDS 10L
#define URL_SIZE 1024
#define HTTP_SUCCESS 2 /* first digit */

struct message {
    struct message *next;
    const char *path; /* lives for ever */
    char *body;
};

struct messenger {
    struct messenger_plan plan;
    CURL *curl;
    struct curl_slist *headers;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    struct message *first, **last;
    size_t count;
    bool ending;
};

/* What the operator answers is of no interest. */
static size_t ignore(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

static struct curl_blob blob_of(const char *pem)
{
    return (struct curl_blob){(void *)pem, strlen(pem), CURL_BLOB_NOCOPY};
}

static bool prepare(struct messenger *messenger)
{
    struct curl_blob certificate = blob_of(messenger->plan.certificates);
    struct curl_blob key = blob_of(messenger->plan.key);
    CURL *curl = messenger->curl = curl_easy_init();
    messenger->headers = curl_slist_append(NULL, "Content-Type: application/json;charset=UTF-8");
    messenger->headers = curl_slist_append(messenger->headers, "X-Admin-Protocol: gsma/rsp/v2.2.2");
    if (curl == NULL || messenger->headers == NULL)
        return false;
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAINFO, messenger->plan.trust) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, messenger->headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

static bool deliver(struct messenger *messenger, const struct message *message)
{
    long status = 0;
    char url[URL_SIZE];
    snprintf(url, sizeof(url), "%s%s", messenger->plan.url, message->path);
    curl_easy_setopt(messenger->curl, CURLOPT_URL, url);
    curl_easy_setopt(messenger->curl, CURLOPT_POSTFIELDS, message->body);
    const CURLcode code = curl_easy_perform(messenger->curl);
    curl_easy_getinfo(messenger->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status / 100 == HTTP_SUCCESS)
        return true;
    if (code == CURLE_OK)
        trace_notice("operator at %s answers HTTP %ld", messenger->plan.url, status);
    else
        trace_notice("operator at %s: %s", messenger->plan.url, curl_easy_strerror(code));
    return false;
}

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

static void *run(void *context)
{
    struct messenger *messenger = context;
    for (struct message *message; (message = wait_for_next(messenger)) != NULL;) {
        for (int tries = 0; !deliver(messenger, message); tries++) {
            if (tries + 1 == TRIES || is_ending(messenger)) {
                trace_error("progress is lost: %s", message->body);
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
    if (strlen(plan->url) + sizeof(PROGRESS_PATH) <= URL_SIZE && prepare(messenger) &&
        pthread_create(&messenger->thread, NULL, run, messenger) == 0) {
        *out = messenger;
        return 0;
    }
    trace_error("cannot send progress to '%s' with the certificates in %s", plan->url, plan->trust);
    curl_slist_free_all(messenger->headers);
    curl_easy_cleanup(messenger->curl);
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
    trace_error("progress is lost, too much of it waits: %s", body);
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
    curl_slist_free_all(messenger->headers);
    curl_easy_cleanup(messenger->curl);
    pthread_cond_destroy(&messenger->woken);
    pthread_mutex_destroy(&messenger->lock);
    free(messenger);
}
