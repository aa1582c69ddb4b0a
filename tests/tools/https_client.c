#include "tests/tools/https_client.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define BODY_ROOM (1u << 20)
#define PATH_SIZE 256

struct body {
    char *text;
    size_t len;
};

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct body *body = context;
    const size_t len = size * count;
    if (body->len + len >= BODY_ROOM)
        return 0;
    memcpy(body->text + body->len, data, len);
    body->len += len;
    body->text[body->len] = '\0';
    return len;
}

void https_client_open(struct https_client *client, const char *pki, const char *port)
{
    *client = (struct https_client){.curl = curl_easy_init(), .port = port};
    snprintf(client->ca, sizeof(client->ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem", pki);
    client->connect_to = curl_slist_append(NULL, "::127.0.0.1:");
    client->headers = curl_slist_append(NULL, "Content-Type: application/json");
    client->headers = curl_slist_append(client->headers, "X-Admin-Protocol: gsma/rsp/v2.2.2");
    curl_easy_setopt(client->curl, CURLOPT_CAINFO, client->ca);
    curl_easy_setopt(client->curl, CURLOPT_CONNECT_TO, client->connect_to);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(client->curl, CURLOPT_USERAGENT, "gsma-rsp-lpad");
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
}

void https_client_close(struct https_client *client)
{
    curl_slist_free_all(client->headers);
    curl_slist_free_all(client->connect_to);
    curl_easy_cleanup(client->curl);
}

char *https_client_post(struct https_client *client, const char *path, const char *text, size_t len)
{
    char url[PATH_SIZE];
    struct body body = {calloc(1, BODY_ROOM), 0};
    snprintf(url, sizeof(url), "https://%s:%s%s", WORLD_ADDRESS, client->port, path);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)len);
    curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &body);
    const CURLcode code = curl_easy_perform(client->curl);
    cr_assert_eq(code, CURLE_OK, "%s: %s", path, curl_easy_strerror(code));
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &client->status);
    curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &client->type);
    return body.text;
}

json_t *https_client_call(struct https_client *client, const char *interface, const char *function,
                          json_t *request)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "/gsma/rsp2/%s/%s", interface, function);
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    char *answer = https_client_post(client, path, text, strlen(text));
    json_t *response = json_loads(answer, 0, NULL);
    if (client->status == 200)
        cr_assert_str_eq(client->type, "application/json;charset=UTF-8");
    free(text);
    free(answer);
    return response;
}

/* An answer of ES9+ that is no refusal. */
static json_t *ask(struct https_client *client, const char *function, json_t *request)
{
    json_t *response = https_client_call(client, "es9plus", function, request);
    cr_assert_codes(response, "");
    return response;
}

void https_client_download(struct https_client *client, struct mini_card *card,
                           const char *matching_id)
{
    struct mini_card_installed installed;
    card->matching_id = matching_id;
    json_t *response =
        ask(client, "initiateAuthentication", mini_card_initiate(card, WORLD_ADDRESS));
    mini_card_take_initiation(card, response);
    json_decref(response);
    response = ask(client, "authenticateClient", mini_card_authenticate(card));
    mini_card_take_metadata(card, response);
    json_decref(response);
    response = ask(client, "getBoundProfilePackage", mini_card_prepare(card));
    mini_card_load(card, response, &installed);
    json_decref(response);
    cr_assert_gt(installed.package.len, 0);
    cr_assert_null(
        https_client_call(client, "es9plus", "handleNotification", mini_card_result(card, true)));
    cr_assert_eq(client->status, 204);
    mini_card_forget(&installed);
}
