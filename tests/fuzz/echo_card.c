/* A card that answers each command with its own bytes, so that the length of an answer can be
 * foretold. */
#include "card/card.h"

void card_power(struct card *card, enum card_power power)
{
    (void)card;
    (void)power;
}

struct bytes card_atr(const struct card *card)
{
    static const uint8_t atr[] = {0x3B};
    (void)card;
    return bytes_of(atr, sizeof(atr));
}

void card_transmit(struct card *card, struct bytes command, struct writer *response)
{
    (void)card;
    writer_put(response, command);
}

void card_transmit_ahead(struct card *card, struct bytes command, struct writer *response)
{
    card_transmit(card, command, response);
}

bool card_settle(struct card *card)
{
    (void)card;
    return true;
}

struct hardware_outcome card_outcome(const struct card *card)
{
    (void)card;
    return (struct hardware_outcome){0};
}

int64_t card_idle_time(const struct card *card, int64_t due)
{
    (void)card;
    return due;
}

void card_idle(struct card *card)
{
    (void)card;
}

enum card_presence card_presence(const struct card *card)
{
    (void)card;
    return CARD_INSERTED;
}

void card_unplugged(struct card *card)
{
    (void)card;
}
