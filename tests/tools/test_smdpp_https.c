/* The program itself over TLS: a whole download by libcurl, many at once, an operator who orders
 * and hears of it, and what HTTP refuses. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tools/https_client.h"
#include "tests/tools/smdpp_process.h"
#include "tools/lib/server/server.h"

#define PROTOCOL_SIZE 32

static struct world world;
static struct smdpp_process server;

/* The operator: credentials of another PKI, and a server that hears of progress. */
static char operator_pki[WORLD_PATH_SIZE + 16], operator_ca[WORLD_PATH_SIZE + 80];
static struct smdpp *operator;
static struct server *operator_server;
static char operator_url[64];
static pthread_mutex_t heard_lock = PTHREAD_MUTEX_INITIALIZER;
static int heard[8];
static size_t heard_count;

static int hear(void *program, struct call *call)
{
    (void)program;
    int point = 0;
    cr_assert_eq(json_unpack((json_t *)call->request, "{s:i}", "notificationPointId", &point), 0);
    pthread_mutex_lock(&heard_lock);
    if (heard_count < sizeof(heard) / sizeof(heard[0]))
        heard[heard_count++] = point;
    pthread_mutex_unlock(&heard_lock);
    return 0;
}

static const struct function_row operator_row = {
    PROGRESS_PATH, "HandleDownloadProgressInfo", hear, true, "SGP.22 §5.3.5", FUNCTION_JSON};
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
    const struct server_plan server_plan = {.listen = "localhost:0",
                                            .functions = &operator_functions,
                                            .tls = &operator->credentials.tls,
                                            .ci = &operator->credentials.sets[EC_P256].ci,
                                            .trust = trust,
                                            .connections = 16};
    cr_assert_eq(server_start(&server_plan, &operator_server), 0);
    snprintf(operator_url, sizeof(operator_url), "https://localhost%s",
             strrchr(server_where(operator_server), ':'));
}

