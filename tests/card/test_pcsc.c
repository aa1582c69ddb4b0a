/* PC/SC without pcscd: messages as libpcsclite 1.9.9 (protocol 4.4) and 2.3 (4.5) send them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "card/fault/fault_table.h"
#include "card/pcsc/pcsc.h"
#include "card/pcsc/pcsc_service.h"
#include "tests/support/temp_card.h"

#define READER "emuicc 00 00"
#define STATES_SIZE ((size_t)PCSC_READERS_MAX * PCSC_STATE_SIZE)

static struct card card;
static struct pcsc_card_here here;
static struct pcsc_reader reader;
static struct pcsc_service *service;
static uint8_t *response, *answer_room;
static struct bytes answer; /* to the last message */
static int64_t now;

static void be_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static int64_t clock_of_test(void)
{
    return now;
}

static void begin(void)
{
    trace_to(be_silent, NULL);
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
    service = malloc(sizeof(*service));
    response = malloc(CARD_RESPONSE_CAPACITY);
    answer_room = malloc(PCSC_ANSWER_MAX + STATES_SIZE);
    now = 1000;
    pcsc_card_here_init(&here, &card);
    pcsc_reader_init(&reader, &here.card, 0);
    pcsc_service_init(service, &reader, 1, response);
    service->now = clock_of_test;
}

static void end(void)
{
    pcsc_reader_finish(&reader);
    card_close(&card);
    temp_card_end();
    free(service);
    free(response);
    free(answer_room);
}

TestSuite(pcsc, .init = begin, .fini = end);

/* A message of these words, with bytes behind them; false if the connection ends with it. */
static bool send_message(struct pcsc_client *client, uint32_t command, const uint32_t *words,
                         size_t count, struct bytes data)
{
    static uint8_t message[PCSC_MESSAGE_MAX];
    const size_t size = PCSC_HEADER_SIZE + count * PCSC_WORD;
    struct writer out = writer_on(answer_room, PCSC_ANSWER_MAX + STATES_SIZE);
    pcsc_set_word(message, 0, (uint32_t)(count * PCSC_WORD));
    pcsc_set_word(message, 1, command);
    for (size_t i = 0; i < count; i++)
        pcsc_set_word(message + PCSC_HEADER_SIZE, i, words[i]);
    if (data.len > 0)
        memcpy(message + size, data.data, data.len);
    const struct bytes whole = bytes_of(message, size + data.len);
    for (size_t len = 0; len < whole.len; len++)
        cr_assert(pcsc_service_size(bytes_of(message, len)) == 0 ||
                  pcsc_service_size(bytes_of(message, len)) == whole.len);
    cr_assert(eq(sz, pcsc_service_size(whole), whole.len));
    const bool open = pcsc_service_answer(service, client, whole, &out);
    answer = writer_bytes(&out);
    return open;
}

/* The same; returns the word `result` of the answer. */
static int ask(struct pcsc_client *client, uint32_t command, const uint32_t *words, size_t count,
               size_t result)
{
    cr_assert(send_message(client, command, words, count, (struct bytes){0}));
    cr_assert(ge(sz, answer.len, (result + 1) * PCSC_WORD));
    return (int)pcsc_word(answer.data, result);
}

static struct pcsc_client *join(uint32_t minor)
{
    struct pcsc_client *client = pcsc_service_join(service);
    cr_assert(client != NULL);
    cr_assert(eq(int, ask(client, PCSC_VERSION, (uint32_t[]){PCSC_MAJOR, minor, 0}, 3, 2), 0));
    cr_assert(eq(u32, pcsc_word(answer.data, 1), minor));
    return client;
}

static uint32_t establish(struct pcsc_client *client)
{
    cr_assert(eq(int, ask(client, PCSC_ESTABLISH_CONTEXT, (uint32_t[]){2, 0, 0}, 3, 2), 0));
    return pcsc_word(answer.data, 1);
}

