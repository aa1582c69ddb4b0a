/* born: a real chip in a folder of its own that goes with the test. */
#ifndef EMUICC_TESTS_CARD_BORN_H
#define EMUICC_TESTS_CARD_BORN_H

#include "card/birth.h"

/* EF.ICCID of the package that born_card() installs. */
#define BORN_ICCID "988812010000000010F1"

/* The folder in which chips are born; made anew by born_begin(), removed by born_end(). */
extern char born_folder[64];
void born_begin(void);
void born_end(void);

/* A chip in the folder's `chip`, with its own PKI; with the project's package in it, disabled, if
 * asked for. */
void born_card(struct card *card, bool with_profile);

#endif