static void start(void)
{
    world_make(&world);
    start_operator();
    const char *const more[] = {"--es2-listen",   "127.0.0.1:0", "--operators", operator_ca,
                                "--operator-url", operator_url,  NULL};
    smdpp_process_start(&world, more, 0, &server);
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void end(void)
{
    if (!smdpp_process_end(&server))
        abort(); /* assertions are not looked at here */
    server_stop(operator_server);
    smdpp_destroy(operator);
    world_end(&world);
    curl_global_cleanup();
}

TestSuite(https, .init = start, .fini = end, .timeout = 60);

Test(https, a_whole_download)
{
    struct https_client client;
    struct mini_card card;
    https_client_open(&client, world.pki, server.port);
    mini_card_insert(&card, world.pki, EC_P256);
    https_client_download(&client, &card, WORLD_LARGE);
    mini_card_remove(&card);
    https_client_close(&client);
}

#define AT_ONCE 8

static void *download_some(void *context)
{
    struct https_client client;
    struct mini_card card;
    (void)context;
    https_client_open(&client, world.pki, server.port);
    mini_card_insert(&card, world.pki, EC_P256);
    for (int i = 0; i < 3; i++)
        https_client_download(&client, &card, i == 1 ? WORLD_LARGE : WORLD_SMALL);
    mini_card_remove(&card);
    https_client_close(&client);
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
static json_t *order(struct https_client *client, const char *function, const char *members)
{
    json_t *request = json_loads(members, 0, NULL);
    json_object_set_new(request, "header",
                        json_pack("{s:s,s:s}", "functionRequesterIdentifier", "operator",
                                  "functionCallIdentifier", "1"));
    return https_client_call(client, "es2plus", function, request);
}

/* Shows the certificate of a PKI's server as a client. */
static void show_certificate(struct https_client *client, const char *pki)
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
    struct https_client lpa, client;
    struct mini_card card;
    https_client_open(&client, world.pki, server.es2_port);
    show_certificate(&client, operator_pki);
    json_t *response = order(&client, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}");
    cr_assert_codes(response, "");
    json_decref(response);
    response = order(&client, "confirmOrder",
                     "{\"iccid\":\"8988000000000000011\",\"matchingId\":\"AC-1\","
                     "\"releaseFlag\":true}");
    cr_assert_codes(response, "");
    json_decref(response);
    https_client_close(&client);

    https_client_open(&lpa, world.pki, server.port);
    mini_card_insert(&card, world.pki, EC_P256);
    https_client_download(&lpa, &card, "AC-1");
    cr_assert_eq(wait_for_heard(3), 3);
    cr_assert_eq(heard[0], 1);
    cr_assert_eq(heard[1], 3);
    cr_assert_eq(heard[2], 4);
    mini_card_remove(&card);
    https_client_close(&lpa);
}

Test(https, only_operators_order)
{
    for (int i = 0; i < 2; i++) {
        struct https_client client;
        https_client_open(&client, world.pki, server.es2_port);
        if (i == 1)
            show_certificate(&client, world.pki); /* one of another CI */
        json_decref(order(&client, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}"));
        cr_assert_eq(client.status, 403);
        https_client_close(&client);
    }
    struct https_client lpa;
    https_client_open(&lpa, world.pki, server.port);
    json_decref(order(&lpa, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}"));
    cr_assert_eq(lpa.status, 404, "ES2+ is not where LPAs are");
    https_client_close(&lpa);
}

/* Two operators of one CI: whose an order is the certificate's key says, whatever the JSON names.
 */
Test(https, an_order_is_of_the_key_that_placed_it)
{
    struct https_client one, other;
    char path[WORLD_PATH_SIZE + 80];
    https_client_open(&one, world.pki, server.es2_port);
    https_client_open(&other, world.pki, server.es2_port);
    show_certificate(&one, operator_pki);
    snprintf(path, sizeof(path), "%s/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der", operator_pki);
    curl_easy_setopt(other.curl, CURLOPT_SSLCERTTYPE, "DER");
    curl_easy_setopt(other.curl, CURLOPT_SSLCERT, path);
    snprintf(path, sizeof(path), "%s/DPauth/SK_S_SM_DPauth_ECDSA_NIST.pem", operator_pki);
    curl_easy_setopt(other.curl, CURLOPT_SSLKEY, path);
    static const char confirmation[] =
        "{\"iccid\":\"8988000000000000011\",\"releaseFlag\":true,\"matchingId\":\"AC-9\"}";
    json_t *response = order(&one, "downloadOrder", "{\"iccid\":\"8988000000000000011\"}");
    cr_assert_codes(response, "");
    json_decref(response);
    response = order(&other, "confirmOrder", confirmation);
    cr_assert_codes(response, "8.2.1/1.2");
    json_decref(response);
    response = order(&one, "confirmOrder", confirmation);
    cr_assert_codes(response, "");
    json_decref(response);
    https_client_close(&one);
    https_client_close(&other);
}

Test(https, what_http_refuses)
{
    struct https_client client;
    const char *path = "/gsma/rsp2/es9plus/initiateAuthentication";
    char *large = malloc(300u << 10);
    memset(large, ' ', 300u << 10);
    https_client_open(&client, world.pki, server.port);
    free(https_client_post(&client, "/gsma/rsp2/es9plus/none", "{}", 2));
    cr_assert_eq(client.status, 404);
    free(https_client_post(&client, path, large, 300u << 10));
    cr_assert_eq(client.status, 413);
    char *text = https_client_post(&client, path, large, 256u << 10);
    cr_assert_eq(client.status, 200, "exactly the bound is read");
    cr_assert_not_null(strstr(text, "\"1.3.1\""));
    free(text);
    curl_easy_setopt(client.curl, CURLOPT_CUSTOMREQUEST, "PUT");
    free(https_client_post(&client, path, "{}", 2));
    cr_assert_eq(client.status, 405);
    curl_easy_setopt(client.curl, CURLOPT_CUSTOMREQUEST, NULL);

    struct curl_slist *headers = curl_slist_append(NULL, "X-Admin-Protocol: http/1.0");
    curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
    text = https_client_post(&client, path, "{}", 2);
    cr_assert_not_null(strstr(text, "\"1.3.2\""), "%s", text);
    free(text);
    curl_slist_free_all(headers);
    headers = curl_slist_append(NULL, "Content-Type: text/plain");
    curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
    text = https_client_post(&client, path, "{}", 2);
    cr_assert_not_null(strstr(text, "Content-Type"), "%s", text);
    free(text);
    curl_slist_free_all(headers);
    free(large);
    https_client_close(&client);
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
    struct https_client client;
    char found[PROTOCOL_SIZE];
    https_client_open(&client, world.pki, server.port);
    curl_easy_setopt(client.curl, CURLOPT_HEADERFUNCTION, note_protocol);
    curl_easy_setopt(client.curl, CURLOPT_HEADERDATA, found);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct curl_slist *headers = curl_slist_append(NULL, rows[i].header);
        curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
        found[0] = '\0';
        free(https_client_post(&client, "/gsma/rsp2/es9plus/cancelSession", "{}", 2));
        cr_expect_str_eq(found, rows[i].answer, "%s: %s", rows[i].header, found);
        curl_slist_free_all(headers);
    }
    https_client_close(&client);
}

Test(https, another_ci_does_not_vouch_for_it)
{
    struct https_client client;
    struct world other = {0};
    world_make(&other);
    https_client_open(&client, world.pki, server.port);
    snprintf(client.ca, sizeof(client.ca), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem",
             other.pki);
    curl_easy_setopt(client.curl, CURLOPT_CAINFO, client.ca);
    char url[128];
    snprintf(url, sizeof(url), "https://%s:%s/", WORLD_ADDRESS, server.port);
    curl_easy_setopt(client.curl, CURLOPT_URL, url);
    cr_assert_eq(curl_easy_perform(client.curl), CURLE_PEER_FAILED_VERIFICATION);
    https_client_close(&client);
    world_end(&other);
}

/* Whether a TLS client that believes the CI takes the server for this host. */
static bool is_taken_for(const char *host, const char *at)
{
    struct https_client client;
    char url[128];
    https_client_open(&client, world.pki, server.port);
    snprintf(url, sizeof(url), "https://%s:%s/", host, at);
    curl_easy_setopt(client.curl, CURLOPT_URL, url);
    curl_easy_setopt(client.curl, CURLOPT_NOBODY, 1L);
    const CURLcode code = curl_easy_perform(client.curl);
    https_client_close(&client);
    cr_assert(code == CURLE_OK || code == CURLE_PEER_FAILED_VERIFICATION, "%s: %s", url,
              curl_easy_strerror(code));
    return code == CURLE_OK;
}

/* Another server under an address of its own. */
static void start_as(const char *address, struct smdpp_process *process)
{
    const char *const more[] = {"--address", address, NULL};
    smdpp_process_start(&world, more, 0, process);
    cr_assert_not_null(strstr(process->said, address), "%s", process->said);
}

Test(https, its_address_is_the_name_in_its_certificate)
{
    struct smdpp_process other, same;
    cr_assert(is_taken_for(WORLD_ADDRESS, server.port));
    cr_assert_not(is_taken_for("other.example.com", server.port));
    start_as("other.example.com:8443", &other);
    cr_assert(is_taken_for("other.example.com", other.port));
    cr_assert_not(is_taken_for(WORLD_ADDRESS, other.port));
    cr_assert(smdpp_process_end(&other));
    start_as("TestSMDPplus1.example.com", &same);
    cr_assert(is_taken_for(WORLD_ADDRESS, same.port), "case does not matter");
    cr_assert(smdpp_process_end(&same));
}

/* One line that says what and where, exit 1; or 2 when it is the command line that is wrong, for
 * which the line names --help, or how a place to listen is written. */
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
    cr_assert(WIFEXITED(status));
    const bool usage =
        strstr(line, "--help") != NULL || strstr(line, "HOST:PORT is needed") != NULL;
    cr_assert_eq(WEXITSTATUS(status), usage ? 2 : 1);
}

Test(https, wrong_options_and_places_are_said_in_one_line)
{
    char taken[32], key[WORLD_PATH_SIZE + 64];
    snprintf(taken, sizeof(taken), "127.0.0.1:%s", server.port);
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
                           "'word' is not a command; try 'emuicc-smdpp --help'",
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
