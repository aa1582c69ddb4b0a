#include "card/pcsc/pcsc_card.h"

static struct contact *contact_of(struct pcsc_card *self)
{
    return &((struct pcsc_card_here *)self)->contact;
}

static const struct card *card_of(const struct pcsc_card *self)
{
    return ((const struct pcsc_card_here *)self)->contact.card;
}

static bool is_present(struct pcsc_card *self)
{
    return contact_is_present(contact_of(self));
}

static int64_t due(const struct pcsc_card *self, int64_t now)
{
    return card_presence(card_of(self)) == CARD_INSERTED ? now : -1;
}

static bool power(struct pcsc_card *self, enum card_power wanted)
{
    return contact_power(contact_of(self), wanted);
}

static struct bytes atr(const struct pcsc_card *self)
{
    return card_atr(card_of(self));
}

static enum contact_result transmit(struct pcsc_card *self, struct bytes command,
                                    struct writer *response)
{
    return contact_transmit(contact_of(self), command, response);
}

static void finish(struct pcsc_card *self)
{
    contact_finish(contact_of(self));
}

void pcsc_card_here_init(struct pcsc_card_here *here, struct card *card)
{
    static const struct pcsc_card_kind kind = {.is_present = is_present,
                                               .due = due,
                                               .power = power,
                                               .atr = atr,
                                               .transmit = transmit,
                                               .finish = finish};
    here->card.kind = &kind;
    contact_init(&here->contact, card);
}
