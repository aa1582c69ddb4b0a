/* The program itself over TLS: a whole download by libcurl, many at once, an operator who orders
 * and hears of it, and what HTTP refuses. */
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/smdpp_world.h"
#include "tools/smdpp/server.h"

#define BODY_ROOM (1u << 20)
#define PROTOCOL_SIZE 32

static struct world world;
static pid_t server;
static char port[8], es2_port[8];

/* The operator: credentials of another PKI, and a server that hears of progress. */
static char operator_pki[WORLD_PATH_SIZE + 16], operator_ca[WORLD_PATH_SIZE + 80];
static struct smdpp *operator;
static struct server *operator_server;
static char operator_url[64];
static pthread_mutex_t heard_lock = PTHREAD_MUTEX_INITIALIZER;
static int heard[8];
static size_t heard_count;

static int hear(struct smdpp *smdpp, struct call *call)
{
    (void)smdpp;
    int point = 0;
    cr_assert_eq(json_unpack((json_t *)call->request, "{s:i}", "notificationPointId", &point), 0);
    pthread_mutex_lock(&heard_lock);
    if (heard_count < sizeof(heard) / sizeof(heard[0]))
        heard[heard_count++] = point;
    pthread_mutex_unlock(&heard_lock);
    return 0;
}

static const struct function_row operator_row = {PROGRESS_PATH, "HandleDownloadProgressInfo", hear,
                                                 true, "SGP.22 §5.3.5"};
static const struct function_table operator_functions = {&operator_row, 1};

