/* What RSP servers share, driven by a program of this test's own: bindings, heads of requests that
 * the library below lets through, clients that hold a connection, and whose a call is. */
#include <criterion/criterion.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/https_client.h"
#include "tools/lib/server/server.h"
#include "tools/lib/server/tls.h"

#define JSON_PATH "/json"
#define BINARY_PATH "/binary"
#define GROUPED_PATH "/grouped"
#define SLOW_PATH "/slow"
#define SLOW_REQUEST                                                                               \
    "POST " SLOW_PATH " HTTP/1.1\r\nHost: " WORLD_ADDRESS "\r\n" JSON                              \
    "Content-Length: 12\r\n\r\n{\"text\":\"a\"}"
#define GROUPED_REQUEST                                                                            \
    "POST " GROUPED_PATH " HTTP/1.1\r\nHost: " WORLD_ADDRESS "\r\n" JSON                           \
    "Content-Length: 12\r\n\r\n{\"text\":\"a\"}"
#define ROUNDS 20
#define CROWD 8 /* that come in one moment */
#define JSON "Content-Type: application/json\r\n"
#define TIMEOUT_S 1 /* seconds */
#define SLOW 60     /* clients that send a byte now and then */
#define PAUSE_US 100000

static struct world world;
static struct server *server;
static int calls;
static const char *port;
static char heard_peer[TLS_KEY_ID_SIZE];

static int echo_json(void *program, struct call *call)
{
    const char *text;
    const int result = call_text(call, "text", 16, &text);
    ++*(int *)program;
    snprintf(heard_peer, sizeof(heard_peer), "%s", call->peer);
    return result == 0 ? field_set_text(call->response, "text", text) : result;
}

/* As one that asks another server, which does not answer. */
static sem_t slow_begun, slow_release;

static int echo_late(void *program, struct call *call)
{
    sem_post(&slow_begun);
    sem_wait(&slow_release);
    return echo_json(program, call);
}

static int echo_binary(void *program, struct call *call)
{
    ++*(int *)program;
    if (call->body.len > 0 && call->body.data[0] == 'x')
        return call_refuse(call, REFUSAL_FORMAT, "an x");
    return blob_copy(call->body, &call->answer);
}

static bool groups(struct bytes body)
{
    return body.len > 2;
}

/* A transaction that can be held at its end, and fails if it is told to. */
static struct {
    atomic_int begun, ended;
    int begin_result, end_result;
    bool held;
    sem_t release;
} transaction;

static int begin_transaction(void *program)
{
    cr_assert_eq(program, (void *)&calls);
    atomic_fetch_add(&transaction.begun, 1);
    return transaction.begin_result;
}

static int end_transaction(void *program, int result)
{
    cr_assert_eq(program, (void *)&calls);
    if (transaction.held)
        sem_wait(&transaction.release);
    atomic_fetch_add(&transaction.ended, 1);
    return result != 0 ? result : transaction.end_result;
}

static const struct group_transaction group = {begin_transaction, end_transaction};

static const struct function_row rows[] = {
    {JSON_PATH, "Json", echo_json, false, "", FUNCTION_JSON},
    {BINARY_PATH, "Binary", echo_binary, false, "", FUNCTION_BINARY},
    {GROUPED_PATH, "Grouped", echo_json, false, "", FUNCTION_JSON, groups, true},
    {SLOW_PATH, "Slow", echo_late, false, "", FUNCTION_JSON},
};
static const struct function_table functions = {rows, sizeof(rows) / sizeof(rows[0])};

static void start_server(const char *trust)
{
    const struct server_plan plan = {.listen = "127.0.0.1:0",
                                     .functions = &functions,
                                     .program = &calls,
                                     .tls = &world.smdpp->credentials.tls,
                                     .ci = &world.smdpp->credentials.sets[EC_P256].ci,
                                     .protocol = "2.1.0",
                                     .trust = trust,
                                     .group = &group,
                                     .timeout_s = TIMEOUT_S,
                                     .connections = SLOW + 8};
    cr_assert_eq(server_start(&plan, &server), 0);
    port = strrchr(server_where(server), ':') + 1;
}

static void start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    world_make(&world);
    start_server(NULL);
}

static void end(void)
{
    server_stop(server);
    world_end(&world);
    curl_global_cleanup();
}

TestSuite(server, .init = start, .fini = end, .timeout = 60);

