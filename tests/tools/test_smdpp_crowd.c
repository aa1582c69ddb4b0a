/* The program among clients that behave badly: some break off in the middle of a request, some
 * hold a connection with half of one, some never come to the end of TLS's handshake, some leave a
 * session open. The others are served all the same, and nothing is left of those who are gone. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/https_client.h"
#include "tests/tools/smdpp_process.h"
#include "tools/lib/server/server.h"

#define ACTIVE 48 /* clients that come and go, a quarter of each role */
#define HALF 8    /* that hold half a request */
#define MUTE 8    /* that hold the beginning of a handshake */
#define REQUEST                                                                                    \
    "POST /gsma/rsp2/es9plus/cancelSession HTTP/1.1\r\nHost: " WORLD_ADDRESS                       \
    "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define TLS_BEGINNING "\x16\x03\x01\x02\x00\x01" /* of a ClientHello */
#define LOOKS_MAX 3000                           /* looks */
#define PAUSE_US 10000                           /* between two of them */
#define WINDOW_US 200000                         /* in which a server at rest takes */
#define REST_SECONDS 0.002                       /* less than this of CPU */
#define WINDOWS 50
#define OWN_FILES 64   /* the server's, beside connections */
#define CONNECTIONS 40 /* that it then has */
#define STAYING 30     /* of these, for clients that say nothing */

static struct world world;

static void start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    world_make(&world);
}

static void end(void)
{
    world_end(&world);
    curl_global_cleanup();
}

TestSuite(crowd, .init = start, .fini = end, .timeout = 100);

static size_t open_files(pid_t process)
{
    char path[64];
    size_t count = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)process);
    DIR *folder = opendir(path);
    cr_assert_not_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* Waits until the process has so many; how many it has. */
static size_t await_files(pid_t process, size_t wanted)
{
    size_t count = open_files(process);
    for (int i = 0; i < LOOKS_MAX && count != wanted; i++) {
        usleep(PAUSE_US);
        count = open_files(process);
    }
    return count;
}

