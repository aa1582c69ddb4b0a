#include "card/pcsc/pcsc_call.h"

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

static void set_result(struct pcsc_call *call, size_t word, int result)
{
    pcsc_set_word(call->body, word, (uint32_t)result);
}

/* Contexts. */

static void establish(struct pcsc_call *call)
{
    uint32_t *context = pcsc_state_context(call->client, 0);
    if (context == NULL) {
        set_result(call, 2, PCSC_NO_MEMORY);
        return;
    }
    *context = pcsc_state_new_id(call->service);
    pcsc_set_word(call->body, 1, *context);
    set_result(call, 2, PCSC_SUCCESS);
}

static void release(struct pcsc_call *call)
{
    const uint32_t id = pcsc_word(call->body, 0);
    uint32_t *context = id != 0 ? pcsc_state_context(call->client, id) : NULL;
    set_result(call, 1, context != NULL ? PCSC_SUCCESS : PCSC_INVALID_HANDLE);
    if (context == NULL)
        return;
    pcsc_state_drop_handles(call->service, id);
    *context = 0;
}

/* Handles. */

/* The handle that the first word names; NULL if it is none of this client's. */
static struct pcsc_handle *handle_of(const struct pcsc_call *call)
{
    return pcsc_state_handle(call->service, call->client, pcsc_word(call->body, 0));
}

static struct pcsc_reader *find_reader(const struct pcsc_service *service, const char *name)
{
    for (size_t i = 0; i < service->reader_count; i++)
        if (strcmp(service->readers[i].name, name) == 0)
            return &service->readers[i];
    return NULL;
}

static int connect_reader(const struct pcsc_call *call, struct pcsc_handle **out)
{
    char name[PCSC_NAME_SIZE];
    const uint32_t context = pcsc_word(call->body, 0);
    memcpy(name, call->body + CONNECT_NAME, sizeof(name));
    name[sizeof(name) - 1] = '\0';
    struct pcsc_reader *reader = find_reader(call->service, name);
    struct pcsc_handle *handle = pcsc_state_free_handle(call->service);
    if (context == 0 || pcsc_state_context(call->client, context) == NULL)
        return PCSC_INVALID_HANDLE;
    if (reader == NULL || handle == NULL)
        return reader == NULL ? PCSC_UNKNOWN_READER : PCSC_NO_MEMORY;
    *handle = (struct pcsc_handle){.id = pcsc_state_new_id(call->service), .context = context};
    const int result = pcsc_reader_connect(reader, handle, pcsc_word(call->body, CONNECT_REST),
                                           pcsc_word(call->body, CONNECT_REST + 1));
    if (result != PCSC_SUCCESS)
        *handle = (struct pcsc_handle){0};
    *out = handle;
    return result;
}

static void connect_handle(struct pcsc_call *call)
{
    struct pcsc_handle *handle = NULL;
    const int result = connect_reader(call, &handle);
    if (result == PCSC_SUCCESS) {
        pcsc_set_word(call->body, CONNECT_REST + 2, handle->id);
        pcsc_set_word(call->body, CONNECT_REST + 3, handle->protocol);
    }
    set_result(call, CONNECT_REST + 4, result);
}

static void reconnect(struct pcsc_call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    const int result =
        handle != NULL ? pcsc_reader_reconnect(handle, pcsc_word(call->body, 1),
                                               pcsc_word(call->body, 2), pcsc_word(call->body, 3))
                       : PCSC_INVALID_HANDLE;
    pcsc_set_word(call->body, 4, handle != NULL ? handle->protocol : 0);
    set_result(call, 5, result);
}

static void disconnect(struct pcsc_call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    set_result(call, 2,
               handle != NULL
                   ? pcsc_reader_disconnect(handle, pcsc_word(call->body, 1), call->service->now())
                   : PCSC_INVALID_HANDLE);
}

static void begin(struct pcsc_call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    set_result(call, 1, handle != NULL ? pcsc_reader_begin(handle) : PCSC_INVALID_HANDLE);
}

