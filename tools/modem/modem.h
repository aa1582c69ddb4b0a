/* modem: a modem in software: command lines in, results out. What it can do stands in its table of
 * commands (command_table.c); what a command does in the sources settings, identity, apdu and file.
 */
#ifndef EMUICC_TOOLS_MODEM_MODEM_H
#define EMUICC_TOOLS_MODEM_MODEM_H

#include "tools/modem/state.h"

void modem_init(struct modem *modem, struct transport *(*create)(const char *reader),
                const char *reader);
void modem_finish(struct modem *modem);

/* Takes from *input up to the end of a command line, which is then carried out. What there is to
 * send is in modem->out afterwards, at most MODEM_OUT_MAX bytes if it was empty before. */
void modem_take(struct modem *modem, struct bytes *input);
/* Nobody is at the terminal any more: settings as at the start, the card let go once it has
 * no channel and no timer any more. */
void modem_hang_up(struct modem *modem);

#endif
