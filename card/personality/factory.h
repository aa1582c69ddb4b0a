/* factory: the profiles that a chip leaves the factory with. A text says each, in a personality and
 * on the command line alike:
 *
 *   PACKAGE[, enabled][, before-test][, aid = HEX][, nickname = TEXT]
 *
 * PACKAGE is a file (DER), or the name of one that ships. A text beside it, NAME.metadata for
 * NAME.der, says what a server would have said of it (fs/text/metadata_text.h). It is disabled
 * unless it is enabled; before-test: the enabled one, of class test, has taken over from it. The
 * AID is that of its ISD-P, the next free one unless said. The nickname goes on to the end, commas
 * included. */
#ifndef EMUICC_CARD_PERSONALITY_FACTORY_H
#define EMUICC_CARD_PERSONALITY_FACTORY_H

#include <stdio.h>

#include "isd-r/isd_r.h"

#define FACTORY_FORM                                                                               \
    "PACKAGE[, enabled][, before-test][, aid = HEX][, nickname = TEXT], where PACKAGE is a file, " \
    "or the name of one that ships"

/* The packages that ship: a line each, its name and that of the profile. */
void factory_list(FILE *out);

/* False if the text says none. */
bool factory_is_profile(const char *text);

/* Puts it on the chip, uncommitted; a package that is not given by its whole path lies in the
 * folder
 * ("": the current one). 0, or a failure after one trace line. */
int factory_install(const char *text, const char *folder, struct isd_r *isd_r);

#endif
