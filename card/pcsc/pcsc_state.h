/* pcsc_state: what the service holds for its clients: their contexts and handles. */
#ifndef EMUICC_CARD_PCSC_PCSC_STATE_H
#define EMUICC_CARD_PCSC_PCSC_STATE_H

#include "card/pcsc/pcsc_reader.h"

#define PCSC_CLIENTS_MAX 64
#define PCSC_HANDLES_MAX 128
#define PCSC_CONTEXTS_MAX 8 /* of one client: the library opens a socket for each */

struct pcsc_client {
    bool used;
    uint32_t minor;                       /* of the protocol; 0: not agreed yet */
    uint32_t contexts[PCSC_CONTEXTS_MAX]; /* 0: free */
    bool waits;                           /* for a change of the readers' states */
    bool cancelled; /* its waiting has been ended by another client: pcsc_service_wake() tells it */
};

struct pcsc_service {
    struct pcsc_reader *readers; /* borrowed */
    size_t reader_count;
    struct pcsc_client clients[PCSC_CLIENTS_MAX];
    struct pcsc_handle handles[PCSC_HANDLES_MAX];
    uint32_t last_id;  /* of a context or handle */
    bool changed;      /* a reader's state, since those who wait were told */
    uint8_t *response; /* CARD_RESPONSE_CAPACITY bytes, borrowed */
    int64_t (*now)(void);
};

/* The client's context with this id, 0 for a free one; NULL: there is none. */
uint32_t *pcsc_state_context(struct pcsc_client *client, uint32_t id);
/* An id of a context or handle that was not given before. */
uint32_t pcsc_state_new_id(struct pcsc_service *service);
/* NULL: all are taken. */
struct pcsc_handle *pcsc_state_free_handle(struct pcsc_service *service);
/* NULL: the client has no handle with this id. */
struct pcsc_handle *pcsc_state_handle(struct pcsc_service *service, struct pcsc_client *client,
                                      uint32_t id);
/* Gives up the handles of a context. */
void pcsc_state_drop_handles(struct pcsc_service *service, uint32_t context);

#endif
