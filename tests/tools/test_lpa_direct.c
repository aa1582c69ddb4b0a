/* A farm that is none: what the LPA says to it, byte for byte, and what it makes of the answers. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/direct.h"
#include "card/clock.h"
#include "tools/lib/transport/direct.h"

#define EID "89049032123451234512345678901235"

static int listener;
static pthread_t farm;
static char where[260];
static struct script {
    const char *answer; /* to the hello; NULL: none, hang up */
    size_t answer_len;
    const char *response; /* frame in answer to a command */
    size_t response_len;
    size_t times; /* that the hello is answered so before it is answered with success */
    uint8_t heard[256];
    size_t heard_len;
} script;

static void hear(int client, size_t len)
{
    const ssize_t got = recv(client, script.heard + script.heard_len, len, MSG_WAITALL);
    script.heard_len += got > 0 ? (size_t)got : 0;
}

/* Answers the hello and nothing else until it is told to; then what it owed all the time. */
static void *play_late(void *context)
{
    const int client = accept(listener, NULL, NULL);
    hear(client, 38);
    send(client, script.answer, script.answer_len, MSG_NOSIGNAL);
    hear(client, 3 + 2 + 5);
    sem_wait(context);
    for (size_t i = 0; i < script.times; i++)
        send(client, script.response, script.response_len, MSG_NOSIGNAL);
    while (recv(client, script.heard, sizeof(script.heard), 0) > 0)
        ;
    close(client);
    return NULL;
}

static void *play(void *context)
{
    (void)context;
    for (size_t i = 0; i < script.times; i++) {
        const int client = accept(listener, NULL, NULL);
        script.heard_len = 0;
        hear(client, 38);
        if (script.answer != NULL)
            send(client, script.answer, script.answer_len, MSG_NOSIGNAL);
        if (script.response != NULL) {
            hear(client, 3 + 2 + 5);
            send(client, script.response, script.response_len, MSG_NOSIGNAL);
        }
        close(client);
    }
    return NULL;
}

static void listen_at(int family, const void *address, socklen_t len, sem_t *late)
{
    listener = socket(family, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, address, len), 0);
    cr_assert_eq(listen(listener, 8), 0);
    cr_assert_eq(pthread_create(&farm, NULL, late != NULL ? play_late : play, late), 0);
}

static void start(const struct script *as, sem_t *late)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    script = *as;
    listen_at(AF_INET, &address, len, late);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    snprintf(where, sizeof(where), "127.0.0.1:%u/" EID, ntohs(address.sin_port));
}

static void finish(struct transport *transport)
{
    transport->kind->close(transport);
    pthread_join(farm, NULL);
    close(listener);
}

static const struct script usual = {
    .answer = "\0\1\0", .answer_len = 3, .response = "\0\2\x90\0", .response_len = 4, .times = 1};

static void expect_frames(void)
{
    struct fault fault = {0};
    uint8_t room[TRANSPORT_RESPONSE_MAX];
    struct writer response = writer_on(room, sizeof(room));
    struct transport *transport = direct_create(where, 20000);
    cr_assert(transport->kind->open(transport, &fault), "%s", fault.text);
    cr_assert_eq(strncmp(transport->place, where, strlen(transport->place)), 0);
    cr_assert(transport->kind->transmit(transport, BYTES(0, 0xA4, 0, 0x0C, 0), &response, &fault));
    cr_assert(bytes_equal(writer_bytes(&response), BYTES(0x90, 0)));
    cr_assert_not(
        transport->kind->transmit(transport, BYTES(0, 0xA4, 0, 0x0C, 0), &response, &fault));
    cr_assert_not_null(strstr(fault.text, "does not answer any more"));
    finish(transport);
    cr_assert_eq(script.heard_len, 38 + 3 + 7);
    cr_assert_arr_eq(script.heard,
                     "\0\x24"
                     "EID " EID "\0\1\1"
                     "\0\5\0\xA4\0\x0C\0",
                     48);
}

Test(lpa_direct, says_the_eid_powers_on_and_sends_commands_in_frames)
{
    start(&usual, NULL);
    expect_frames();
}

/* A state in whose folder a socket's address has no room; the chip itself needs no folder yet. */
Test(lpa_direct, a_chip_s_folder_leads_to_its_farm)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/emuicc-direct-XXXXXX", state[80], command[200];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(state, sizeof(state), "%s/%040d", folder, 0);
    snprintf(command, sizeof(command), "mkdir -p %s/%080d/chips", state, 0);
    cr_assert_eq(system(command), 0);
    snprintf(command, sizeof(command), "%s/%080d", state, 0);
    cr_assert_eq(chdir(command), 0);
    strcpy(address.sun_path, DIRECT_SOCKET);
    script = usual;
    listen_at(AF_UNIX, &address, sizeof(address), NULL);
    snprintf(where, sizeof(where), "%s/chips/" EID "/", command); /* as a shell completes it */
    expect_frames();
    cr_assert_eq(chdir("/"), 0);
    struct fault fault = {0};
    struct transport *transport = direct_create(where, 20000);
    cr_assert_not(transport->kind->open(transport, &fault));
    cr_expect_not_null(strstr(fault.text, "../direct: Connection refused"), "%s", fault.text);
    cr_expect_not_null(strstr(fault.next, "emuicc-farm runs on this state"), "%s", fault.next);
    transport->kind->close(transport);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