/* Its server believes the SM-DP+'s certificate and no other. */
static void start_operator(void)
{
    static char trust[8192];
    struct random random;
    snprintf(operator_pki, sizeof(operator_pki), "%s/operator", world.folder);
    snprintf(operator_ca, sizeof(operator_ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem",
             operator_pki);
    const struct pki_plan plan = {
        .directory = operator_pki, .first_eid = WORLD_EID, .server_name = "localhost"};
    random_init(&random);
    cr_assert_eq(pki_make(&random, &plan), 0);
    struct smdpp_plan smdpp_plan = {.pki = operator_pki, .profiles = world.profiles};
    cr_assert_null(version_plan_read(NULL, NULL, NULL, &smdpp_plan.version));
    cr_assert_eq(smdpp_create(&smdpp_plan, &operator), 0);
    char path[WORLD_PATH_SIZE + 80];
    snprintf(path, sizeof(path), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem", world.pki);
    struct blob pem;
    cr_assert_eq(blob_read_file(path, sizeof(trust) - 1, &pem), 0);
    memcpy(trust, pem.data, pem.len);
    blob_finish(&pem);
    const struct server_plan server_plan = {
        .listen = "localhost:0", .functions = &operator_functions, .trust = trust};
    cr_assert_eq(server_start(operator, & server_plan, &operator_server), 0);
    snprintf(operator_url, sizeof(operator_url), "https://localhost%s",
             strrchr(server_where(operator_server), ':'));
}

/* Starts the program; its first line says where it listens. */
static void start(void)
{
    int log[2];
    world_make(&world);
    start_operator();
    cr_assert_eq(pipe(log), 0);
    server = fork();
    cr_assert_geq(server, 0);
    if (server == 0) {
        dup2(log[1], STDERR_FILENO);
        execl(getenv("EMUICC_SMDPP"), "emuicc-smdpp", "--pki", world.pki, "--profiles",
              world.profiles, "--listen", "127.0.0.1:0", "--es2-listen", "127.0.0.1:0",
              "--operators", operator_ca, "--operator-url", operator_url, (char *)NULL);
        _exit(127);
    }
    close(log[1]);
    FILE *lines = fdopen(log[0], "r");
    char line[512] = "";
    cr_assert_not_null(fgets(line, sizeof(line), lines));
    cr_assert_eq(
        sscanf(line, "emuicc-smdpp: listening on 127.0.0.1:%7[0-9] for operators", es2_port), 1,
        "%s", line);
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
    server_stop(operator_server);
    smdpp_destroy(operator);
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
    const char *port;
    long status;
    char *type;
};

static void open_client(struct client *client)
{
    char resolve[128];
    *client = (struct client){.curl = curl_easy_init(), .port = port};
    snprintf(client->ca, sizeof(client->ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem",
             world.pki);
    snprintf(resolve, sizeof(resolve), "%s:%s:127.0.0.1", WORLD_ADDRESS, port);
    client->resolve = curl_slist_append(NULL, resolve);
    snprintf(resolve, sizeof(resolve), "%s:%s:127.0.0.1", WORLD_ADDRESS, es2_port);
    client->resolve = curl_slist_append(client->resolve, resolve);
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

/* An operator's call, with the header that ES2+ wants. */
static json_t *order(struct client *client, const char *function, const char *members)
{
    char path[128];
    json_t *request = json_loads(members, 0, NULL);
    json_object_set_new(request, "header",
                        json_pack("{s:s,s:s}", "functionRequesterIdentifier", "operator",
                                  "functionCallIdentifier", "1"));
    snprintf(path, sizeof(path), "/gsma/rsp2/es2plus/%s", function);
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    char *answer = post(client, path, text, strlen(text));
    json_t *response = json_loads(answer, 0, NULL);
    free(text);
    free(answer);
    return response;
}

/* Shows the certificate of a PKI's server as a client. */
static void show_certificate(struct client *client, const char *pki)
{
    char path[WORLD_PATH_SIZE + 80];
    snprintf(path, sizeof(path), "%s/DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der", pki);
    curl_easy_setopt(client->curl, CURLOPT_SSLCERTTYPE, "DER");
    curl_easy_setopt(client->curl, CURLOPT_SSLCERT, path);
    snprintf(path, sizeof(path), "%s/DPtls/SK_S_SM_DP_TLS_NIST.pem", pki);
    curl_easy_setopt(client->curl, CURLOPT_SSLKEY, path);
}

static size_t wait_for_heard(size_t count)
{
    size_t found = 0;
    for (int i = 0; i < 200 && found < count; i++) {
        pthread_mutex_lock(&heard_lock);
        found = heard_count;
        pthread_mutex_unlock(&heard_lock);
        usleep(found < count ? 20000 : 0);
    }
    return found;
}

Test(https, an_operator_orders_and_hears_of_it)
{
    struct client lpa, client;
    struct mini_card card;
    open_client(&client);
    client.port = es2_port;
    show_certificate(&client, operator_pki);
    json_t *response = order(&client, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}");
    cr_assert_codes(response, "");
    json_decref(response);
    response = order(&client, "confirmOrder",
                     "{\"iccid\":\"8988000000000000011\",\"matchingId\":\"AC-1\","
                     "\"releaseFlag\":true}");
    cr_assert_codes(response, "");
    json_decref(response);
    close_client(&client);

    open_client(&lpa);
    mini_card_insert(&card, world.pki, EC_P256);
    download(&lpa, &card, "AC-1");
    cr_assert_eq(wait_for_heard(3), 3);
    cr_assert_eq(heard[0], 1);
    cr_assert_eq(heard[1], 3);
    cr_assert_eq(heard[2], 4);
    mini_card_remove(&card);
    close_client(&lpa);
}

Test(https, only_operators_order)
{
    for (int i = 0; i < 2; i++) {
        struct client client;
        open_client(&client);
        client.port = es2_port;
        if (i == 1)
            show_certificate(&client, world.pki); /* one of another CI */
        json_decref(order(&client, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}"));
        cr_assert_eq(client.status, 403);
        close_client(&client);
    }
    struct client lpa;
    open_client(&lpa);
    json_decref(order(&lpa, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}"));
    cr_assert_eq(lpa.status, 404, "ES2+ is not where LPAs are");
    close_client(&lpa);
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

static size_t note_protocol(char *line, size_t size, size_t count, void *context)
{
    static const char name[] = "X-Admin-Protocol: ";
    char *out = context;
    if (size * count > sizeof(name) && strncasecmp(line, name, sizeof(name) - 1) == 0)
        snprintf(out, PROTOCOL_SIZE, "%.*s", (int)strcspn(line + sizeof(name) - 1, "\r\n"),
                 line + sizeof(name) - 1);
    return size * count;
}

/* A client of v3 is answered as one, by a server that is one. */
Test(https, the_protocol_is_named_as_the_client_names_it)
{
    static const struct {
        const char *header, *answer;
    } rows[] = {{"X-Admin-Protocol: gsma/rsp/v3.0.0", "gsma/rsp/v3.1.0"},
                {"X-Admin-Protocol: gsma/rsp/v2.5.0", "gsma/rsp/v2.2.2"},
                {"X-Admin-Protocol: gsma/rsp/v", "gsma/rsp/v2.2.2"},
                {"X-Admin-Protocol: http/1.0", "gsma/rsp/v2.2.2"},
                {"X-Other: 3", "gsma/rsp/v2.2.2"}};
    struct client client;
    char found[PROTOCOL_SIZE];
    open_client(&client);
    curl_easy_setopt(client.curl, CURLOPT_HEADERFUNCTION, note_protocol);
    curl_easy_setopt(client.curl, CURLOPT_HEADERDATA, found);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct curl_slist *headers = curl_slist_append(NULL, rows[i].header);
        curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
        found[0] = '\0';
        free(post(&client, "/gsma/rsp2/es9plus/cancelSession", "{}", 2));
        cr_expect_str_eq(found, rows[i].answer, "%s: %s", rows[i].header, found);
        curl_slist_free_all(headers);
    }
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

/* Whether a TLS client that believes the CI takes the server for this host. */
static bool is_taken_for(const char *host, const char *at)
{
    struct client client;
    char url[128], resolve[128];
    open_client(&client);
    snprintf(url, sizeof(url), "https://%s:%s/", host, at);
    snprintf(resolve, sizeof(resolve), "%s:%s:127.0.0.1", host, at);
    client.resolve = curl_slist_append(client.resolve, resolve);
    curl_easy_setopt(client.curl, CURLOPT_RESOLVE, client.resolve);
    curl_easy_setopt(client.curl, CURLOPT_URL, url);
    curl_easy_setopt(client.curl, CURLOPT_NOBODY, 1L);
    const CURLcode code = curl_easy_perform(client.curl);
    close_client(&client);
    cr_assert(code == CURLE_OK || code == CURLE_PEER_FAILED_VERIFICATION, "%s: %s", url,
              curl_easy_strerror(code));
    return code == CURLE_OK;
}

/* Another server under an address of its own, on a free port; its process. */
static pid_t start_as(const char *address, char at[8])
{
    int log[2];
    char line[512] = "";
    cr_assert_eq(pipe(log), 0);
    const pid_t process = fork();
    cr_assert_geq(process, 0);
    if (process == 0) {
        dup2(log[1], STDERR_FILENO);
        execl(getenv("EMUICC_SMDPP"), "emuicc-smdpp", "--pki", world.pki, "--profiles",
              world.profiles, "--listen", "127.0.0.1:0", "--address", address, (char *)NULL);
        _exit(127);
    }
    close(log[1]);
    FILE *lines = fdopen(log[0], "r");
    cr_assert_not_null(fgets(line, sizeof(line), lines));
    cr_assert_eq(sscanf(line, "emuicc-smdpp: listening on 127.0.0.1:%7[0-9] as", at), 1, "%s",
                 line);
    cr_assert_not_null(strstr(line, address), "%s", line);
    fclose(lines);
    return process;
}

Test(https, its_address_is_the_name_in_its_certificate)
{
    char at[8];
    cr_assert(is_taken_for(WORLD_ADDRESS, port));
    cr_assert_not(is_taken_for("other.example.com", port));
    const pid_t other = start_as("other.example.com:8443", at);
    cr_assert(is_taken_for("other.example.com", at));
    cr_assert_not(is_taken_for(WORLD_ADDRESS, at));
    kill(other, SIGTERM);
    cr_assert_eq(waitpid(other, NULL, 0), other);
    const pid_t same = start_as("TestSMDPplus1.example.com", at);
    cr_assert(is_taken_for(WORLD_ADDRESS, at), "case does not matter");
    kill(same, SIGTERM);
    cr_assert_eq(waitpid(same, NULL, 0), same);
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
    char taken[32], key[WORLD_PATH_SIZE + 64];
    snprintf(taken, sizeof(taken), "127.0.0.1:%s", port);
    snprintf(key, sizeof(key), "%s/DPtls/SK_S_SM_DP_TLS_NIST.pem", operator_pki);
    const char *const rows[][10] = {
        {"emuicc-smdpp", NULL},
        {"emuicc-smdpp", "--nonsense", NULL},
        {"emuicc-smdpp", "word", NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--es2-listen", taken,
         NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--operators",
         "/nonexistent.pem", NULL},
        {"emuicc-smdpp", "--pki", "/nonexistent", "--profiles", world.profiles, NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", "/nonexistent", NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--listen", taken, NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--listen", "here",
         NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--listen",
         "127.0.0.1:65536", NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--address", "two words",
         NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--address", "name:port",
         NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--operators", key,
         NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--operator-url",
         operator_ca, "--operators", operator_ca, NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--orders",
         "/nonexistent/orders.db", NULL},
        {"emuicc-smdpp", "--pki", world.pki, "--profiles", world.profiles, "--orders", operator_ca,
         NULL},
    };
    const char *words[] = {"--pki and --profiles are needed",
                           "--nonsense",
                           "'word'",
                           "--es2-listen needs --operators",
                           "/nonexistent.pem",
                           "/nonexistent",
                           "/nonexistent",
                           "Address already in use",
                           "here",
                           "127.0.0.1:65536",
                           "'two words'",
                           "'name:port'",
                           "TLS_NIST.pem: it holds no certificate",
                           "https://",
                           "/nonexistent/orders.db",
                           operator_ca};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        expect_refusal(rows[i], words[i]);
}

Test(https, an_address_that_cannot_be_certified_is_refused)
{
    char key[WORLD_PATH_SIZE + 64];
    const char *const arguments[] = {"emuicc-smdpp", "--pki",     world.pki,           "--profiles",
                                     world.profiles, "--address", "other.example.com", NULL};
    snprintf(key, sizeof(key), "%s/CertificateIssuer/SK_CI_ECDSA_NIST.pem", world.pki);
    cr_assert_eq(unlink(key), 0);
    expect_refusal(arguments, "--address other.example.com: the DPtls certificate in ");
}
