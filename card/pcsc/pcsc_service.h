/* pcsc_service: what clients ask of the readers, message by message: contexts, handles, who waits
 * for a change. No socket: bytes in, bytes out. */
#ifndef EMUICC_CARD_PCSC_PCSC_SERVICE_H
#define EMUICC_CARD_PCSC_PCSC_SERVICE_H

#include "card/pcsc/pcsc_state.h"

/* Bytes of the longest message, and of the longest answer. */
#define PCSC_MESSAGE_MAX (PCSC_HEADER_SIZE + 8 * PCSC_WORD + PCSC_DATA_MAX)
#define PCSC_ANSWER_MAX (8 * PCSC_WORD + CARD_RESPONSE_CAPACITY)

/* response: room for an answer of the card. */
void pcsc_service_init(struct pcsc_service *service, struct pcsc_reader *readers, size_t count,
                       uint8_t *response);

/* A new client; NULL if there are too many. */
struct pcsc_client *pcsc_service_join(struct pcsc_service *service);
/* It has gone: what it holds is given back. */
void pcsc_service_leave(struct pcsc_service *service, struct pcsc_client *client);

/* How many bytes the message is long that begins so: 0 as long as that cannot be told, SIZE_MAX if
 * there is no such message, with which the connection ends. */
size_t pcsc_service_size(struct bytes front);
/* Answers one whole message. out: PCSC_ANSWER_MAX bytes and more. False if the connection ends with
 * it. */
bool pcsc_service_answer(struct pcsc_service *service, struct pcsc_client *client,
                         struct bytes message, struct writer *out);

/* Looks after the readers' cards. */
void pcsc_service_look(struct pcsc_service *service);
/* What a client that waited is to be told now: that there is a change, or that another has
 * cancelled; false if nothing is. */
bool pcsc_service_wake(struct pcsc_service *service, struct pcsc_client *client,
                       struct writer *out);
/* When the next look is due by time, in milliseconds; -1: never. */
int64_t pcsc_service_due(const struct pcsc_service *service);

#endif
