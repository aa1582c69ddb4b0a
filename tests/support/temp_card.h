/* born: a real chip in a folder of its own that goes with the test. */
#ifndef EMUICC_TESTS_SUPPORT_BORN_H
#define EMUICC_TESTS_SUPPORT_BORN_H

#include "card/birth.h"

/* The project's package, and EF.ICCID in it. */
extern const char born_package[];
#define BORN_ICCID "988812010000000010F1"

/* The folder in which chips are born; made anew by born_begin(), removed by born_end(). False if
 * there is no place for it. */
extern char born_folder[64];
bool born_begin(void);
void born_end(void);

/* A chip in the folder's `chip`, with its own PKI; with the project's package in it, disabled, if
 * asked for. False if it could not be made. */
bool born_card(struct card *card, bool with_profile);

#endif
