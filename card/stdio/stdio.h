/* stdio: a card on standard input and output, for a suite that has neither pcscd nor a socket: a
 * line in, a line out (stdio_line.h). */
#ifndef EMUICC_CARD_STDIO_STDIO_H
#define EMUICC_CARD_STDIO_STDIO_H

#include "card/card.h"
#include "card/control/control.h"
#include "card/stop.h"

/* Serves whoever writes to `in` and reads from `out` until `in` ends or a stop is asked for, and
 * requests to the card meanwhile. 0, or a failure after a trace line. */
int stdio_serve(int in, int out, struct card *card, struct stop *stop, struct control *control);

#endif
