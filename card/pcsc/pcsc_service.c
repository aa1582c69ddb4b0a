#include "card/pcsc/pcsc_service.h"

#include "card/clock.h"

/* A message taken apart. */
struct call {
    struct pcsc_service *service;
    struct pcsc_client *client;
    uint8_t *body;        /* the command's words, a copy: the answer is written over them */
    struct bytes data;    /* what follows the words */
    struct bytes answers; /* what follows the words of the answer; empty: nothing */
};

/* Works on the words; sets the word of the result. */
typedef void call_handler(struct call *call);

struct row {
    uint32_t command;
    uint8_t words; /* of the body */
    uint8_t data;  /* number of the word that says how many bytes follow; 0: none do */
    uint8_t
        result; /* number of the word with the result; NO_RESULT: the answer is something else */
    call_handler *handle;
};

#define NO_RESULT 0xFF
#define ATTRIBUTE_WORDS (4 + PCSC_ATTRIBUTE_SIZE / PCSC_WORD)
#define CONNECT_NAME PCSC_WORD /* where the name stands in the body */
#define CONNECT_REST (1 + PCSC_NAME_SIZE / PCSC_WORD)

enum transmit_word {
    TRANSMIT_HANDLE,
    TRANSMIT_PROTOCOL,
    TRANSMIT_SEND_PCI,
    TRANSMIT_SEND_LEN,
    TRANSMIT_RECEIVE_PROTOCOL,
    TRANSMIT_RECEIVE_PCI,
    TRANSMIT_RECEIVE_LEN,
    TRANSMIT_RESULT,
};

static void set_result(struct call *call, size_t word, int result)
{
    pcsc_set_word(call->body, word, (uint32_t)result);
}

/* Contexts. */

static uint32_t *find_context(struct pcsc_client *client, uint32_t id)
{
    for (size_t i = 0; i < PCSC_CONTEXTS_MAX; i++)
        if (client->contexts[i] == id)
            return &client->contexts[i];
    return NULL;
}

/* Ids are never 0, and as positive numbers what the library can sign-extend as it likes. */
static uint32_t new_id(struct pcsc_service *service)
{
    service->last_id = service->last_id < INT32_MAX ? service->last_id + 1 : 1;
    return service->last_id;
}

static void establish(struct call *call)
{
    uint32_t *context = find_context(call->client, 0);
    if (context == NULL) {
        set_result(call, 2, PCSC_NO_MEMORY);
        return;
    }
    *context = new_id(call->service);
    pcsc_set_word(call->body, 1, *context);
    set_result(call, 2, PCSC_SUCCESS);
}

static void drop_handles(struct pcsc_service *service, uint32_t context)
{
    for (size_t i = 0; i < PCSC_HANDLES_MAX; i++)
        if (service->handles[i].id != 0 && service->handles[i].context == context)
            pcsc_reader_abandon(&service->handles[i], service->now());
}

static void release(struct call *call)
{
    const uint32_t id = pcsc_word(call->body, 0);
    uint32_t *context = id != 0 ? find_context(call->client, id) : NULL;
    set_result(call, 1, context != NULL ? PCSC_SUCCESS : PCSC_INVALID_HANDLE);
    if (context == NULL)
        return;
    drop_handles(call->service, id);
    *context = 0;
}

/* Handles. */

static struct pcsc_handle *free_handle(struct pcsc_service *service)
{
    for (size_t i = 0; i < PCSC_HANDLES_MAX; i++)
        if (service->handles[i].id == 0)
            return &service->handles[i];
    return NULL;
}

/* A handle of this client's; NULL if it is none. */
static struct pcsc_handle *handle_of(const struct call *call)
{
    const uint32_t id = pcsc_word(call->body, 0);
    for (size_t i = 0; id != 0 && i < PCSC_HANDLES_MAX; i++) {
        struct pcsc_handle *handle = &call->service->handles[i];
        if (handle->id == id && find_context(call->client, handle->context) != NULL)
            return handle;
    }
    return NULL;
}

static struct pcsc_reader *find_reader(const struct pcsc_service *service, const char *name)
{
    for (size_t i = 0; i < service->reader_count; i++)
        if (strcmp(service->readers[i].name, name) == 0)
            return &service->readers[i];
    return NULL;
}

