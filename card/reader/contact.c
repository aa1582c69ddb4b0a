#include "card/reader/contact.h"

#include <time.h>

#include "apdu/status.h"

#define US_A_SECOND 1000000

void contact_init(struct contact *contact, struct card *card)
{
    *contact = (struct contact){.card = card};
}

void contact_finish(struct contact *contact)
{
    card_power(contact->card, CARD_OFF);
}

static void leave(struct contact *contact)
{
    contact->mute = false;
    card_unplugged(contact->card);
}

bool contact_is_present(struct contact *contact)
{
    const enum card_presence presence = card_presence(contact->card);
    if (presence != CARD_INSERTED)
        leave(contact);
    return presence == CARD_INSERTED;
}

bool contact_power(struct contact *contact, enum card_power power)
{
    if (!contact_is_present(contact) && card_presence(contact->card) != CARD_INSERTED)
        return false;
    contact->mute = false;
    card_power(contact->card, power);
    return true;
}

static void wait_us(uint64_t us)
{
    struct timespec left = {.tv_sec = (time_t)(us / US_A_SECOND),
                            .tv_nsec = (long)(us % US_A_SECOND * 1000)};
    while (us > 0 && nanosleep(&left, &left) != 0)
        ;
}

/* A byte alone is no command, as in vpcd. */
static void ask(struct contact *contact, struct bytes command, struct writer *response)
{
    if (command.len > 1 && command.len <= APDU_COMMAND_MAX)
        card_transmit(contact->card, command, response);
    else
        writer_put_u16(response, SW_WRONG_LENGTH);
}

enum contact_result contact_transmit(struct contact *contact, struct bytes command,
                                     struct writer *response)
{
    const size_t start = response->len;
    if (!contact_is_present(contact))
        return CONTACT_GONE;
    if (contact->mute)
        return CONTACT_MUTE;
    ask(contact, command, response);
    const struct hardware_outcome outcome = card_outcome(contact->card);
    if (outcome.link == HARDWARE_ANSWERS) {
        wait_us(outcome.delay_us);
        return CONTACT_ANSWERED;
    }
    response->len = start;
    contact->mute = outcome.link == HARDWARE_MUTE;
    if (!contact->mute)
        leave(contact);
    return contact->mute ? CONTACT_MUTE : CONTACT_GONE;
}