static void expect_answer(const char *path, const char *type, const char *body, long status,
                          const char *answer)
{
    struct https_client client;
    https_client_open(&client, world.pki, port);
    struct curl_slist *headers = curl_slist_append(NULL, type);
    curl_easy_setopt(client.curl, CURLOPT_HTTPHEADER, headers);
    char *text = https_client_post(&client, path, body, strlen(body));
    cr_expect_eq(client.status, status, "%s '%s': %ld", path, body, client.status);
    if (answer != NULL)
        cr_expect_str_eq(text, answer);
    free(text);
    curl_slist_free_all(headers);
    https_client_close(&client);
}

Test(server, a_binary_function_answers_bytes_or_a_status)
{
    static const char der[] = "Content-Type: application/x-gsma-rsp-asn1";
    expect_answer(BINARY_PATH, der, "bytes", 200, "bytes");
    expect_answer(BINARY_PATH, der, "", 204, "");
    expect_answer(BINARY_PATH, der, "x", 400, "");
    expect_answer(BINARY_PATH, "Content-Type: application/json", "bytes", 400, "");
    expect_answer(JSON_PATH, "Content-Type: application/json", "{\"text\":\"a\"}", 200, NULL);
    expect_answer("/none", der, "bytes", 404, "");
}

static void connect_raw(struct https_client *client)
{
    char url[64];
    https_client_open(client, world.pki, port);
    snprintf(url, sizeof(url), "https://%s:%s/", WORLD_ADDRESS, port);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_CONNECT_ONLY, 1L);
    cr_assert_eq(curl_easy_perform(client->curl), CURLE_OK);
}

static CURLcode send_raw(struct https_client *client, const char *text)
{
    size_t sent;
    return curl_easy_send(client->curl, text, strlen(text), &sent);
}