/* The result; the handle to *handle. */
static int connect_to(struct pcsc_client *client, uint32_t context, const char *name,
                      uint32_t share, uint32_t *handle)
{
    uint32_t words[1 + PCSC_NAME_SIZE / PCSC_WORD + 5] = {context};
    const size_t rest = 1 + PCSC_NAME_SIZE / PCSC_WORD;
    snprintf((char *)&words[1], PCSC_NAME_SIZE, "%s", name);
    words[rest] = share;
    words[rest + 1] = PCSC_T0 | PCSC_T1;
    const int result = ask(client, PCSC_CONNECT, words, sizeof(words) / PCSC_WORD, rest + 4);
    *handle = pcsc_word(answer.data, rest + 2);
    if (result == PCSC_SUCCESS)
        cr_assert(eq(u32, pcsc_word(answer.data, rest + 3), PCSC_T0));
    return result;
}

/* One client with a context and a handle of its own. */
struct user {
    struct pcsc_client *client;
    uint32_t context, handle;
};

static struct user make_user(uint32_t minor, uint32_t share)
{
    struct user user = {.client = join(minor)};
    user.context = establish(user.client);
    cr_assert(
        eq(int, connect_to(user.client, user.context, READER, share, &user.handle), PCSC_SUCCESS));
    return user;
}

/* The answer in hexadecimal, or the result as "-80100069". */
static const char *transmit(const struct user *user, const char *command)
{
    static char text[HEX_SIZE(64)];
    uint8_t bytes[64];
    struct writer out = writer_on(bytes, sizeof(bytes));
    cr_assert(hex_decode(command, &out));
    const uint32_t words[] = {user->handle, PCSC_T0, 16, (uint32_t)out.len, 0, 16, 258, 0};
    cr_assert(send_message(user->client, PCSC_TRANSMIT, words, 8, writer_bytes(&out)));
    const uint32_t result = pcsc_word(answer.data, 7);
    snprintf(text, sizeof(text), "-%08X", result);
    if (result != PCSC_SUCCESS)
        return text;
    cr_assert(eq(sz, answer.len, 8 * PCSC_WORD + pcsc_word(answer.data, 6)));
    hex_encode(bytes_of(answer.data + 8 * PCSC_WORD, answer.len - 8 * PCSC_WORD), text);
    return text;
}

static int with_handle(const struct user *user, uint32_t command, uint32_t second, size_t count)
{
    return ask(user->client, command, (uint32_t[]){user->handle, second, 0}, count, count - 1);
}

#define STATUS(user) with_handle(user, PCSC_STATUS, 0, 2)
#define BEGIN(user) with_handle(user, PCSC_BEGIN_TRANSACTION, 0, 2)
#define END(user, disposition) with_handle(user, PCSC_END_TRANSACTION, disposition, 3)
#define DISCONNECT(user, disposition) with_handle(user, PCSC_DISCONNECT, disposition, 3)

static int reconnect(const struct user *user, uint32_t share, uint32_t disposition)
{
    return ask(user->client, PCSC_RECONNECT,
               (uint32_t[]){user->handle, share, PCSC_T0 | PCSC_T1, disposition, 0, 0}, 6, 5);
}

Test(pcsc, other_versions_are_refused)
{
    struct pcsc_client *client = pcsc_service_join(service);
    static const uint32_t versions[][2] = {{4, 3}, {4, 6}, {3, 4}, {5, 4}, {0, 0}};
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const uint32_t words[] = {versions[i][0], versions[i][1], 0};
        cr_assert(eq(int, ask(client, PCSC_VERSION, words, 3, 2), PCSC_SERVICE_STOPPED));
        cr_assert(eq(u32, pcsc_word(answer.data, 0), PCSC_MAJOR));
        cr_assert(eq(u32, pcsc_word(answer.data, 1), PCSC_MINOR_MAX));
        cr_assert_not(send_message(client, PCSC_ESTABLISH_CONTEXT, (uint32_t[]){2, 0, 0}, 3,
                                   (struct bytes){0}));
    }
}

Test(pcsc, messages_that_are_none_end_the_connection)
{
    static const uint32_t headers[][2] = {{0, 0},
                                          {0, 0x16},
                                          {12, 0x10},
                                          {8, PCSC_VERSION},
                                          {16, 0x11},
                                          {4, PCSC_GET_READERS_STATE},
                                          {UINT32_MAX, PCSC_TRANSMIT}};
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        cr_assert(eq(sz, pcsc_service_size(bytes_of(headers[i], PCSC_HEADER_SIZE)), SIZE_MAX));
    uint32_t message[10] = {32, PCSC_TRANSMIT, 1, PCSC_T0, 8, PCSC_DATA_MAX + 1};
    cr_assert(eq(sz, pcsc_service_size(bytes_of(message, sizeof(message))), SIZE_MAX));
    message[5] = PCSC_DATA_MAX;
    cr_assert(eq(sz, pcsc_service_size(bytes_of(message, sizeof(message))),
                 sizeof(message) + PCSC_DATA_MAX));
}

