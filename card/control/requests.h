/* requests: what the running card can be asked on its control socket. */
#ifndef EMUICC_CARD_CONTROL_REQUESTS_H
#define EMUICC_CARD_CONTROL_REQUESTS_H

#include "card/card.h"
#include "card/control/control.h"

/* The table for this card, which has to outlive it. */
struct control_table requests_table(struct card *card);

#endif