static int connect_reader(const struct call *call, struct pcsc_handle **out)
{
    char name[PCSC_NAME_SIZE];
    const uint32_t context = pcsc_word(call->body, 0);
    memcpy(name, call->body + CONNECT_NAME, sizeof(name));
    name[sizeof(name) - 1] = '\0';
    struct pcsc_reader *reader = find_reader(call->service, name);
    struct pcsc_handle *handle = free_handle(call->service);
    if (context == 0 || find_context(call->client, context) == NULL)
        return PCSC_INVALID_HANDLE;
    if (reader == NULL || handle == NULL)
        return reader == NULL ? PCSC_UNKNOWN_READER : PCSC_NO_MEMORY;
    *handle = (struct pcsc_handle){.id = new_id(call->service), .context = context};
    const int result = pcsc_reader_connect(reader, handle, pcsc_word(call->body, CONNECT_REST),
                                           pcsc_word(call->body, CONNECT_REST + 1));
    if (result != PCSC_SUCCESS)
        *handle = (struct pcsc_handle){0};
    *out = handle;
    return result;
}

static void connect_handle(struct call *call)
{
    struct pcsc_handle *handle = NULL;
    const int result = connect_reader(call, &handle);
    if (result == PCSC_SUCCESS) {
        pcsc_set_word(call->body, CONNECT_REST + 2, handle->id);
        pcsc_set_word(call->body, CONNECT_REST + 3, handle->protocol);
    }
    set_result(call, CONNECT_REST + 4, result);
}

static void reconnect(struct call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    const int result =
        handle != NULL ? pcsc_reader_reconnect(handle, pcsc_word(call->body, 1),
                                               pcsc_word(call->body, 2), pcsc_word(call->body, 3))
                       : PCSC_INVALID_HANDLE;
    pcsc_set_word(call->body, 4, handle != NULL ? handle->protocol : 0);
    set_result(call, 5, result);
}

static void disconnect(struct call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    set_result(call, 2,
               handle != NULL
                   ? pcsc_reader_disconnect(handle, pcsc_word(call->body, 1), call->service->now())
                   : PCSC_INVALID_HANDLE);
}

static void begin(struct call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    set_result(call, 1, handle != NULL ? pcsc_reader_begin(handle) : PCSC_INVALID_HANDLE);
}

static void end(struct call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    set_result(call, 2,
               handle != NULL ? pcsc_reader_end(handle, pcsc_word(call->body, 1))
                              : PCSC_INVALID_HANDLE);
}

static void status(struct call *call)
{
    const struct pcsc_handle *handle = handle_of(call);
    set_result(call, 1, handle != NULL ? pcsc_reader_status(handle) : PCSC_INVALID_HANDLE);
}

static void transmit(struct call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    struct writer response = writer_on(call->service->response, CARD_RESPONSE_CAPACITY);
    int result = PCSC_INVALID_HANDLE;
    if (handle != NULL)
        result = pcsc_reader_transmit(handle, pcsc_word(call->body, TRANSMIT_PROTOCOL), call->data,
                                      &response);
    if (response.len > pcsc_word(call->body, TRANSMIT_RECEIVE_LEN))
        result = PCSC_INSUFFICIENT_BUFFER;
    if (handle != NULL)
        pcsc_set_word(call->body, TRANSMIT_RECEIVE_PROTOCOL, handle->protocol);
    pcsc_set_word(call->body, TRANSMIT_RECEIVE_LEN, (uint32_t)response.len);
    set_result(call, TRANSMIT_RESULT, result);
    if (result == PCSC_SUCCESS)
        call->answers = writer_bytes(&response);
}

/* The reader has no features of its own, as vpcd's has none. */
static void control(struct call *call)
{
    pcsc_set_word(call->body, 4, 0);
    set_result(call, 5, handle_of(call) != NULL ? PCSC_UNSUPPORTED_FEATURE : PCSC_INVALID_HANDLE);
}

/* Attributes of a reader. */
enum attribute {
    ATTRIBUTE_VENDOR = 0x00010100,
    ATTRIBUTE_MAX_INPUT = 0x0007A007,
    ATTRIBUTE_ATR = 0x00090303,
    ATTRIBUTE_FRIENDLY_NAME = 0x7FFF0003,
    ATTRIBUTE_SYSTEM_NAME = 0x7FFF0004,
};

/* The value as the client gets it; texts with their end. Empty: there is no such attribute. */
static struct bytes attribute_of(const struct pcsc_reader *reader, uint32_t attribute)
{
    static const char vendor[] = "emuicc";
    static const uint32_t max_input = APDU_COMMAND_MAX;
    switch (attribute) {
    case ATTRIBUTE_VENDOR:
        return bytes_of(vendor, sizeof(vendor));
    case ATTRIBUTE_MAX_INPUT:
        return bytes_of(&max_input, sizeof(max_input));
    case ATTRIBUTE_ATR:
        return reader->card->kind->atr(reader->card);
    case ATTRIBUTE_FRIENDLY_NAME:
    case ATTRIBUTE_SYSTEM_NAME:
        return bytes_of(reader->name, strlen(reader->name) + 1);
    default:
        return (struct bytes){0};
    }
}

