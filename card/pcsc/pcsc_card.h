/* pcsc_card: the card in a PC/SC reader, wherever it is: in this thread (pcsc_card_here), or
 * elsewhere in the process, as a farm's chips are. */
#ifndef EMUICC_CARD_PCSC_PCSC_CARD_H
#define EMUICC_CARD_PCSC_PCSC_CARD_H

#include "card/reader/contact.h"

struct pcsc_card;

struct pcsc_card_kind {
    /* Whether the card is there; one that was taken out for a moment is not, for one call. */
    bool (*is_present)(struct pcsc_card *self);
    /* When is_present() may answer anew by itself, in milliseconds; -1: not by time. */
    int64_t (*due)(const struct pcsc_card *self, int64_t now);
    /* False if the card is not there. */
    bool (*power)(struct pcsc_card *self, enum card_power power);
    /* Of a card that is there; borrowed. */
    struct bytes (*atr)(const struct pcsc_card *self);
    /* As contact_transmit(). */
    enum contact_result (*transmit)(struct pcsc_card *self, struct bytes command,
                                    struct writer *response);
    void (*finish)(struct pcsc_card *self);
};

/* First member of each kind's own struct. */
struct pcsc_card {
    const struct pcsc_card_kind *kind;
};

/* A card of this thread's. */
struct pcsc_card_here {
    struct pcsc_card card;
    struct contact contact;
};
void pcsc_card_here_init(struct pcsc_card_here *here, struct card *card);

#endif
