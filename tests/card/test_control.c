/* The control socket: what is asked is answered, and nobody who asks can hold the card up. */
#include <criterion/criterion.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "apdu/json_writer.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/control/control.h"

#define ANSWER_MAX (1 << 20)

static char folder[64];
static struct control control;
static int done[2]; /* a client says that it has what it wants */

static const char *echo(void *context, struct bytes argument, struct writer *answer)
{
    (void)context;
    json_writer_open_object(answer, NULL);
    json_writer_text(answer, "said", argument);
    json_writer_close_object(answer);
    return NULL;
}

static const char *refuse(void *context, struct bytes argument, struct writer *answer)
{
    (void)argument;
    json_writer_word(answer, NULL, "half an answer");
    return context;
}

static const char *fill(void *context, struct bytes argument, struct writer *answer)
{
    (void)context;
    (void)argument;
    writer_fill(answer, 'x', ANSWER_MAX - 1);
    return NULL;
}

static const char *overflow(void *context, struct bytes argument, struct writer *answer)
{
    (void)context;
    (void)argument;
    writer_fill(answer, 'x', ANSWER_MAX + 1);
    return NULL;
}

static const struct control_request rows[] = {
    {"echo", "WORD", "Says it again.", echo},
    {"refuse", NULL, "Does not.", refuse},
    {"fill", NULL, "Says much.", fill},
    {"overflow", NULL, "Says too much.", overflow},
};
static const struct control_table table = {rows, 4, ANSWER_MAX, (void *)"because",
                                           "this card does not know the request"};

