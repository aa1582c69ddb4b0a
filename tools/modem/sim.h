/* sim: the card in the modem: taken when it is first needed, let go when nobody needs it, with the
 * sessions of +CCHO, which are logical channels. What the card says no to comes back as its status
 * word; what keeps a command from the card as an error of the modem. */
#ifndef EMUICC_TOOLS_MODEM_SIM_H
#define EMUICC_TOOLS_MODEM_SIM_H

#include "apdu/apdu.h"
#include "tools/lib/at/cme.h"
#include "tools/lib/toolkit/toolkit.h"
#include "tools/lib/transport/exchange.h"

struct sim {
    struct transport *(*create)(const char *reader); /* NULL if memory is short */
    const char *reader;                              /* borrowed; NULL: the only one */
    struct transport *transport;                     /* NULL while the card is let go */
    bool sessions[APDU_CHANNELS];                    /* open, by channel */
    struct toolkit toolkit;                          /* the terminal's part of it */
    bool leaving;                                    /* to be let go when it has nothing to do */
};

void sim_init(struct sim *sim, struct transport *(*create)(const char *reader), const char *reader);
/* Lets the card go, reset; its sessions are over. The next command takes it again. */
void sim_release(struct sim *sim);
/* Nobody commands the modem any more: the card is let go, now or once it has no channel and no
 * timer any more. */
void sim_leave(struct sim *sim);
/* What has happened to what the card has going on is told it. */
void sim_proceed(struct sim *sim);

/* One command as it is, and its response, status word included, appended. */
enum cme sim_transmit(struct sim *sim, struct bytes command, struct writer *response);
/* The same on the channel of a session, which is put into the class byte; session 0 is the basic
 * channel. */
enum cme sim_transmit_on(struct sim *sim, uint32_t session, struct bytes command,
                         struct writer *response);
/* One command on the basic channel and all of its answer; the status word goes to *status.
 * CME_MEMORY_FULL if the answer does not fit. */
enum cme sim_exchange(struct sim *sim, const struct exchange_command *command,
                      struct writer *answer, uint16_t *status);

/* The same on the channel of a session. */
enum cme sim_exchange_on(struct sim *sim, uint32_t session, const struct exchange_command *command,
                         struct writer *answer, uint16_t *status);

/* The card's answer to reset; empty if the way to it does not tell. */
enum cme sim_atr(struct sim *sim, struct bytes *atr);
/* Hands a short message to the card; what it reports is appended, its status word goes to *status.
 */
enum cme sim_deliver(struct sim *sim, struct bytes tpdu, struct writer *report, uint16_t *status);
/* An item of the card's menu is chosen. */
enum cme sim_choose(struct sim *sim, uint8_t item);

/* A channel with that application selected on it. */
enum cme sim_open(struct sim *sim, struct bytes aid, uint32_t *session);
enum cme sim_close(struct sim *sim, uint32_t session);

#endif