static void get_attribute(struct call *call)
{
    const struct pcsc_handle *handle = handle_of(call);
    const size_t len_word = ATTRIBUTE_WORDS - 2;
    const uint32_t room = pcsc_word(call->body, len_word);
    int result = PCSC_INVALID_HANDLE;
    if (handle != NULL) {
        const struct bytes value = attribute_of(handle->reader, pcsc_word(call->body, 1));
        result = value.len == 0                                        ? PCSC_UNSUPPORTED_FEATURE
                 : value.len > room || value.len > PCSC_ATTRIBUTE_SIZE ? PCSC_INSUFFICIENT_BUFFER
                                                                       : PCSC_SUCCESS;
        if (result == PCSC_SUCCESS)
            memcpy(call->body + 2 * PCSC_WORD, value.data, value.len);
        pcsc_set_word(call->body, len_word, (uint32_t)value.len);
    }
    set_result(call, ATTRIBUTE_WORDS - 1, result);
}

static void set_attribute(struct call *call)
{
    set_result(call, ATTRIBUTE_WORDS - 1,
               handle_of(call) != NULL ? PCSC_UNSUPPORTED_FEATURE : PCSC_INVALID_HANDLE);
}

/* Versions, states, waiting. */

/* Another version is told which one is spoken here, and that the service is none for it. */
static void agree(struct call *call)
{
    const uint32_t minor = pcsc_word(call->body, 1);
    const bool fine = pcsc_word(call->body, 0) == PCSC_MAJOR && minor >= PCSC_MINOR_MIN &&
                      minor <= PCSC_MINOR_MAX;
    pcsc_set_word(call->body, 0, PCSC_MAJOR);
    pcsc_set_word(call->body, 1, fine ? minor : PCSC_MINOR_MAX);
    set_result(call, 2, fine ? PCSC_SUCCESS : PCSC_SERVICE_STOPPED);
    call->client->minor = fine ? minor : 0;
}

static void wait_for_change(struct call *call)
{
    call->client->waits = true;
}

/* Whoever has been told of a change meanwhile does not wait any more, and gets no other answer. */
static void stop_waiting(struct call *call)
{
    set_result(call, 1, PCSC_SUCCESS);
    call->client->waits = false;
}

static void cancel(struct call *call)
{
    const uint32_t id = pcsc_word(call->body, 0);
    int result = PCSC_INVALID_HANDLE;
    for (size_t i = 0; id != 0 && i < PCSC_CLIENTS_MAX; i++) {
        struct pcsc_client *client = &call->service->clients[i];
        if (!client->used || find_context(client, id) == NULL)
            continue;
        client->cancelled = client->waits;
        result = PCSC_SUCCESS;
    }
    set_result(call, 1, result);
}

/* How often readers have come or gone: never, as there are as many as at the start. */
static void count_events(struct call *call)
{
    pcsc_set_word(call->body, 0, 1);
    set_result(call, 1, PCSC_SUCCESS);
}

/* clang-format off */
/* command, words, word of the data's length, word of the result, handler */
static const struct row rows[] = {
    {PCSC_ESTABLISH_CONTEXT, 3, 0, 2, establish},
    {PCSC_RELEASE_CONTEXT, 2, 0, 1, release},
    {PCSC_CONNECT, CONNECT_REST + 5, 0, CONNECT_REST + 4, connect_handle},
    {PCSC_RECONNECT, 6, 0, 5, reconnect},
    {PCSC_DISCONNECT, 3, 0, 2, disconnect},
    {PCSC_BEGIN_TRANSACTION, 2, 0, 1, begin},
    {PCSC_END_TRANSACTION, 3, 0, 2, end},
    {PCSC_TRANSMIT, 8, TRANSMIT_SEND_LEN, TRANSMIT_RESULT, transmit},
    {PCSC_CONTROL, 6, 2, 5, control},
    {PCSC_STATUS, 2, 0, 1, status},
    {PCSC_CANCEL, 2, 0, 1, cancel},
    {PCSC_GET_ATTRIBUTE, ATTRIBUTE_WORDS, 0, ATTRIBUTE_WORDS - 1, get_attribute},
    {PCSC_SET_ATTRIBUTE, ATTRIBUTE_WORDS, 0, ATTRIBUTE_WORDS - 1, set_attribute},
    {PCSC_VERSION, 3, 0, 2, agree},
    {PCSC_GET_READERS_STATE, 0, 0, NO_RESULT, NULL},
    {PCSC_WAIT_READER_STATE_CHANGE, 0, 0, NO_RESULT, wait_for_change},
    {PCSC_STOP_WAITING, 0, 0, 1, stop_waiting},
    {PCSC_GET_READER_EVENTS, 0, 0, 1, count_events},
};
/* clang-format on */
#define BODY_WORDS_MAX ATTRIBUTE_WORDS