/* HTTP's status, 0 if the connection ends without one. */
static int read_status(struct https_client *client)
{
    char answer[1024] = "";
    size_t got = 0;
    CURLcode code;
    for (int i = 0; i < 50; i++) {
        code = curl_easy_recv(client->curl, answer, sizeof(answer) - 1, &got);
        if (code != CURLE_AGAIN)
            break;
        usleep(PAUSE_US);
    }
    answer[got] = '\0';
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

/* RFC 9112 §3.2, §3.2.2, §5.1, §6.3. */
Test(server, heads_are_read_as_the_standard_has_them)
{
    static const struct {
        const char *target, *fields;
        int status;
        bool hostless;
    } heads[] = {
        {JSON_PATH, JSON "Content-Length: 2\r\n", 200},
        {"https://" WORLD_ADDRESS JSON_PATH, JSON "Content-Length: 2\r\n", 200},
        {"HTTP://" WORLD_ADDRESS ":8443" JSON_PATH, JSON "Content-Length: 2\r\n", 200},
        {"https://" WORLD_ADDRESS, JSON "Content-Length: 2\r\n", 404},
        {"/other" JSON_PATH, JSON "Content-Length: 2\r\n", 404},
        {JSON_PATH, "Content-Type: application/json \r\nContent-Length: 2\r\n", 200},
        {JSON_PATH, JSON "Content-Length: 2\r\nContent-Length: 2\r\n", 200},
        {JSON_PATH, JSON "Content-Length: 2\r\nContent-Length: 3\r\n", 400},
        {JSON_PATH, JSON "Content-Length: 3\r\nContent-Length: 2\r\n", 400},
        {JSON_PATH, JSON "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", 400},
        {JSON_PATH, JSON "Content-Length : 2\r\nContent-Length: 2\r\n", 400},
        {JSON_PATH, JSON "Content-Length: 2\r\nX-Some\t: 3\r\n", 400},
        {JSON_PATH, JSON "Content-Length: 2\r\nHost: other.example.com\r\n", 400},
        {JSON_PATH, JSON "Content-Length: 2\r\n", 400, .hostless = true},
        {JSON_PATH, JSON "Transfer-Encoding: chunked \r\n", 400},
        {JSON_PATH, JSON "Transfer-Encoding: gzip\r\n", 400},
        {JSON_PATH, JSON "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct https_client client;
        char request[512];
        snprintf(request, sizeof(request), "POST %s HTTP/1.1\r\n%s%s\r\n{}", heads[i].target,
                 heads[i].hostless ? "" : "Host: " WORLD_ADDRESS "\r\n", heads[i].fields);
        connect_raw(&client);
        cr_assert_eq(send_raw(&client, request), CURLE_OK);
        const int status = read_status(&client);
        cr_expect_eq(status, heads[i].status, "%zu, %s: %d", i, heads[i].target, status);
        https_client_close(&client);
    }
}

/* Each byte says that the client lives; a request has its time all the same, and whoever comes
 * later finds a place. */
Test(server, many_slow_clients_hold_no_place)
{
    static struct https_client slow[SLOW];
    bool ended[SLOW] = {false};
    size_t count = 0;
    for (size_t i = 0; i < SLOW; i++) {
        connect_raw(&slow[i]);
        cr_assert_eq(send_raw(&slow[i], "POST " JSON_PATH " HTTP/1.1\r\nX-Slow: "), CURLE_OK);
    }
    const time_t until = time(NULL) + 20;
    while (count < SLOW && time(NULL) < until) {
        usleep(PAUSE_US);
        for (size_t i = 0; i < SLOW; i++) {
            char byte;
            size_t got;
            if (!ended[i] && (send_raw(&slow[i], "s") != CURLE_OK ||
                              curl_easy_recv(slow[i].curl, &byte, 1, &got) != CURLE_AGAIN)) {
                ended[i] = true;
                count++;
            }
        }
    }
    cr_assert_eq(count, SLOW, "%zu", count);
    for (size_t i = 0; i < SLOW; i++)
        https_client_close(&slow[i]);
    expect_answer(JSON_PATH, "Content-Type: application/json", "{\"text\":\"a\"}", 200, NULL);
}

/* One that comes again and again has its time anew each time. */
Test(server, a_connection_may_be_used_for_long)
{
    struct https_client client;
    https_client_open(&client, world.pki, port);
    for (int i = 0; i < 2 * TIMEOUT_S + 2; i++) {
        free(https_client_post(&client, JSON_PATH, "{\"text\":\"a\"}", 12));
        cr_assert_eq(client.status, 200);
        long new_connections = 0;
        curl_easy_getinfo(client.curl, CURLINFO_NUM_CONNECTS, &new_connections);
        cr_assert_eq(new_connections, i == 0 ? 1 : 0);
        usleep(TIMEOUT_S * 700000);
    }
    https_client_close(&client);
}

Test(server, whose_a_call_is_the_certificate_says)
{
    struct https_client client;
    char path[WORLD_PATH_SIZE + 64], trust[4096], expected[TLS_KEY_ID_SIZE];
    struct blob pem;
    snprintf(path, sizeof(path), "%s/CertificateIssuer/CERT_CI_ECDSA_NIST.pem", world.pki);
    cr_assert_eq(blob_read_file(path, sizeof(trust) - 1, &pem), 0);
    memcpy(trust, pem.data, pem.len);
    trust[pem.len] = '\0';
    blob_finish(&pem);
    server_stop(server);
    start_server(trust);
    https_client_open(&client, world.pki, port);
    free(https_client_post(&client, JSON_PATH, "{}", 2));
    cr_assert_eq(client.status, 403);
    snprintf(path, sizeof(path), "%s/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der", world.pki);
    char key[WORLD_PATH_SIZE + 64];
    snprintf(key, sizeof(key), "%s/DPauth/SK_S_SM_DPauth_ECDSA_NIST.pem", world.pki);
    curl_easy_setopt(client.curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(client.curl, CURLOPT_SSLCERTTYPE, "DER");
    curl_easy_setopt(client.curl, CURLOPT_SSLCERT, path);
    curl_easy_setopt(client.curl, CURLOPT_SSLKEY, key);
    free(https_client_post(&client, JSON_PATH, "{\"text\":\"a\"}", 12));
    cr_assert_eq(client.status, 200);
    cr_assert(tls_key_id(world.smdpp->credentials.sets[EC_P256].auth.certificate.whole, expected));
    cr_assert_str_eq(heard_peer, expected);
    https_client_close(&client);
}

static void await_transactions(int count)
{
    for (int i = 0; i < 100 && atomic_load(&transaction.begun) < count; i++)
        usleep(PAUSE_US);
    cr_assert_eq(atomic_load(&transaction.begun), count);
}

/* Those that come while one is at its end share the next, and none is answered before it. */
Test(server, requests_of_one_moment_are_answered_after_their_transaction)
{
    static struct https_client crowd[CROWD];
    char byte;
    size_t got;
    sem_init(&transaction.release, 0, 0);
    transaction.held = true;
    for (size_t i = 0; i < CROWD; i++)
        connect_raw(&crowd[i]);
    cr_assert_eq(send_raw(&crowd[0], GROUPED_REQUEST), CURLE_OK);
    await_transactions(1);
    for (size_t i = 1; i < CROWD; i++)
        cr_assert_eq(send_raw(&crowd[i], GROUPED_REQUEST), CURLE_OK);
    usleep(5 * PAUSE_US);
    cr_expect_eq(curl_easy_recv(crowd[0].curl, &byte, 1, &got), CURLE_AGAIN);
    for (size_t i = 0; i < CROWD; i++)
        sem_post(&transaction.release);
    for (size_t i = 0; i < CROWD; i++) {
        cr_expect_eq(read_status(&crowd[i]), 200);
        https_client_close(&crowd[i]);
    }
    cr_expect_eq(calls, CROWD);
    cr_expect_lt(atomic_load(&transaction.begun), CROWD);
    cr_expect_eq(atomic_load(&transaction.begun), atomic_load(&transaction.ended));
}

Test(server, a_request_whose_transaction_fails_has_failed)
{
    static const char json[] = "Content-Type: application/json";
    expect_answer(GROUPED_PATH, json, "{\"text\":\"a\"}", 200, NULL);
    expect_answer(GROUPED_PATH, json, "[]", 200, NULL);
    cr_expect_eq(atomic_load(&transaction.begun), 1);
    transaction.end_result = -1;
    expect_answer(GROUPED_PATH, json, "{\"text\":\"a\"}", 500, "");
    cr_expect_eq(calls, 2);
    transaction.begin_result = -1;
    expect_answer(GROUPED_PATH, json, "{\"text\":\"a\"}", 500, "");
    cr_expect_eq(calls, 2);
    cr_expect_eq(atomic_load(&transaction.ended), 2);
}

/* One that waits when the server ends is answered, and done. */
Test(server, a_server_ends_with_those_that_wait)
{
    struct https_client client;
    sem_init(&transaction.release, 0, 1);
    transaction.held = true;
    connect_raw(&client);
    cr_assert_eq(send_raw(&client, GROUPED_REQUEST), CURLE_OK);
    await_transactions(1);
    server_stop(server);
    cr_expect_eq(calls, 1);
    cr_expect_eq(atomic_load(&transaction.ended), 1);
    start_server(NULL);
    https_client_close(&client);
}

/* The first of a moment leads the others. When it hangs up before they have run, they run all the
 * same, and it with them: its request was whole. */
Test(server, those_of_one_moment_are_answered_when_the_first_has_hung_up)
{
    const struct linger at_once = {.l_onoff = 1};
    for (int round = 1; round <= ROUNDS; round++) {
        struct https_client first, second;
        curl_socket_t socket;
        connect_raw(&first);
        connect_raw(&second);
        cr_assert_eq(send_raw(&first, GROUPED_REQUEST), CURLE_OK);
        cr_assert_eq(send_raw(&second, GROUPED_REQUEST), CURLE_OK);
        cr_assert_eq(curl_easy_getinfo(first.curl, CURLINFO_ACTIVESOCKET, &socket), CURLE_OK);
        cr_assert_eq(setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
        https_client_close(&first);
        cr_assert_eq(read_status(&second), 200, "round %d", round);
        https_client_close(&second);
        cr_expect_geq(calls, round);
        cr_expect_eq(atomic_load(&transaction.begun), atomic_load(&transaction.ended));
    }
}

/* However many processors there are, CROWD of them leave no thread that reads and writes. */
Test(server, functions_that_wait_for_another_server_hold_up_nobody)
{
    static const char json[] = "Content-Type: application/json";
    struct https_client crowd[CROWD];
    sem_init(&slow_begun, 0, 0);
    sem_init(&slow_release, 0, 0);
    for (size_t i = 0; i < CROWD; i++) {
        connect_raw(&crowd[i]);
        cr_assert_eq(send_raw(&crowd[i], SLOW_REQUEST), CURLE_OK);
    }
    for (size_t i = 0; i < CROWD; i++)
        sem_wait(&slow_begun);
    expect_answer(GROUPED_PATH, json, "{\"text\":\"a\"}", 200, NULL);
    expect_answer(JSON_PATH, json, "{\"text\":\"a\"}", 200, NULL);
    for (size_t i = 0; i < CROWD; i++)
        sem_post(&slow_release);
    for (size_t i = 0; i < CROWD; i++) {
        cr_expect_eq(read_status(&crowd[i]), 200);
        https_client_close(&crowd[i]);
    }
}
