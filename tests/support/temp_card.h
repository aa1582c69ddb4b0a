/* temp_card: a real chip in a folder of its own that goes with the test. */
#ifndef EMUICC_TESTS_SUPPORT_TEMP_CARD_H
#define EMUICC_TESTS_SUPPORT_TEMP_CARD_H

#include "card/startup.h"

/* The project's package, and EF.ICCID in it. */
extern const char temp_card_package[];
#define TEMP_CARD_ICCID "988812010000000010F1"

/* The folder in which chips are made; made anew by temp_card_begin(), removed by temp_card_end().
 * False if there is no place for it. */
extern char temp_card_folder[64];
bool temp_card_begin(void);
void temp_card_end(void);

/* A chip in the folder's `chip`, with its own PKI; with the project's package in it, disabled, if
 * asked for. False if it could not be made. */
bool temp_card_make(struct card *card, bool with_profile);

#endif