static void hush(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void start(void)
{
    trace_to(hush, NULL);
    strcpy(folder, "/tmp/emuicc-control-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(pipe(done), 0);
    control_open(&control, folder, &table);
    cr_assert_geq(control.socket.listener, 0);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void stop(void)
{
    control_close(&control);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(control, .init = start, .fini = stop, .timeout = 60);

static int connected(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", folder);
    cr_assert_eq(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
    return client;
}

static char answer[ANSWER_MAX + 1];

static void *ask(void *context)
{
    const char *request = context;
    size_t len = 0;
    const int client = connected();
    if (send(client, request, strlen(request), MSG_NOSIGNAL) > 0)
        for (ssize_t got = 1; got > 0; len += got > 0 ? (size_t)got : 0)
            got = recv(client, answer + len, sizeof(answer) - 1 - len, 0);
    answer[len] = '\0';
    close(client);
    cr_assert_eq(write(done[1], "", 1), 1);
    return NULL;
}

/* Until the reader (done) has something, or so many milliseconds have passed. */
static bool hears_reader(struct control *at, int milliseconds)
{
    struct pollfd wait = {.fd = done[0], .events = POLLIN};
    const int64_t end = milliseconds < 0 ? -1 : clock_ms() + milliseconds;
    while (!control_wait(at, &wait, 1, end))
        if (end >= 0 && clock_ms() >= end)
            return false;
    return true;
}

/* The answer to a request, while the card waits for a descriptor. */
static const char *asked(const char *request)
{
    pthread_t client;
    char byte;
    cr_assert_eq(pthread_create(&client, NULL, ask, (void *)request), 0);
    cr_assert(hears_reader(&control, 30000), "%s", request);
    cr_assert_eq(read(done[0], &byte, 1), 1);
    pthread_join(client, NULL);
    return answer;
}

Test(control, answers_a_line_with_a_document)
{
    cr_assert_str_eq(asked("echo hello there\n"), "{\"said\":\"hello there\"}\n");
    cr_assert_str_eq(asked("echo \"\x01\n"), "{\"said\":\"\\\"\\u0001\"}\n");
    cr_assert_str_eq(asked("refuse\n"), "{\"error\":\"because\"}\n");
    cr_assert_str_eq(asked("overflow\n"), "{\"error\":\"the answer is too long\"}\n");
    cr_assert_str_eq(asked("dance\n"), "{\"error\":\"this card does not know the request\"}\n");
    cr_assert_str_eq(asked("\n"), "{\"error\":\"this card does not know the request\"}\n");
    cr_assert_str_eq(asked("echo\n"), "{\"error\":\"the request lacks what it is about\"}\n");
    cr_assert_str_eq(asked("fill up\n"), "{\"error\":\"nothing may follow this request\"}\n");
    cr_assert_eq(strlen(asked("fill\n")), ANSWER_MAX);
}

Test(control, says_what_can_be_asked)
{
    asked("help\n");
    for (size_t i = 0; i < table.count; i++) {
        char row[128];
        snprintf(row, sizeof(row), "{\"name\":\"%s\"", rows[i].name);
        cr_assert_not_null(strstr(answer, row), "%s", answer);
        cr_assert_not_null(strstr(answer, rows[i].help), "%s", answer);
    }
}

Test(control, a_request_without_end_is_dropped)
{
    char request[CONTROL_REQUEST_MAX + 2];
    memset(request, 'x', sizeof(request));
    request[sizeof(request) - 1] = '\0';
    cr_assert_str_eq(asked(request), "");
}

Test(control, is_the_owners_alone_and_goes_with_the_card)
{
    struct stat status;
    char path[80];
    snprintf(path, sizeof(path), "%s/control", folder);
    cr_assert_eq(lstat(path, &status), 0);
    cr_assert(S_ISSOCK(status.st_mode));
    cr_assert_eq(status.st_mode & 07777, 0600);
    control_close(&control);
    cr_assert_neq(lstat(path, &status), 0);
}

Test(control, what_a_killed_card_has_left_is_replaced)
{
    struct control again;
    close(control.socket.listener);
    control_open(&again, folder, &table);
    cr_assert_geq(again.socket.listener, 0);
    control.socket.listener = again.socket.listener;
    close(again.socket.folder);
    cr_assert_str_eq(asked("echo here\n"), "{\"said\":\"here\"}\n");
}

Test(control, a_long_path_is_no_hindrance)
{
    char deep[512];
    size_t len = (size_t)sprintf(deep, "%s", folder);
    for (int i = 0; i < 6; i++) {
        len += (size_t)sprintf(deep + len, "/a-folder-with-quite-a-long-name-%d", i);
        cr_assert_eq(mkdir(deep, 0700), 0);
    }
    struct control far;
    control_open(&far, deep, &table);
    cr_assert_geq(far.socket.listener, 0);
    strcat(deep, "/control");
    cr_assert_eq(access(deep, F_OK), 0);
    control_close(&far);
    cr_assert_neq(access(deep, F_OK), 0);
}

Test(control, where_no_socket_can_be_made_the_card_does_without)
{
    struct control nowhere;
    control_open(&nowhere, "/proc/self", &table);
    cr_assert_eq(nowhere.socket.listener, -1);
    cr_assert_not(hears_reader(&nowhere, 10));
    cr_assert_eq(write(done[1], "", 1), 1);
    cr_assert(hears_reader(&nowhere, 1000));
    control_close(&nowhere);
}

static long elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* With this client there, the card hears its reader at once, and the next client in good time. */
static void expect_no_delay(int client)
{
    struct timespec since;
    char byte;
    clock_gettime(CLOCK_MONOTONIC, &since);
    cr_assert_eq(write(done[1], "", 1), 1);
    for (int i = 0; i < 1000; i++)
        cr_assert(hears_reader(&control, -1));
    cr_assert_lt(elapsed_ms(&since), 1000);
    cr_assert_eq(read(done[0], &byte, 1), 1);
    cr_assert_str_eq(asked("echo next\n"), "{\"said\":\"next\"}\n");
    cr_assert_lt(elapsed_ms(&since), CONTROL_CLIENT_MS + 2000);
    close(client);
}

Test(control, a_client_that_says_nothing_delays_nobody)
{
    expect_no_delay(connected());
}

Test(control, a_client_that_stops_in_the_middle_delays_nobody)
{
    const int client = connected();
    cr_assert_eq(send(client, "echo", 4, 0), 4);
    expect_no_delay(client);
}

Test(control, a_client_that_does_not_read_delays_nobody)
{
    const int client = connected();
    cr_assert_eq(send(client, "fill\n", 5, 0), 5);
    expect_no_delay(client);
}

Test(control, a_client_that_goes_away_is_forgotten)
{
    for (int i = 0; i < 6; i++) {
        const int client = connected();
        cr_assert_eq(send(client, "fill\n", i % 2 == 0 ? 5 : 2, 0), i % 2 == 0 ? 5 : 2);
        close(client);
    }
    struct timespec since;
    clock_gettime(CLOCK_MONOTONIC, &since);
    cr_assert_str_eq(asked("echo next\n"), "{\"said\":\"next\"}\n");
    cr_assert_lt(elapsed_ms(&since), CONTROL_CLIENT_MS);
}
