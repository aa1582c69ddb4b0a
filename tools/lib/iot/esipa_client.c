#include "tools/lib/iot/esipa_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/lib/coap/coap_client.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/iot/esipa_json.h"

#define URL_SIZE 600
#define ADDRESS_SIZE 256
#define HTTP_OK 200
#define HTTP_NO_CONTENT 204

struct esipa_client {
    struct esipa_client_plan plan;
    struct http http;         /* its curl, CA and mappings; the requests are this room's own */
    struct coap_client *coap; /* NULL: HTTPS */
    struct fault *fault;
    struct curl_slist *headers;
    char address[ADDRESS_SIZE];
};

static bool add_header(struct esipa_client *client, const char *line)
{
    struct curl_slist *longer = curl_slist_append(client->headers, line);
    if (longer != NULL)
        client->headers = longer;
    return longer != NULL;
}

static bool set_headers(struct esipa_client *client)
{
    return add_header(client, "User-Agent: " ESIPA_USER_AGENT) &&
           add_header(client, "X-Admin-Protocol: " ESIPA_PROTOCOL) &&
           add_header(client, client->plan.json ? "Content-Type: " ESIPA_JSON_TYPE
                                                : "Content-Type: " ESIPA_ASN1_TYPE) &&
           add_header(client, "Expect:");
}

static bool open_coap(struct esipa_client *client)
{
    const struct coap_client_plan plan = {.ca = client->plan.ca,
                                          .path = ESIPA_COAP_PATH,
                                          .insecure = client->plan.insecure,
                                          .timeout_s = client->plan.timeout_s};
    return coap_client_open(&plan, client->fault, &client->coap);
}

bool esipa_client_open(const struct esipa_client_plan *plan, struct fault *fault,
                       struct esipa_client **out)
{
    struct esipa_client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return fault_raise(fault, "memory", "there is none left");
    client->plan = *plan;
    client->fault = fault;
    *out = client;
    if (plan->coap)
        return open_coap(client);
    if (!http_init(&client->http, plan->ca, plan->connect_to, fault) || !set_headers(client))
        return false;
    CURL *curl = client->http.curl;
    if (plan->plain)
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    if (plan->insecure) {
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (plan->timeout_s > 0)
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)plan->timeout_s);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
    return true;
}

void esipa_client_close(struct esipa_client *client)
{
    if (client == NULL)
        return;
    coap_client_close(client->coap);
    if (!client->plan.coap)
        http_finish(&client->http);
    curl_slist_free_all(client->headers);
    free(client);
}

bool esipa_client_set_address(struct esipa_client *client, const char *address)
{
    if (strlen(address) >= sizeof(client->address) || !activation_is_address(address))
        return fault_raise(client->fault, "eIM", "'%.60s' is no host that can be asked", address);
    strcpy(client->address, address);
    return true;
}

/* libcurl's write callback; fewer bytes than given end the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct blob *answer = context;
    const size_t len = size * count;
    uint8_t *more =
        len <= HTTP_ANSWER_MAX - answer->len ? realloc(answer->data, answer->len + len + 1) : NULL;
    if (more == NULL)
        return 0;
    memcpy(more + answer->len, data, len);
    *answer = (struct blob){more, answer->len + len};
    return len;
}

static bool post(struct esipa_client *client, const char *path, struct bytes body,
                 struct blob *answer)
{
    char url[URL_SIZE];
    long status = 0;
    CURL *curl = client->http.curl;
    snprintf(url, sizeof(url), "%s://%s%s", client->plan.plain ? "http" : "https", client->address,
             path);
    trace_detail(">> POST %s (%zu bytes)", url, body.len);
    client->http.error[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)body.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return fault_raise(client->fault, "eIM", "%s: %s", client->address,
                           client->http.error[0] != '\0' ? client->http.error
                                                         : curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    trace_detail("<< HTTP %ld (%zu bytes)", status, answer->len);
    return status == HTTP_OK || status == HTTP_NO_CONTENT ||
           fault_raise(client->fault, "eIM", "%s answers with HTTP %ld", client->address, status);
}

static bool wrong_answer(struct esipa_client *client, const struct esipa_message *message,
                         const char *name)
{
    return fault_raise(client->fault, message->name, "the eIM's answer is malformed%s%s",
                       name != NULL ? ": " : "", name != NULL ? name : "");
}

static bool read_json(struct esipa_client *client, const struct esipa_message *message,
                      const struct blob *said, struct blob *answer)
{
    const char *name = NULL;
    if (said->len == 0 || message->answer_count == 0)
        return true;
    json_t *object = json_loadb((const char *)said->data, said->len, 0, NULL);
    const bool read = object != NULL && esipa_json_read_answer(message, object, answer, &name);
    json_decref(object);
    return read || wrong_answer(client, message, name);
}

static bool call_json(struct esipa_client *client, const struct esipa_message *message,
                      struct bytes request, struct blob *answer)
{
    char path[sizeof(ESIPA_JSON_PATH) + 32];
    struct blob said = {0};
    json_t *object = esipa_json_write_request(message, request);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    snprintf(path, sizeof(path), ESIPA_JSON_PATH "%s", message->name);
    bool good = text != NULL && post(client, path, bytes_of_text(text), &said);
    if (good)
        good = read_json(client, message, &said, answer);
    blob_finish(&said);
    free(text);
    json_decref(object);
    return good;
}

bool esipa_client_call(struct esipa_client *client, struct bytes message, struct blob *answer)
{
    const enum esipa_function function = esipa_function_of(message);
    *answer = (struct blob){0};
    if (function == ESIPA_FUNCTIONS)
        return fault_raise(client->fault, "ESipa", "no such message");
    const bool good =
        client->plan.coap   ? coap_client_post(client->coap, client->address, message, answer)
        : client->plan.json ? call_json(client, &esipa_messages[function], message, answer)
                            : post(client, ESIPA_ASN1_PATH, message, answer);
    if (!good)
        blob_finish(answer);
    return good;
}
