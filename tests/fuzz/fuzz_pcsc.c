/* Two clients that send anything where pcsc-lite's library would: each message has an answer of the
 * size that the protocol gives it, or ends the connection. The first byte of the input says how
 * long a piece is before the other client goes on. */
#include <stdlib.h>

#include "card/pcsc/pcsc_service.h"

#define CLIENTS 2

static int64_t now;

static int64_t time_goes_on(void)
{
    return now += 1000;
}

static void check_answer(struct bytes message, size_t len)
{
    const uint32_t command = pcsc_word(message.data, 1);
    const bool states =
        command == PCSC_GET_READERS_STATE || command == PCSC_WAIT_READER_STATE_CHANGE;
    if (states && len != (size_t)PCSC_READERS_MAX * PCSC_STATE_SIZE)
        abort();
    if (!states && command != PCSC_TRANSMIT && command != PCSC_STOP_WAITING &&
        len != 2 * PCSC_WORD && len != message.len - PCSC_HEADER_SIZE && command != PCSC_CONTROL)
        abort();
}

/* Answers what is whole; false at the end of the connection. */
static bool feed(struct pcsc_service *service, struct pcsc_client *client, struct bytes *rest)
{
    static uint8_t answers[PCSC_ANSWER_MAX + PCSC_READERS_MAX * PCSC_STATE_SIZE];
    struct bytes message;
    const size_t size = pcsc_service_size(*rest);
    struct writer out = writer_on(answers, sizeof(answers));
    if (size == SIZE_MAX || size == 0 || !bytes_take(rest, size, &message) ||
        !pcsc_service_answer(service, client, message, &out))
        return false;
    if (out.overflow)
        abort();
    check_answer(message, out.len);
    pcsc_service_look(service);
    (void)pcsc_service_wake(service, client, &out);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t response[CARD_RESPONSE_CAPACITY];
    static struct pcsc_service service;
    struct pcsc_card_here here;
    struct pcsc_reader reader;
    struct pcsc_client *clients[CLIENTS];
    if (size < 1)
        return 0;
    const unsigned turn = data[0] % 8 + 1u;
    struct bytes rest = bytes_of(data + 1, size - 1);
    pcsc_card_here_init(&here, NULL);
    pcsc_reader_init(&reader, &here.card, 0);
    pcsc_service_init(&service, &reader, 1, response);
    service.now = time_goes_on;
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = pcsc_service_join(&service);
    for (unsigned n = 0; feed(&service, clients[n / turn % CLIENTS], &rest); n++)
        ;
    for (size_t i = 0; i < CLIENTS; i++)
        pcsc_service_leave(&service, clients[i]);
    if (reader.sharing != 0 || reader.locker != 0)
        abort();
    return 0;
}
