#include "card/pcsc/pcsc_service.h"

#include "card/clock.h"
#include "card/pcsc/pcsc_call.h"

size_t pcsc_service_size(struct bytes front)
{
    if (front.len < PCSC_HEADER_SIZE)
        return 0;
    const struct pcsc_call_row *row = pcsc_call_find(pcsc_word(front.data, 1));
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
    uint8_t body[PCSC_CALL_WORDS_MAX * PCSC_WORD] = {0};
    const struct pcsc_call_row *row = pcsc_call_find(pcsc_word(message.data, 1));
    if (row == NULL || !may_ask(client, row->command))
        return false;
    const size_t words = (size_t)row->words * PCSC_WORD, front = PCSC_HEADER_SIZE + words;
    memcpy(body, message.data + PCSC_HEADER_SIZE, words);
    struct pcsc_call call = {.service = service,
                             .client = client,
                             .body = body,
                             .data = bytes_of(message.data + front, message.len - front)};
    const bool waited = client->waits;
    if (row->handle != NULL)
        row->handle(&call);
    if (row->result == PCSC_NO_RESULT)
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
            pcsc_state_drop_handles(service, client->contexts[i]);
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
