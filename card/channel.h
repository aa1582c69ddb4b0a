/* channel: logical channels 0 to 19, each with its selected application and what waits for GET
 * RESPONSE (TS 102 221 §8.7, §10.1.1, §11.1.17, §11.1.18; ISO/IEC 7816-4 §5.4). */
#ifndef EMUICC_CARD_CHANNEL_H
#define EMUICC_CARD_CHANNEL_H

#include "card/applications.h"
#include "card/personality/dialect.h"
#include "card/response.h"

struct channel {
    bool open;
    uint8_t selected; /* place in the table of applications */
    struct response_pending pending;
};

struct channels {
    const struct applications *applications; /* borrowed */
    const struct dialect *dialect;           /* borrowed */
    struct channel channels[APDU_CHANNELS];
};

/* Only the basic channel is open, with the UICC selected. */
void channel_init(struct channels *channels, const struct applications *applications,
                  const struct dialect *dialect);
/* Power-off, power-on, reset: as after channel_init(), and memory is returned. The applications
 * are not told: they are reset as well. */
void channel_reset(struct channels *channels);
/* The files that the UICC's channels stood in are gone: they close, and so does what waits on them;
 * the basic channel stays. The UICC knows. */
void channel_end_uicc(struct channels *channels);

/* Carries a command to its channel's own instructions or to the application selected there, and
 * returns what a command_handler returns. The command's case may be read anew (see the source). */
int channel_dispatch(struct channels *channels, struct apdu *apdu, struct writer *response);

/* The row by which this command would be carried out, NULL if nobody knows it, and the name of the
 * application that is selected where it goes. For onlookers: changes nothing. */
const struct command_row *channel_look(const struct channels *channels, struct apdu apdu,
                                       const char **application);

/* What waits on the channel of this command. */
struct response_pending *channel_pending(struct channels *channels, const struct apdu *apdu);

#endif