static void expect_refusal(const struct script *as, const char *text, const char *next)
{
    struct fault fault = {0};
    start(as, NULL);
    struct transport *transport = direct_create(where, 20000);
    cr_assert_not(transport->kind->open(transport, &fault));
    cr_assert_not_null(strstr(fault.text, text), "%s", fault.text);
    cr_assert_not_null(strstr(fault.next, next), "%s", fault.next);
    finish(transport);
}

Test(lpa_direct, refusals_are_told_with_what_to_do_next)
{
    expect_refusal(&(struct script){.answer = "\0\5\2none", .answer_len = 7, .times = 1},
                   EID ": none", "folders");
    expect_refusal(&(struct script){.answer = "\0\6\4badly", .answer_len = 8, .times = 1},
                   EID ": badly", "has said why");
    expect_refusal(&(struct script){.answer = "\0\5\3used", .answer_len = 7, .times = 20},
                   EID ": used", "try again");
}

Test(lpa_direct, what_is_no_farm_is_told)
{
    expect_refusal(&(struct script){.times = 1}, "does not answer as a farm does",
                   "not one of vpcd");
    expect_refusal(&(struct script){.answer = "\xFF\xFFzzz", .answer_len = 5, .times = 1},
                   "does not answer as a farm does", "not one of vpcd");
    expect_refusal(&(struct script){.answer = "\0\0", .answer_len = 2, .times = 1},
                   "does not answer as a farm does", "not one of vpcd");
}

#define ON_THEIR_WAY 32
#define TIMEOUT_MS 200

/* Its answers belong to nothing any more, however many come; and who waited once does not wait for
 * each of them. */
Test(lpa_direct, a_chip_that_was_given_up_is_not_listened_to_again)
{
    sem_t late;
    struct fault fault = {0};
    uint8_t room[TRANSPORT_RESPONSE_MAX];
    struct writer response = writer_on(room, sizeof(room));
    struct script mute = usual;
    cr_assert_eq(sem_init(&late, 0, 0), 0);
    mute.times = ON_THEIR_WAY;
    start(&mute, &late);
    struct transport *transport = direct_create(where, TIMEOUT_MS);
    cr_assert(transport->kind->open(transport, &fault), "%s", fault.text);
    const int64_t begun = clock_ms();
    for (int i = 0; i < ON_THEIR_WAY; i++)
        cr_assert(transport->kind->send(transport, BYTES(0, 0xA4, 0, 0x0C, 0), &fault));
    for (int i = 0; i < ON_THEIR_WAY; i++)
        cr_expect_not(transport->kind->receive(transport, &response, &fault));
    cr_expect_lt(clock_ms() - begun, ON_THEIR_WAY * TIMEOUT_MS / 2);
    sem_post(&late);
    fault = (struct fault){0};
    cr_expect_not(
        transport->kind->transmit(transport, BYTES(0, 0xA4, 0, 0x0C, 0), &response, &fault));
    cr_expect_not_null(strstr(fault.text, "does not answer any more"));
    cr_expect_eq(response.len, 0);
    finish(transport);
    sem_destroy(&late);
}

Test(lpa_direct, where_it_is_must_be_said_whole)
{
    const char *const wrong[] = {"",
                                 "/",
                                 "127.0.0.1",
                                 "127.0.0.1:1",
                                 ":1/" EID,
                                 "127.0.0.1:/" EID,
                                 "127.0.0.1:1/",
                                 "127.0.0.1:1/8904",
                                 "127.0.0.1:1/" EID "1",
                                 "127.0.0.1:123456789/" EID,
                                 "127.0.0.1/" EID};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct fault fault = {0};
        struct transport *transport = direct_create(wrong[i], 100);
        cr_assert_not(transport->kind->open(transport, &fault), "%s", wrong[i]);
        cr_assert_str_eq(fault.where, "--direct", "%s", wrong[i]);
        cr_assert(fault.usage, "%s", wrong[i]);
        transport->kind->close(transport);
    }
}

Test(lpa_direct, nobody_there_is_told)
{
    struct fault fault = {0};
    struct transport *transport = direct_create("127.0.0.1:1/" EID, 100);
    cr_assert_not(transport->kind->open(transport, &fault));
    cr_assert_not_null(strstr(fault.next, "emuicc-farm"), "%s", fault.text);
    transport->kind->close(transport);
}
