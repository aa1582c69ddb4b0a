/* application: what can be selected on a logical channel (TS 102 221 §8.4, §11.1.1).
 *
 * The card owns the channels and a table of applications; each application owns its state, the
 * part that belongs to a channel included (arrays indexed by apdu->channel). The card calls in;
 * an application never calls out: what it wants done by the card it leaves in its own state.
 */
#ifndef EMUICC_APDU_APPLICATION_H
#define EMUICC_APDU_APPLICATION_H

#include "apdu/command.h"

struct application {
    const char *name; /* "ISD-R" */
    struct command_table commands;
    /* True if a SELECT by this (possibly partial) AID means this application. */
    bool (*matches)(void *state, const struct apdu *select, struct bytes aid);
    /* SELECT by AID that `matches`: writes the FCI or FCP that P2 asks for. Nothing has changed if
     * it returns other than 0 or a 62xx warning. */
    int (*select)(void *state, const struct apdu *select, struct bytes aid,
                  struct writer *response);
    /* Another application is selected on this channel, or the channel closes. May be NULL. */
    void (*deselect)(void *state, uint8_t channel);
    /* What the application refuses at this moment whatever the command says: 0, or a status word.
     * May be NULL. */
    int (*admit)(void *state, const struct command_row *row);
};

#endif
