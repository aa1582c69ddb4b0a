/* reader_serve: keeps a card plugged into its reader (link.h) until a stop is asked for. */
#ifndef EMUICC_CARD_READER_READER_SERVE_H
#define EMUICC_CARD_READER_READER_SERVE_H

#include "card/control/control.h"
#include "card/reader/reader.h"
#include "card/card.h"
#include "card/stop.h"

/* Serves the card until a stop is asked for, and requests to it while it waits. 0, or a failure
 * after a trace line. */
int reader_serve(const struct reader *reader, struct card *card, struct stop *stop,
                 struct control *control);

#endif
