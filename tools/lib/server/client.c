#include "tools/lib/server/client.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define TIMEOUT_SECONDS 10L
#define HTTP_SUCCESS 2 /* first digit */
#define PROTOCOL_SIZE 64

struct client {
    CURL *curl;
    struct curl_slist *headers;
    struct blob *answer; /* of the call that runs, or NULL */
};

/* Keeps an answer that somebody wants. */
static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct client *client = context;
    struct blob *answer = client->answer;
    const size_t len = size * count;
    if (answer == NULL || len == 0)
        return len;
    uint8_t *more =
        answer->len + len <= CLIENT_ANSWER_MAX ? realloc(answer->data, answer->len + len) : NULL;
    if (more == NULL)
        return 0;
    answer->data = more;
    memcpy(more + answer->len, data, len);
    answer->len += len;
    return len;
}

static struct curl_blob blob_of(const char *pem)
{
    return (struct curl_blob){(void *)pem, strlen(pem), CURL_BLOB_NOCOPY};
}

static bool prepare(struct client *client, const struct client_plan *plan)
{
    struct curl_blob certificate = blob_of(plan->certificates), key = blob_of(plan->key);
    char protocol[PROTOCOL_SIZE];
    snprintf(protocol, sizeof(protocol), "X-Admin-Protocol: gsma/rsp/v%s", plan->protocol);
    CURL *curl = client->curl = curl_easy_init();
    client->headers = curl_slist_append(NULL, "Content-Type: application/json;charset=UTF-8");
    client->headers = curl_slist_append(client->headers, protocol);
    if (curl == NULL || client->headers == NULL)
        return false;
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CAINFO, plan->trust) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, client) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

int client_open(const struct client_plan *plan, struct client **out)
{
    struct client *client = calloc(1, sizeof(*client));
    if (client != NULL && prepare(client, plan)) {
        *out = client;
        return 0;
    }
    client_close(client);
    return FAILURE_INTERNAL;
}

bool client_post(struct client *client, const char *who, const char *url, const char *path,
                 const char *json, struct blob *answer)
{
    long status = 0;
    char whole[CLIENT_URL_SIZE];
    snprintf(whole, sizeof(whole), "%s%s", url, path);
    client->answer = answer;
    curl_easy_setopt(client->curl, CURLOPT_URL, whole);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, json);
    const CURLcode code = curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status / 100 == HTTP_SUCCESS)
        return true;
    if (code == CURLE_OK)
        trace_notice("%s at %s answers HTTP %ld", who, url, status);
    else
        trace_notice("%s at %s: %s", who, url, curl_easy_strerror(code));
    if (answer != NULL)
        blob_finish(answer);
    return false;
}

void client_close(struct client *client)
{
    if (client == NULL)
        return;
    curl_slist_free_all(client->headers);
    curl_easy_cleanup(client->curl);
    free(client);
}
