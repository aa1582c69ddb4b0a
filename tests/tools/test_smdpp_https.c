/* The program itself over TLS: a whole download by libcurl, two at once, and what HTTP refuses. */
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/smdpp_world.h"

#define BODY_ROOM (1u << 20)

static struct world world;
static pid_t server;
static char port[8];

/* Starts the program; its first line says where it listens. */
static void start(void)
{
    int log[2];
    world_make(&world);
    cr_assert_eq(pipe(log), 0);
    server = fork();
    cr_assert_geq(server, 0);
    if (server == 0) {
        dup2(log[1], STDERR_FILENO);
        execl(getenv("EMUICC_SMDPP"), "emuicc-smdpp", "--pki", world.pki, "--profiles",
              world.profiles, "--listen", "127.0.0.1:0", (char *)NULL);
        _exit(127);
    }
    close(log[1]);
    FILE *lines = fdopen(log[0], "r");
    char line[512] = "";
    cr_assert_not_null(fgets(line, sizeof(line), lines));
    cr_assert_eq(
        sscanf(line, "emuicc-smdpp: listening on 127.0.0.1:%7[0-9] as " WORLD_ADDRESS, port), 1,
        "%s", line);
    fclose(lines); /* a log that nobody reads must not end the server */
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void end(void)
{
    int status;
    kill(server, SIGTERM);
    if (waitpid(server, &status, 0) != server || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        abort(); /* assertions are not looked at here */
    world_end(&world);
    curl_global_cleanup();
}

TestSuite(https, .init = start, .fini = end, .timeout = 60);

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

struct client {
    CURL *curl;
    struct curl_slist *headers, *resolve;
    char ca[WORLD_PATH_SIZE + 64];
    long status;
    char *type;
};

static void open_client(struct client *client)
{
    char resolve[128];
    *client = (struct client){.curl = curl_easy_init()};
    snprintf(client->ca, sizeof(client->ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem",
             world.pki);
    snprintf(resolve, sizeof(resolve), "%s:%s:127.0.0.1", WORLD_ADDRESS, port);
    client->resolve = curl_slist_append(NULL, resolve);
    client->headers = curl_slist_append(NULL, "Content-Type: application/json");
    client->headers = curl_slist_append(client->headers, "X-Admin-Protocol: gsma/rsp/v2.2.2");
    curl_easy_setopt(client->curl, CURLOPT_CAINFO, client->ca);
    curl_easy_setopt(client->curl, CURLOPT_RESOLVE, client->resolve);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(client->curl, CURLOPT_USERAGENT, "gsma-rsp-lpad");
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
}

static void close_client(struct client *client)
{
    curl_slist_free_all(client->headers);
    curl_slist_free_all(client->resolve);
    curl_easy_cleanup(client->curl);
}

/* The answer's text, on the heap; "" without a body. */
static char *post(struct client *client, const char *path, const char *text, size_t len)
{
    char url[256];
    struct body body = {calloc(1, BODY_ROOM), 0};
    snprintf(url, sizeof(url), "https://%s:%s%s", WORLD_ADDRESS, port, path);
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

static json_t *call(struct client *client, const char *function, json_t *request)
{
    char path[128];
    snprintf(path, sizeof(path), "/gsma/rsp2/es9plus/%s", function);
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    char *answer = post(client, path, text, strlen(text));
    json_t *response = json_loads(answer, 0, NULL);
    if (client->status == 200)
        cr_assert_str_eq(client->type, "application/json;charset=UTF-8");
    free(text);
    free(answer);
    return response;
}

static void download(struct client *client, struct mini_card *card, const char *matching_id)
{
    struct mini_card_installed installed;
    card->matching_id = matching_id;
    json_t *response =
        call(client, "initiateAuthentication", mini_card_initiate(card, WORLD_ADDRESS));
    cr_assert_codes(response, "");
    mini_card_take_initiation(card, response);
    json_decref(response);
    response = call(client, "authenticateClient", mini_card_authenticate(card));
    cr_assert_codes(response, "");
    mini_card_take_metadata(card, response);
    json_decref(response);
    response = call(client, "getBoundProfilePackage", mini_card_prepare(card));
    cr_assert_codes(response, "");
    mini_card_load(card, response, &installed);
    json_decref(response);
    cr_assert_gt(installed.package.len, 0);
    cr_assert_null(call(client, "handleNotification", mini_card_result(card, true)));
    cr_assert_eq(client->status, 204);
    mini_card_forget(&installed);
}

Test(https, a_whole_download)
{
    struct client client;
    struct mini_card card;
    open_client(&client);
    mini_card_insert(&card, world.pki, EC_P256);
    download(&client, &card, WORLD_LARGE);
    mini_card_remove(&card);
    close_client(&client);
}

#define AT_ONCE 8

static void *download_some(void *context)
{
    struct client client;
    struct mini_card card;
    (void)context;
    open_client(&client);
    mini_card_insert(&card, world.pki, EC_P256);
    for (int i = 0; i < 3; i++)
        download(&client, &card, i == 1 ? WORLD_LARGE : WORLD_SMALL);
    mini_card_remove(&card);
    close_client(&client);
    return NULL;
}

Test(https, many_at_once)
{
    pthread_t threads[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, download_some, NULL), 0);
    for (int i = 0; i < AT_ONCE; i++)
        pthread_join(threads[i], NULL);
}

Test(https, what_http_refuses)
{
    struct client client;
    const char *path = "/gsma/rsp2/es9plus/initiateAuthentication";
    char *large = malloc(300u << 10);
    memset(large, ' ', 300u << 10);
    open_client(&client);
    free(post(&client, "/gsma/rsp2/es9plus/none", "{}", 2));
    cr_assert_eq(client.status, 404);
    free(post(&client, path, large, 300u << 10));
    cr_assert_eq(client.status, 413);
    char *text = post(&client, path, large, 256u << 10);
    cr_assert_eq(client.status, 200, "exactly the bound is read");
    cr_assert_not_null(strstr(text, "\"1.3.1\""));
    free(text);
    curl_easy_setopt(client.curl, CURLOPT_CUSTOMREQUEST, "PUT");
    free(post(&client, path, "{}", 2));
    cr_assert_eq(client.status, 405);
    curl_easy_setopt(client.curl, CURLOPT_CUSTOMREQUEST, NULL);

    struct curl_slist *headers = curl_slist_append(NULL, "X-Admin-Protocol: http/1.0");
    curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
    text = post(&client, path, "{}", 2);
    cr_assert_not_null(strstr(text, "\"1.3.2\""), "%s", text);
    free(text);
    curl_slist_free_all(headers);
    headers = curl_slist_append(NULL, "Content-Type: text/plain");
    curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
    text = post(&client, path, "{}", 2);
    cr_assert_not_null(strstr(text, "Content-Type"), "%s", text);
    free(text);
    curl_slist_free_all(headers);
    free(large);
    close_client(&client);
}

Test(https, another_ci_does_not_vouch_for_it)
{
    struct client client;
    struct world other;
    world_make(&other);
    open_client(&client);
    snprintf(client.ca, sizeof(client.ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem",
             other.pki);
    curl_easy_setopt(client.curl, CURLOPT_CAINFO, client.ca);
    char url[128];
    snprintf(url, sizeof(url), "https://%s:%s/", WORLD_ADDRESS, port);
    curl_easy_setopt(client.curl, CURLOPT_URL, url);
    cr_assert_eq(curl_easy_perform(client.curl), CURLE_PEER_FAILED_VERIFICATION);
    close_client(&client);
    world_end(&other);
}

/* One line that says what and where, exit 1. */
static void expect_refusal(const char *const *arguments, const char *words)
{
    int log[2], status;
    char line[512] = "", *more;
    cr_assert_eq(pipe(log), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(log[1], STDERR_FILENO);
        execv(getenv("EMUICC_SMDPP"), (char *const *)arguments);
        _exit(127);
    }
    close(log[1]);
    FILE *lines = fdopen(log[0], "r");
    cr_assert_not_null(fgets(line, sizeof(line), lines));
    cr_assert_not_null(strstr(line, words), "%s", line);
    char rest[8];
    more = fgets(rest, sizeof(rest), lines);
    cr_assert_null(more);
    fclose(lines);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

Test(https, wrong_options_and_places_are_said_in_one_line)
{
    char taken[32];
    snprintf(taken, sizeof(taken), "127.0.0.1:%s", port);
    const char *const rows[][9] = {
        {"emuicc-smdpp", NULL},
        {"emuicc-smdpp", "--nonsense", NULL},
        {"emuicc-smdpp", "word", NULL},
        {"emuicc-smdpp", "--pki", "/nonexistent", "--profiles", world.profiles, NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", "/nonexistent", NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--listen", taken, NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--listen", "here",
         NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--orders",
         "/nonexistent/orders.db", NULL},
    };
    const char *words[] = {"--pki and --profiles are needed",
                           "--nonsense",
                           "'word'",
                           "/nonexistent",
                           "/nonexistent",
                           "Address already in use",
                           "here",
                           "/nonexistent/orders.db"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        expect_refusal(rows[i], words[i]);
}
