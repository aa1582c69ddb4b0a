/* contact: a card that is asked by a call instead of over a wire: for whoever serves clients in
 * this process. What faults and timing want of the link is done here, as vpcd does it there. */
#ifndef EMUICC_CARD_READER_CONTACT_H
#define EMUICC_CARD_READER_CONTACT_H

#include "card/card.h"

enum contact_result {
    CONTACT_ANSWERED,
    CONTACT_MUTE, /* no answer comes, until the card is powered anew */
    CONTACT_GONE, /* the card has left its reader; CONTACT_ANSWERED again when it is back */
};

struct contact {
    struct card *card; /* borrowed */
    bool mute;
};

void contact_init(struct contact *contact, struct card *card);
/* Powers the card off. */
void contact_finish(struct contact *contact);

/* Whether the card is in its reader. One that was taken out for a moment is out for one call. */
bool contact_is_present(struct contact *contact);

/* False, with nothing done, if the card is not in its reader. One that was taken out for a moment
 * is back with it. */
bool contact_power(struct contact *contact, enum card_power power);

/* As card_transmit(), and waits as long as the card takes. response: data and status word if it is
 * CONTACT_ANSWERED, else empty. */
enum contact_result contact_transmit(struct contact *contact, struct bytes command,
                                     struct writer *response);

#endif