static double seconds_of(pid_t process)
{
    struct timespec spent;
    clockid_t clock;
    cr_assert_eq(clock_getcpuclockid(process, &clock), 0);
    cr_assert_eq(clock_gettime(clock, &spent), 0);
    return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

/* Waits for a while in which the process does nothing; false if it never rests. */
static bool await_rest(pid_t process)
{
    double last = seconds_of(process);
    for (int i = 0; i < WINDOWS; i++) {
        usleep(WINDOW_US);
        const double now = seconds_of(process);
        if (now - last < REST_SECONDS)
            return true;
        last = now;
    }
    return false;
}

static int connect_mute(const char *port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int file = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(file, (const struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(write(file, TLS_BEGINNING, sizeof(TLS_BEGINNING) - 1), sizeof(TLS_BEGINNING) - 1);
    return file;
}

static void send_part(struct https_client *client, const char *text, size_t len)
{
    size_t sent;
    cr_assert_eq(curl_easy_send(client->curl, text, len, &sent), CURLE_OK);
    cr_assert_eq(sent, len);
}

/* The handshake is through and half a request sent. */
static void open_half(struct https_client *client, const char *port)
{
    char url[64];
    https_client_open(client, world.pki, port);
    snprintf(url, sizeof(url), "https://%s:%s/", WORLD_ADDRESS, port);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_CONNECT_ONLY, 1L);
    cr_assert_eq(curl_easy_perform(client->curl), CURLE_OK);
    send_part(client, REQUEST, sizeof(REQUEST) / 2);
}

static curl_socket_t socket_of(struct https_client *client)
{
    curl_socket_t file = CURL_SOCKET_BAD;
    cr_assert_eq(curl_easy_getinfo(client->curl, CURLINFO_ACTIVESOCKET, &file), CURLE_OK);
    return file;
}

/* Sends the other half and reads the answer's beginning. */
static void complete_half(struct https_client *client)
{
    static const char expected[] = "HTTP/1.1 200 OK";
    char answer[sizeof(expected)] = "";
    size_t len = 0, got;
    const size_t half = sizeof(REQUEST) / 2;
    send_part(client, &REQUEST[half], sizeof(REQUEST) - 1 - half);
    while (len < sizeof(expected) - 1) {
        struct pollfd readable = {.fd = socket_of(client), .events = POLLIN};
        const CURLcode code =
            curl_easy_recv(client->curl, answer + len, sizeof(expected) - 1 - len, &got);
        cr_assert(code == CURLE_AGAIN || (code == CURLE_OK && got > 0));
        if (code == CURLE_OK)
            len += got;
        else
            poll(&readable, 1, -1);
    }
    cr_assert_str_eq(answer, expected);
}

static void role_download(const char *port)
{
    struct https_client client;
    struct mini_card card;
    https_client_open(&client, world.pki, port);
    mini_card_insert(&card, world.pki, EC_P256);
    https_client_download(&client, &card, WORLD_LARGE);
    mini_card_remove(&card);
    https_client_close(&client);
}

/* In the middle of its request, the connection is reset. */
static void role_break_off(const char *port)
{
    const struct linger at_once = {1, 0};
    struct https_client client;
    open_half(&client, port);
    setsockopt(socket_of(&client), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    https_client_close(&client);
}

static void role_leave_session(const char *port)
{
    struct https_client client;
    struct mini_card card;
    https_client_open(&client, world.pki, port);
    mini_card_insert(&card, world.pki, EC_P256);
    json_decref(https_client_call(&client, "es9plus", "initiateAuthentication",
                                  mini_card_initiate(&card, WORLD_ADDRESS)));
    cr_assert_eq(client.status, 200);
    mini_card_remove(&card);
    https_client_close(&client);
}

static void role_break_handshake(const char *port)
{
    close(connect_mute(port));
}

static void (*const roles[])(const char *port) = {role_download, role_break_off, role_leave_session,
                                                  role_break_handshake};
#define ROLES (sizeof(roles) / sizeof(roles[0]))

struct active {
    pthread_t thread;
    void (*role)(const char *port);
    const char *port;
};

static void *act(void *context)
{
    const struct active *active = context;
    active->role(active->port);
    return NULL;
}

static void begin(struct active *active, void (*role)(const char *port), const char *port)
{
    active->role = role;
    active->port = port;
    cr_assert_eq(pthread_create(&active->thread, NULL, act, active), 0);
}

/* Those who come and go, all at once, while the others hold what they have; then the halves are
 * completed and answered. */
static void meet(const char *port)
{
    struct https_client halves[HALF];
    struct active actives[ACTIVE];
    int mutes[MUTE];
    for (size_t i = 0; i < MUTE; i++)
        mutes[i] = connect_mute(port);
    for (size_t i = 0; i < HALF; i++)
        open_half(&halves[i], port);
    for (size_t i = 0; i < ACTIVE; i++)
        begin(&actives[i], roles[i % ROLES], port);
    for (size_t i = 0; i < ACTIVE; i++)
        pthread_join(actives[i].thread, NULL);
    for (size_t i = 0; i < HALF; i++) {
        complete_half(&halves[i]);
        https_client_close(&halves[i]);
    }
    for (size_t i = 0; i < MUTE; i++)
        close(mutes[i]);
}

/* Ends it while two clients still hold what they have. */
Test(crowd, the_program_serves_the_others_and_ends_cleanly)
{
    struct smdpp_process server;
    struct https_client half;
    smdpp_process_start(&world, NULL, 0, &server);
    const size_t idle = open_files(server.pid);
    meet(server.port);
    cr_assert_eq(await_files(server.pid, idle), idle, "descriptors are left behind");
    const int mute = connect_mute(server.port);
    open_half(&half, server.port);
    cr_assert_eq(await_files(server.pid, idle + 2), idle + 2);
    cr_assert(smdpp_process_end(&server));
    close(mute);
    https_client_close(&half);
}

/* The same in this process, where the sessions can be counted. */
Test(crowd, only_open_sessions_stay)
{
    struct server *server;
    const struct server_plan plan = {.listen = "127.0.0.1:0",
                                     .functions = &es9_functions,
                                     .program = world.smdpp,
                                     .tls = &world.smdpp->credentials.tls,
                                     .ci = &world.smdpp->credentials.sets[EC_P256].ci,
                                     .connections = 2 * ACTIVE};
    const size_t before = open_files(getpid());
    cr_assert_eq(server_start(&plan, &server), 0);
    meet(strrchr(server_where(server), ':') + 1);
    cr_assert_eq(session_table_count(world.smdpp->sessions), ACTIVE / ROLES);
    server_stop(server);
    cr_assert_eq(open_files(getpid()), before);
}

/* Who holds a connection costs a descriptor, and no work. */
Test(crowd, those_who_hold_connections_cost_nothing)
{
    struct smdpp_process server;
    struct https_client half;
    int mutes[MUTE];
    smdpp_process_start(&world, NULL, 0, &server);
    const size_t idle = open_files(server.pid);
    for (size_t i = 0; i < MUTE; i++)
        mutes[i] = connect_mute(server.port);
    open_half(&half, server.port);
    cr_assert_eq(await_files(server.pid, idle + MUTE + 1), idle + MUTE + 1);
    cr_assert(await_rest(server.pid));
    for (size_t i = 0; i < MUTE; i++)
        close(mutes[i]);
    https_client_close(&half);
    cr_assert(smdpp_process_end(&server));
}

/* Who comes when all connections are taken waits until one is free. */
Test(crowd, beyond_its_connections_clients_wait)
{
    struct smdpp_process server;
    struct active late;
    char words[32];
    int mutes[CONNECTIONS + MUTE];
    const size_t count = sizeof(mutes) / sizeof(mutes[0]);
    smdpp_process_start(&world, NULL, OWN_FILES + CONNECTIONS, &server);
    snprintf(words, sizeof(words), ": %d LPAs at once, not ", CONNECTIONS);
    cr_assert_not_null(strstr(server.said, words), "%s", server.said);
    const size_t idle = open_files(server.pid);
    for (size_t i = 0; i < count; i++)
        mutes[i] = connect_mute(server.port);
    cr_assert_eq(await_files(server.pid, idle + CONNECTIONS), idle + CONNECTIONS);
    begin(&late, role_download, server.port);
    for (size_t i = 0; i < count; i++) {
        cr_assert_leq(open_files(server.pid), idle + CONNECTIONS);
        close(mutes[i]);
    }
    pthread_join(late.thread, NULL);
    cr_assert_eq(await_files(server.pid, idle), idle);
    cr_assert(smdpp_process_end(&server));
}

/* Who is served may stay connected, until connections are few: then each leaves when it has its
 * answer, and does not keep others waiting by its silence. */
Test(crowd, the_last_connections_are_for_those_who_come)
{
    struct smdpp_process server;
    struct https_client clients[CONNECTIONS];
    smdpp_process_start(&world, NULL, OWN_FILES + CONNECTIONS, &server);
    const size_t idle = open_files(server.pid);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        https_client_open(&clients[i], world.pki, server.port);
        json_decref(https_client_call(&clients[i], "es9plus", "cancelSession", json_object()));
        cr_assert_eq(clients[i].status, 200);
    }
    cr_assert_eq(await_files(server.pid, idle + STAYING), idle + STAYING);
    for (size_t i = 0; i < CONNECTIONS; i++)
        https_client_close(&clients[i]);
    cr_assert(smdpp_process_end(&server));
}