Test(pcsc, states_have_the_form_of_both_versions)
{
    cr_assert(eq(sz, PCSC_STATE_SIZE, 184));
    for (uint32_t minor = PCSC_MINOR_MIN; minor <= PCSC_MINOR_MAX; minor++) {
        struct pcsc_client *client = join(minor);
        cr_assert(send_message(client, PCSC_GET_READERS_STATE, NULL, 0, (struct bytes){0}));
        cr_assert(eq(sz, answer.len, STATES_SIZE));
        cr_assert(eq(str, (char *)answer.data, READER));
        cr_assert(eq(u32, pcsc_word(answer.data + PCSC_NAME_SIZE, 1),
                     PCSC_PRESENT | PCSC_POWERED | PCSC_NEGOTIABLE));
        cr_assert(eq(u8, answer.data[PCSC_NAME_SIZE + 12], 0x3B));
        cr_assert(eq(u8, answer.data[PCSC_STATE_SIZE], 0));
        pcsc_service_leave(service, client);
    }
    cr_assert_not(send_message(join(4), PCSC_GET_READER_EVENTS, NULL, 0, (struct bytes){0}));
    cr_assert(eq(int, ask(join(5), PCSC_GET_READER_EVENTS, NULL, 0, 1), PCSC_SUCCESS));
}

