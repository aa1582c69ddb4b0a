/* pcsc_reader: a reader with a card in it as PC/SC shares it among its clients: handles, exclusive
 * use, transactions, who has to learn that the card was reset or taken out, and when its power
 * goes. */
#ifndef EMUICC_CARD_PCSC_PCSC_READER_H
#define EMUICC_CARD_PCSC_PCSC_READER_H

#include "card/pcsc/pcsc_card.h"
#include "card/pcsc/pcsc_message.h"

#define PCSC_POWER_OFF_MS 5000 /* after the last handle has gone, as with pcscd */

struct pcsc_reader {
    char name[PCSC_NAME_SIZE];
    struct pcsc_card *card; /* borrowed */
    bool present, powered;
    uint32_t events;   /* cards put in and taken out so far */
    unsigned resets;   /* how often the card was powered anew */
    unsigned removals; /* how often it was taken out */
    int sharing;       /* handles that share it; -1: one has it alone */
    uint32_t locker;   /* handle whose transaction it is; 0: nobody's */
    unsigned lock_depth;
    int64_t off_at; /* when the power goes, in milliseconds; -1: not by time */
};

/* One connection of a client to a reader's card. */
struct pcsc_handle {
    uint32_t id; /* 0: free */
    uint32_t context;
    struct pcsc_reader *reader; /* borrowed */
    uint32_t share, protocol;
    unsigned resets, removals; /* of the reader's, that it knows of */
};

void pcsc_reader_init(struct pcsc_reader *reader, struct pcsc_card *card, unsigned number);
void pcsc_reader_finish(struct pcsc_reader *reader);

/* What has become of the card since the last look; true if the reader's state has changed. */
bool pcsc_reader_look(struct pcsc_reader *reader, int64_t now);
/* When the next look is due by time, in milliseconds; -1: never. */
int64_t pcsc_reader_due(const struct pcsc_reader *reader, int64_t now);
/* The reader's part of the list of states, PCSC_STATE_SIZE bytes. */
#define PCSC_STATE_SIZE (PCSC_NAME_SIZE + 3 * PCSC_WORD + PCSC_ATR_SIZE + 3 + 2 * PCSC_WORD)
void pcsc_reader_put_state(const struct pcsc_reader *reader, struct writer *out);

/* All below return an enum pcsc_result. */

/* Fills a handle, of which id and context are set, for this reader. */
int pcsc_reader_connect(struct pcsc_reader *reader, struct pcsc_handle *handle, uint32_t share,
                        uint32_t protocols);
int pcsc_reader_reconnect(struct pcsc_handle *handle, uint32_t share, uint32_t protocols,
                          uint32_t disposition);
/* Frees the handle. */
int pcsc_reader_disconnect(struct pcsc_handle *handle, uint32_t disposition, int64_t now);
int pcsc_reader_begin(struct pcsc_handle *handle);
int pcsc_reader_end(struct pcsc_handle *handle, uint32_t disposition);
int pcsc_reader_status(const struct pcsc_handle *handle);
/* response: on CARD_RESPONSE_CAPACITY bytes. */
int pcsc_reader_transmit(struct pcsc_handle *handle, uint32_t protocol, struct bytes command,
                         struct writer *response);
/* The client has gone without a word: a transaction of its own ends with a reset. */
void pcsc_reader_abandon(struct pcsc_handle *handle, int64_t now);

#endif