static void end(struct pcsc_call *call)
{
    struct pcsc_handle *handle = handle_of(call);
    set_result(call, 2,
               handle != NULL ? pcsc_reader_end(handle, pcsc_word(call->body, 1))
                              : PCSC_INVALID_HANDLE);
}

static void status(struct pcsc_call *call)
{
    const struct pcsc_handle *handle = handle_of(call);
    set_result(call, 1, handle != NULL ? pcsc_reader_status(handle) : PCSC_INVALID_HANDLE);
}

static void transmit(struct pcsc_call *call)
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
static void control(struct pcsc_call *call)
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

static void get_attribute(struct pcsc_call *call)
{
    const struct pcsc_handle *handle = handle_of(call);
    const size_t len_word = PCSC_ATTRIBUTE_WORDS - 2;
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
    set_result(call, PCSC_ATTRIBUTE_WORDS - 1, result);
}

static void set_attribute(struct pcsc_call *call)
{
    set_result(call, PCSC_ATTRIBUTE_WORDS - 1,
               handle_of(call) != NULL ? PCSC_UNSUPPORTED_FEATURE : PCSC_INVALID_HANDLE);
}

/* Versions, states, waiting. */

/* Another version is told which one is spoken here, and that the service is none for it. */
static void agree(struct pcsc_call *call)
{
    const uint32_t minor = pcsc_word(call->body, 1);
    const bool fine = pcsc_word(call->body, 0) == PCSC_MAJOR && minor >= PCSC_MINOR_MIN &&
                      minor <= PCSC_MINOR_MAX;
    pcsc_set_word(call->body, 0, PCSC_MAJOR);
    pcsc_set_word(call->body, 1, fine ? minor : PCSC_MINOR_MAX);
    set_result(call, 2, fine ? PCSC_SUCCESS : PCSC_SERVICE_STOPPED);
    call->client->minor = fine ? minor : 0;
}

static void wait_for_change(struct pcsc_call *call)
{
    call->client->waits = true;
}

/* Whoever has been told of a change meanwhile does not wait any more, and gets no other answer. */
static void stop_waiting(struct pcsc_call *call)
{
    set_result(call, 1, PCSC_SUCCESS);
    call->client->waits = false;
}

static void cancel(struct pcsc_call *call)
{
    const uint32_t id = pcsc_word(call->body, 0);
    int result = PCSC_INVALID_HANDLE;
    for (size_t i = 0; id != 0 && i < PCSC_CLIENTS_MAX; i++) {
        struct pcsc_client *client = &call->service->clients[i];
        if (!client->used || pcsc_state_context(client, id) == NULL)
            continue;
        client->cancelled = client->waits;
        result = PCSC_SUCCESS;
    }
    set_result(call, 1, result);
}

/* How often readers have come or gone: never, as there are as many as at the start. */
static void count_events(struct pcsc_call *call)
{
    pcsc_set_word(call->body, 0, 1);
    set_result(call, 1, PCSC_SUCCESS);
}

/* clang-format off */
/* command, words, word of the data's length, word of the result, handler */
static const struct pcsc_call_row rows[] = {
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
    {PCSC_GET_ATTRIBUTE, PCSC_ATTRIBUTE_WORDS, 0, PCSC_ATTRIBUTE_WORDS - 1, get_attribute},
    {PCSC_SET_ATTRIBUTE, PCSC_ATTRIBUTE_WORDS, 0, PCSC_ATTRIBUTE_WORDS - 1, set_attribute},
    {PCSC_VERSION, 3, 0, 2, agree},
    {PCSC_GET_READERS_STATE, 0, 0, PCSC_NO_RESULT, NULL},
    {PCSC_WAIT_READER_STATE_CHANGE, 0, 0, PCSC_NO_RESULT, wait_for_change},
    {PCSC_STOP_WAITING, 0, 0, 1, stop_waiting},
    {PCSC_GET_READER_EVENTS, 0, 0, 1, count_events},
};
/* clang-format on */

const struct pcsc_call_row *pcsc_call_find(uint32_t command)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].command == command)
            return &rows[i];
    return NULL;
}
