/* observer: whoever wants to know what goes over the card's contacts: a trace, a capture, a
 * transcript. A card without observers pays one comparison a command for them.
 *
 * What a fault, a clock or a user does to the card from inside says so with apdu/trace.h; the trace
 * prints those lines too: whoever runs the card hands them on as notes. */
#ifndef EMUICC_CARD_OBSERVER_H
#define EMUICC_CARD_OBSERVER_H

#include "apdu/bytes.h"
#include "apdu/power.h"

struct observer;

/* Calls come in the order of what happens; the bytes are valid during the call only. Nothing may be
 * asked of the card that changes it. */
struct observer_kind {
    /* After it was done. */
    void (*power)(struct observer *self, enum card_power power, struct bytes atr);
    /* As it came, before anything is done with it: a command that the power or a fault ends has no
     * response. */
    void (*command)(struct observer *self, struct bytes command);
    void (*response)(struct observer *self, struct bytes response);
    /* A line of apdu/trace.h. May be NULL. */
    void (*note)(struct observer *self, const char *text);
    /* The card ends, and the observer with it. May be NULL. */
    void (*end)(struct observer *self);
};

/* First member of each kind's own struct. */
struct observer {
    const struct observer_kind *kind;
    struct observer *next; /* the card's */
};

static inline void observers_power(struct observer *first, enum card_power power, struct bytes atr)
{
    for (struct observer *each = first; each != NULL; each = each->next)
        each->kind->power(each, power, atr);
}

static inline void observers_command(struct observer *first, struct bytes command)
{
    for (struct observer *each = first; each != NULL; each = each->next)
        each->kind->command(each, command);
}

static inline void observers_response(struct observer *first, struct bytes response)
{
    for (struct observer *each = first; each != NULL; each = each->next)
        each->kind->response(each, response);
}

static inline void observers_note(struct observer *first, const char *text)
{
    for (struct observer *each = first; each != NULL; each = each->next)
        if (each->kind->note != NULL)
            each->kind->note(each, text);
}

static inline void observers_end(struct observer *first)
{
    while (first != NULL) {
        struct observer *next = first->next;
        if (first->kind->end != NULL)
            first->kind->end(first);
        first = next;
    }
}

#endif