static const struct row *find_row(uint32_t command)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].command == command)
            return &rows[i];
    return NULL;
}

size_t pcsc_service_size(struct bytes front)
{
    if (front.len < PCSC_HEADER_SIZE)
        return 0;
    const struct row *row = find_row(pcsc_word(front.data, 1));
    const size_t body = row != NULL ? (size_t)row->words * PCSC_WORD : 0;
    if (row == NULL || pcsc_word(front.data, 0) != body)
        return SIZE_MAX;
    if (row->data == 0)
        return PCSC_HEADER_SIZE + body;
    if (front.len < PCSC_HEADER_SIZE + body)
        return 0;
    const uint32_t more = pcsc_word(front.data + PCSC_HEADER_SIZE, row->data);
    return more <= PCSC_DATA_MAX ? PCSC_HEADER_SIZE + body + more : SIZE_MAX;
}

static void put_states(const struct pcsc_service *service, struct writer *out)
{
    static const uint8_t none[PCSC_STATE_SIZE];
    for (size_t i = 0; i < service->reader_count; i++)
        pcsc_reader_put_state(&service->readers[i], out);
    for (size_t i = service->reader_count; i < PCSC_READERS_MAX; i++)
        writer_put(out, bytes_of(none, sizeof(none)));
}

/* A client that has not agreed on a version may ask for nothing else. */
static bool may_ask(const struct pcsc_client *client, uint32_t command)
{
    if (command == PCSC_VERSION)
        return true;
    return client->minor != 0 &&
           (command != PCSC_GET_READER_EVENTS || client->minor > PCSC_MINOR_MIN);
}

bool pcsc_service_answer(struct pcsc_service *service, struct pcsc_client *client,
                         struct bytes message, struct writer *out)
{
    uint8_t body[BODY_WORDS_MAX * PCSC_WORD] = {0};
    const struct row *row = find_row(pcsc_word(message.data, 1));
    if (row == NULL || !may_ask(client, row->command))
        return false;
    const size_t words = (size_t)row->words * PCSC_WORD, front = PCSC_HEADER_SIZE + words;
    memcpy(body, message.data + PCSC_HEADER_SIZE, words);
    struct call call = {.service = service,
                        .client = client,
                        .body = body,
                        .data = bytes_of(message.data + front, message.len - front)};
    const bool waited = client->waits;
    if (row->handle != NULL)
        row->handle(&call);
    if (row->result == NO_RESULT)
        put_states(service, out);
    else if (row->command != PCSC_STOP_WAITING || waited)
        writer_put(out, bytes_of(body, ((size_t)row->result + 1) * PCSC_WORD));
    writer_put(out, call.answers);
    return true;
}

void pcsc_service_init(struct pcsc_service *service, struct pcsc_reader *readers, size_t count,
                       uint8_t *response)
{
    *service = (struct pcsc_service){
        .readers = readers, .reader_count = count, .response = response, .now = clock_ms};
    pcsc_service_look(service);
}

struct pcsc_client *pcsc_service_join(struct pcsc_service *service)
{
    for (size_t i = 0; i < PCSC_CLIENTS_MAX; i++) {
        struct pcsc_client *client = &service->clients[i];
        if (client->used)
            continue;
        *client = (struct pcsc_client){.used = true};
        return client;
    }
    return NULL;
}

void pcsc_service_leave(struct pcsc_service *service, struct pcsc_client *client)
{
    for (size_t i = 0; i < PCSC_CONTEXTS_MAX; i++)
        if (client->contexts[i] != 0)
            drop_handles(service, client->contexts[i]);
    *client = (struct pcsc_client){0};
}

void pcsc_service_look(struct pcsc_service *service)
{
    for (size_t i = 0; i < service->reader_count; i++)
        service->changed |= pcsc_reader_look(&service->readers[i], service->now());
}

bool pcsc_service_wake(struct pcsc_service *service, struct pcsc_client *client, struct writer *out)
{
    uint8_t body[2 * PCSC_WORD] = {0};
    if (!client->waits || !(service->changed || client->cancelled))
        return false;
    pcsc_set_word(body, 1, client->cancelled ? (uint32_t)PCSC_CANCELLED : PCSC_SUCCESS);
    writer_put(out, bytes_of(body, sizeof(body)));
    client->waits = client->cancelled = false;
    return true;
}

int64_t pcsc_service_due(const struct pcsc_service *service)
{
    int64_t due = -1;
    for (size_t i = 0; i < service->reader_count; i++) {
        const int64_t at = pcsc_reader_due(&service->readers[i], service->now());
        if (at >= 0 && (due < 0 || at < due))
            due = at;
    }
    return due;
}