Test(pcsc, commands_reach_the_card)
{
    struct user user = make_user(4, PCSC_SHARED);
    cr_assert(eq(str, (char *)transmit(&user, "00A4000C023F00"), "9000"));
    cr_assert(eq(str, (char *)transmit(&user, "00"), "6700"));
    cr_assert(eq(str, (char *)transmit(&user, "0070000001"), "019000"));
    /* Room for the answer is the client's to have. */
    const uint32_t words[] = {user.handle, PCSC_T0, 16, 5, 0, 16, 2, 0};
    cr_assert(send_message(user.client, PCSC_TRANSMIT, words, 8, BYTES(0, 0x70, 0, 0, 1)));
    cr_assert(eq(int, (int)pcsc_word(answer.data, 7), PCSC_INSUFFICIENT_BUFFER));
    cr_assert(eq(u32, pcsc_word(answer.data, 6), 3));
    cr_assert(eq(sz, answer.len, 8 * PCSC_WORD));
    const uint32_t other[] = {user.handle, PCSC_T1, 16, 4, 0, 16, 258, 0};
    cr_assert(send_message(user.client, PCSC_TRANSMIT, other, 8, BYTES(0, 0x70, 0x80, 1)));
    cr_assert(eq(int, (int)pcsc_word(answer.data, 7), PCSC_PROTO_MISMATCH));
    cr_assert(eq(int, DISCONNECT(&user, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(int, STATUS(&user), PCSC_INVALID_HANDLE));
}

/* Those of the ATR (ISO/IEC 7816-3 §8.2.3), of which the client may name some. */
Test(pcsc, the_protocol_is_one_that_the_card_offers)
{
    const struct {
        struct bytes atr;
        uint32_t wanted, got; /* 0: refused */
    } rows[] = {
        {BYTES(0x3B, 0x80, 0x81, 0x01, 0x00), PCSC_T0 | PCSC_T1, PCSC_T1},
        {BYTES(0x3B, 0x80, 0x81, 0x01, 0x00), PCSC_T0, 0},
        {BYTES(0x3B, 0x80, 0x80, 0x01, 0x01), PCSC_T0 | PCSC_T1, PCSC_T0},
        {BYTES(0x3B, 0x80, 0x80, 0x01, 0x01), PCSC_T1, PCSC_T1},
        {BYTES(0x3B, 0x00), PCSC_T1, 0},
        {BYTES(0x3B, 0x00), PCSC_T0, PCSC_T0},
    };
    struct pcsc_client *client = join(4);
    const uint32_t context = establish(client);
    const size_t rest = 1 + PCSC_NAME_SIZE / PCSC_WORD;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t words[1 + PCSC_NAME_SIZE / PCSC_WORD + 5] = {context};
        snprintf((char *)&words[1], PCSC_NAME_SIZE, "%s", READER);
        words[rest] = PCSC_SHARED;
        words[rest + 1] = rows[i].wanted;
        memcpy(card.personality.atr.data, rows[i].atr.data, rows[i].atr.len);
        card.personality.atr.len = rows[i].atr.len;
        const int result = ask(client, PCSC_CONNECT, words, sizeof(words) / PCSC_WORD, rest + 4);
        cr_expect(eq(int, result, rows[i].got != 0 ? PCSC_SUCCESS : PCSC_PROTO_MISMATCH), "%zu", i);
        if (result != PCSC_SUCCESS)
            continue;
        cr_expect(eq(u32, pcsc_word(answer.data, rest + 3), rows[i].got), "%zu", i);
        struct user user = {client, context, pcsc_word(answer.data, rest + 2)};
        cr_expect(eq(int, DISCONNECT(&user, PCSC_RESET), PCSC_SUCCESS));
    }
}

Test(pcsc, what_is_not_there_is_refused)
{
    struct pcsc_client *client = join(4);
    const uint32_t context = establish(client);
    uint32_t handle;
    cr_assert(
        eq(int, connect_to(client, context, "another", PCSC_SHARED, &handle), PCSC_UNKNOWN_READER));
    cr_assert(eq(int, connect_to(client, context + 1, READER, PCSC_SHARED, &handle),
                 PCSC_INVALID_HANDLE));
    cr_assert(eq(int, connect_to(client, 0, READER, PCSC_SHARED, &handle), PCSC_INVALID_HANDLE));
    cr_assert(eq(int, connect_to(client, context, READER, 7, &handle), PCSC_INVALID_VALUE));
    cr_assert(eq(int, ask(client, PCSC_RELEASE_CONTEXT, (uint32_t[]){context + 1, 0}, 2, 1),
                 PCSC_INVALID_HANDLE));
    /* A handle is its client's own. */
    struct user user = make_user(4, PCSC_SHARED), thief = user;
    thief.client = client;
    cr_assert(eq(int, STATUS(&thief), PCSC_INVALID_HANDLE));
    cr_assert(eq(str, (char *)transmit(&thief, "00A4000C023F00"), "-80100003"));
    cr_assert(eq(int, STATUS(&user), PCSC_SUCCESS));
}

Test(pcsc, exclusive_use_and_transactions)
{
    struct user first = make_user(4, PCSC_SHARED), second = make_user(5, PCSC_SHARED);
    uint32_t handle;
    cr_assert(eq(int, connect_to(second.client, second.context, READER, PCSC_EXCLUSIVE, &handle),
                 PCSC_SHARING_VIOLATION));
    cr_assert(eq(int, BEGIN(&first), PCSC_SUCCESS));
    cr_assert(eq(int, BEGIN(&first), PCSC_SUCCESS));
    cr_assert(eq(int, BEGIN(&second), PCSC_SHARING_VIOLATION));
    cr_assert(eq(str, (char *)transmit(&second, "00A4000C023F00"), "-8010000B"));
    cr_assert(eq(int, END(&second, PCSC_LEAVE), PCSC_SHARING_VIOLATION));
    cr_assert(eq(int, END(&first, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(int, BEGIN(&second), PCSC_SHARING_VIOLATION));
    cr_assert(eq(int, END(&first, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(int, END(&first, PCSC_LEAVE), PCSC_NOT_TRANSACTED));
    cr_assert(eq(int, BEGIN(&second), PCSC_SUCCESS));
    cr_assert(eq(int, DISCONNECT(&first, PCSC_RESET), PCSC_SUCCESS));
    cr_assert(eq(int, END(&second, PCSC_LEAVE), PCSC_SUCCESS), "a transaction was disturbed");
    cr_assert(eq(int, DISCONNECT(&second, PCSC_LEAVE), PCSC_SUCCESS));
    struct user alone = make_user(4, PCSC_EXCLUSIVE);
    cr_assert(eq(int, connect_to(first.client, first.context, READER, PCSC_SHARED, &handle),
                 PCSC_SHARING_VIOLATION));
    cr_assert(eq(int, reconnect(&alone, PCSC_SHARED, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(int, connect_to(first.client, first.context, READER, PCSC_SHARED, &handle),
                 PCSC_SUCCESS));
    cr_assert(eq(int, reconnect(&alone, PCSC_EXCLUSIVE, PCSC_LEAVE), PCSC_SHARING_VIOLATION));
    cr_assert(eq(str, (char *)transmit(&alone, "00A4000C023F00"), "9000"));
}

Test(pcsc, who_did_not_reset_the_card_learns_of_it)
{
    struct user first = make_user(4, PCSC_SHARED), second = make_user(4, PCSC_SHARED);
    cr_assert(eq(str, (char *)transmit(&first, "0070000001"), "019000"));
    cr_assert(eq(int, reconnect(&second, PCSC_SHARED, PCSC_RESET), PCSC_SUCCESS));
    cr_assert(eq(int, STATUS(&first), PCSC_RESET_CARD));
    cr_assert(eq(str, (char *)transmit(&first, "01A4000C023F00"), "-80100068"));
    cr_assert(eq(int, BEGIN(&first), PCSC_RESET_CARD));
    cr_assert(eq(int, STATUS(&second), PCSC_SUCCESS));
    cr_assert(eq(int, reconnect(&first, PCSC_SHARED, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(str, (char *)transmit(&first, "01A4000C023F00"), "6881"), "the channel is open");
    cr_assert(eq(int, DISCONNECT(&second, PCSC_UNPOWER), PCSC_SUCCESS));
    cr_assert(eq(int, STATUS(&first), PCSC_RESET_CARD));
}

Test(pcsc, the_power_goes_some_time_after_the_last_client)
{
    struct user user = make_user(4, PCSC_SHARED);
    cr_assert(eq(str, (char *)transmit(&user, "0070000001"), "019000"));
    cr_assert(eq(int, DISCONNECT(&user, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(i64, pcsc_service_due(service), now + PCSC_POWER_OFF_MS));
    now += PCSC_POWER_OFF_MS - 1;
    pcsc_service_look(service);
    user = make_user(4, PCSC_SHARED);
    cr_assert(eq(str, (char *)transmit(&user, "01A4000C023F00"), "9000"), "the channel is gone");
    cr_assert(eq(i64, pcsc_service_due(service), -1));
    cr_assert(eq(int, DISCONNECT(&user, PCSC_LEAVE), PCSC_SUCCESS));
    now += PCSC_POWER_OFF_MS;
    pcsc_service_look(service);
    user = make_user(4, PCSC_SHARED);
    cr_assert(eq(str, (char *)transmit(&user, "01A4000C023F00"), "6881"), "the channel is open");
}

/* Of several readers the one whose time comes first. */
Test(pcsc, the_service_is_due_with_its_first_reader)
{
    struct pcsc_reader readers[3];
    struct pcsc_card_here cards[3];
    struct user users[2];
    for (unsigned i = 0; i < 3; i++) {
        pcsc_card_here_init(&cards[i], &card);
        pcsc_reader_init(&readers[i], &cards[i].card, i);
    }
    pcsc_service_init(service, readers, 3, response);
    service->now = clock_of_test;
    for (unsigned i = 0; i < 2; i++) {
        char name[PCSC_NAME_SIZE];
        snprintf(name, sizeof(name), "emuicc 00 %02u", i);
        users[i].client = join(4);
        users[i].context = establish(users[i].client);
        cr_assert(eq(
            int, connect_to(users[i].client, users[i].context, name, PCSC_SHARED, &users[i].handle),
            PCSC_SUCCESS));
    }
    const int64_t first = now + PCSC_POWER_OFF_MS;
    for (unsigned i = 0; i < 2; i++, now += 5)
        cr_assert(eq(int, DISCONNECT(&users[i], PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(i64, pcsc_service_due(service), first));
    for (unsigned i = 0; i < 3; i++)
        pcsc_reader_finish(&readers[i]);
}

Test(pcsc, a_client_that_dies_gives_back_what_it_has)
{
    struct user first = make_user(4, PCSC_EXCLUSIVE);
    cr_assert(eq(int, BEGIN(&first), PCSC_SUCCESS));
    cr_assert(eq(str, (char *)transmit(&first, "0070000001"), "019000"));
    pcsc_service_leave(service, first.client);
    struct user second = make_user(4, PCSC_EXCLUSIVE);
    cr_assert(eq(str, (char *)transmit(&second, "01A4000C023F00"), "6881"),
              "the card was not reset");
    for (size_t i = 0; i < 3 * PCSC_HANDLES_MAX; i++) {
        pcsc_service_leave(service, second.client);
        second = make_user(4, PCSC_EXCLUSIVE);
    }
}

static bool is_woken(const struct user *user, int result)
{
    struct writer out = writer_on(answer_room, PCSC_ANSWER_MAX);
    if (!pcsc_service_wake(service, user->client, &out))
        return false;
    cr_assert(eq(sz, out.len, 2 * PCSC_WORD));
    cr_assert(eq(int, (int)pcsc_word(answer_room, 1), result));
    return true;
}

Test(pcsc, a_card_that_goes_and_comes_wakes_those_who_wait)
{
    struct user user = make_user(4, PCSC_SHARED), other = make_user(5, PCSC_SHARED);
    service->changed = false;
    cr_assert(send_message(user.client, PCSC_WAIT_READER_STATE_CHANGE, NULL, 0, (struct bytes){0}));
    cr_assert(eq(sz, answer.len, STATES_SIZE));
    cr_assert_not(is_woken(&user, PCSC_SUCCESS));
    card.presence = CARD_REINSERTING;
    pcsc_service_look(service);
    cr_assert(is_woken(&user, PCSC_SUCCESS));
    cr_assert_not(is_woken(&user, PCSC_SUCCESS), "told twice");
    cr_assert_not(is_woken(&other, PCSC_SUCCESS), "it did not wait");
    cr_assert(eq(int, STATUS(&user), PCSC_REMOVED_CARD));
    cr_assert(eq(i64, pcsc_service_due(service), now));
    pcsc_service_look(service);
    cr_assert(reader.present);
    cr_assert(eq(str, (char *)transmit(&user, "00A4000C023F00"), "-80100069"));
    cr_assert(eq(int, reconnect(&user, PCSC_SHARED, PCSC_LEAVE), PCSC_SUCCESS));
    cr_assert(eq(str, (char *)transmit(&user, "00A4000C023F00"), "9000"));
    /* Stopping has an answer only for who still waits. */
    cr_assert(send_message(user.client, PCSC_WAIT_READER_STATE_CHANGE, NULL, 0, (struct bytes){0}));
    cr_assert(send_message(user.client, PCSC_STOP_WAITING, NULL, 0, (struct bytes){0}));
    cr_assert(eq(sz, answer.len, 2 * PCSC_WORD));
    cr_assert(send_message(user.client, PCSC_STOP_WAITING, NULL, 0, (struct bytes){0}));
    cr_assert(eq(sz, answer.len, 0));
}

Test(pcsc, waiting_is_cancelled_by_another_client)
{
    struct user user = make_user(4, PCSC_SHARED), other = make_user(4, PCSC_SHARED);
    service->changed = false;
    cr_assert(send_message(user.client, PCSC_WAIT_READER_STATE_CHANGE, NULL, 0, (struct bytes){0}));
    cr_assert(
        eq(int, ask(other.client, PCSC_CANCEL, (uint32_t[]){user.context, 0}, 2, 1), PCSC_SUCCESS));
    cr_assert(is_woken(&user, PCSC_CANCELLED));
    cr_assert(eq(int, ask(other.client, PCSC_CANCEL, (uint32_t[]){user.context + 99, 0}, 2, 1),
                 PCSC_INVALID_HANDLE));
}

Test(pcsc, a_reader_without_a_card)
{
    struct pcsc_client *client = join(4);
    const uint32_t context = establish(client);
    uint32_t handle;
    card.presence = CARD_EJECTED;
    pcsc_service_look(service);
    cr_assert(
        eq(int, connect_to(client, context, READER, PCSC_SHARED, &handle), PCSC_NO_SMARTCARD));
    cr_assert(send_message(client, PCSC_GET_READERS_STATE, NULL, 0, (struct bytes){0}));
    cr_assert(eq(u32, pcsc_word(answer.data + PCSC_NAME_SIZE, 1), PCSC_ABSENT));
    cr_assert(eq(u8, answer.data[PCSC_NAME_SIZE + 12], 0));
}

Test(pcsc, an_answer_that_does_not_come)
{
    struct user user = make_user(4, PCSC_SHARED);
    cr_assert(faults_read(&card.hardware.faults, "test", bytes_of_text("apdu 1 = mute")) == 0);
    card_arm(&card);
    cr_assert(eq(str, (char *)transmit(&user, "00A4000C023F00"), "-80100016"));
    cr_assert(eq(int, reconnect(&user, PCSC_SHARED, PCSC_RESET), PCSC_SUCCESS));
    cr_assert(eq(str, (char *)transmit(&user, "00A4000C023F00"), "9000"));
}

static int attribute(const struct user *user, uint32_t id, uint32_t room)
{
    uint32_t words[4 + PCSC_ATTRIBUTE_SIZE / PCSC_WORD] = {user->handle, id};
    const size_t count = sizeof(words) / PCSC_WORD;
    words[count - 2] = room;
    return ask(user->client, PCSC_GET_ATTRIBUTE, words, count, count - 1);
}

static int set_attribute(const struct user *user, uint32_t handle)
{
    uint32_t words[4 + PCSC_ATTRIBUTE_SIZE / PCSC_WORD] = {handle, 0x7FFF0003};
    const size_t count = sizeof(words) / PCSC_WORD;
    return ask(user->client, PCSC_SET_ATTRIBUTE, words, count, count - 1);
}

Test(pcsc, attributes_and_control)
{
    struct user user = make_user(4, PCSC_SHARED);
    cr_assert(eq(int, attribute(&user, 0x00090303, 264), PCSC_SUCCESS));
    cr_assert(eq(u8, answer.data[8], 0x3B));
    cr_assert(eq(int, attribute(&user, 0x7FFF0003, 264), PCSC_SUCCESS));
    cr_assert(eq(str, (char *)answer.data + 8, READER));
    cr_assert(eq(int, attribute(&user, 0x7FFF0003, 4), PCSC_INSUFFICIENT_BUFFER));
    cr_assert(eq(int, attribute(&user, 0x12345678, 264), PCSC_UNSUPPORTED_FEATURE));
    cr_assert(eq(int, set_attribute(&user, user.handle), PCSC_UNSUPPORTED_FEATURE));
    cr_assert(eq(int, set_attribute(&user, user.handle + 1), PCSC_INVALID_HANDLE));
    const uint32_t control[] = {user.handle, 0x42000D48, 2, 264, 9, 0};
    cr_assert(send_message(user.client, PCSC_CONTROL, control, 6, BYTES(1, 2)));
    cr_assert(eq(int, (int)pcsc_word(answer.data, 5), PCSC_UNSUPPORTED_FEATURE));
    cr_assert(eq(u32, pcsc_word(answer.data, 4), 0), "bytes that come back");
}

Test(pcsc, there_are_only_so_many)
{
    size_t count = 0;
    while (pcsc_service_join(service) != NULL)
        count++;
    cr_assert(eq(sz, count, PCSC_CLIENTS_MAX));
    struct pcsc_client *client = &service->clients[0];
    cr_assert(eq(int, ask(client, PCSC_VERSION, (uint32_t[]){4, 4, 0}, 3, 2), 0));
    for (size_t i = 0; i < PCSC_CONTEXTS_MAX; i++)
        (void)establish(client);
    cr_assert(
        eq(int, ask(client, PCSC_ESTABLISH_CONTEXT, (uint32_t[]){2, 0, 0}, 3, 2), PCSC_NO_MEMORY));
    const uint32_t context = client->contexts[0];
    uint32_t handle;
    for (size_t i = 0; i < PCSC_HANDLES_MAX; i++)
        cr_assert(eq(int, connect_to(client, context, READER, PCSC_SHARED, &handle), 0));
    cr_assert(eq(int, connect_to(client, context, READER, PCSC_SHARED, &handle), PCSC_NO_MEMORY));
}

/* Clients of the socket, which another thread serves. */

#define QUESTIONS 400 /* more answers than a socket holds */

static struct stop stop;
static struct pcsc *server;
static char socket_path[128];

static void *serve(void *context)
{
    struct control control = control_none;
    (void)context;
    pcsc_run(server, &stop, &control);
    return NULL;
}

static int call(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, socket_path);
    cr_assert(client >= 0 &&
              connect(client, (const struct sockaddr *)&address, sizeof(address)) == 0);
    return client;
}

static void put(int client, uint32_t command, const uint32_t *words, size_t count)
{
    uint8_t message[PCSC_HEADER_SIZE + 4 * PCSC_WORD];
    pcsc_set_word(message, 0, (uint32_t)(count * PCSC_WORD));
    pcsc_set_word(message, 1, command);
    for (size_t i = 0; i < count; i++)
        pcsc_set_word(message + PCSC_HEADER_SIZE, i, words[i]);
    const size_t size = PCSC_HEADER_SIZE + count * PCSC_WORD;
    cr_assert(eq(i64, send(client, message, size, MSG_NOSIGNAL), (int64_t)size));
}

static void take(int client, uint8_t *out, size_t len)
{
    for (size_t got = 0; got < len;) {
        const ssize_t more = recv(client, out + got, len - got, 0);
        cr_assert(gt(i64, more, 0), "the answers end after %zu of %zu bytes", got, len);
        got += (size_t)more;
    }
}

static uint32_t take_context(int client)
{
    uint8_t words[3 * PCSC_WORD];
    put(client, PCSC_VERSION, (uint32_t[]){PCSC_MAJOR, 4, 0}, 3);
    take(client, words, sizeof(words));
    put(client, PCSC_ESTABLISH_CONTEXT, (uint32_t[]){2, 0, 0}, 3);
    take(client, words, sizeof(words));
    return pcsc_word(words, 1);
}

/* The server has gone through what was sent before: it takes a turn for each of two questions. */
static void let_it_turn(int client, uint32_t context)
{
    uint8_t words[2 * PCSC_WORD];
    for (int turn = 0; turn < 2; turn++) {
        put(client, PCSC_CANCEL, (uint32_t[]){context + 99, 0}, 2);
        take(client, words, sizeof(words));
        cr_assert(eq(int, (int)pcsc_word(words, 1), PCSC_INVALID_HANDLE));
    }
}

/* In one piece: each send takes far more of the socket's room than its bytes, and nobody reads
 * there while answers are stuck. */
static void put_questions(int client)
{
    static uint8_t messages[QUESTIONS * PCSC_HEADER_SIZE];
    for (size_t i = 0; i < QUESTIONS; i++)
        pcsc_set_word(messages + i * PCSC_HEADER_SIZE, 1, PCSC_GET_READERS_STATE);
    cr_assert(
        eq(i64, send(client, messages, sizeof(messages), MSG_NOSIGNAL), (int64_t)sizeof(messages)));
}

/* A client that waits asks on and does not read; another cancels its waiting. */
Test(pcsc, who_is_woken_while_answers_are_stuck_gets_all_of_them, .timeout = 60)
{
    static uint8_t states[STATES_SIZE], got[STATES_SIZE];
    struct pcsc_card *const cards[] = {&here.card};
    uint8_t words[2 * PCSC_WORD];
    pthread_t thread;
    size_t woken = 0;
    snprintf(socket_path, sizeof(socket_path), "%s/pcsc", temp_card_folder);
    cr_assert(stop_begin(&stop) == 0 && pcsc_open(socket_path, cards, 1, &server) == 0 &&
              pthread_create(&thread, NULL, serve, NULL) == 0);
    const int waiting = call(), other = call();
    const uint32_t context = take_context(waiting), others = take_context(other);
    put(waiting, PCSC_WAIT_READER_STATE_CHANGE, NULL, 0);
    take(waiting, states, sizeof(states));
    put_questions(waiting);
    let_it_turn(other, others);
    put(other, PCSC_CANCEL, (uint32_t[]){context, 0}, 2);
    take(other, words, sizeof(words));
    cr_assert(eq(int, (int)pcsc_word(words, 1), PCSC_SUCCESS));
    let_it_turn(other, others);
    for (size_t i = 0; i < QUESTIONS + 1; i++) {
        take(waiting, got, sizeof(words));
        if (pcsc_word(got, 1) == (uint32_t)PCSC_CANCELLED) {
            woken = i;
            continue;
        }
        take(waiting, got + sizeof(words), STATES_SIZE - sizeof(words));
        cr_assert(memcmp(got, states, STATES_SIZE) == 0, "answer %zu", i);
    }
    cr_expect(woken > 0 && woken < QUESTIONS, "no answer was stuck when it was woken");
    close(waiting);
    close(other);
    pthread_kill(stop.thread, SIGTERM);
    pthread_join(thread, NULL);
    stop_finish(&stop);
    pcsc_close(server);
}
