/* factory: the profiles that a chip leaves the factory with. A text says each, in a personality and
 * on the command line alike:
 *
 *   PACKAGE[, enabled][, before-test][, aid = HEX][, nickname = TEXT]
 *
 * PACKAGE is a file (DER), or the name of one that ships. A text beside it, NAME.metadata for
 * NAME.der, says what a server would have said of it (fs/metadata_text.h). It is disabled unless it
 * is enabled; before-test: the enabled one, of class test, has taken over from it. The AID is that
 * of its ISD-P, the next free one unless said. The nickname goes on to the end, commas included. */
#ifndef EMUICC_CARD_FACTORY_H
#define EMUICC_CARD_FACTORY_H

#include "isd-r/isd_r.h"

#define FACTORY_FORM                                                                               \
    "PACKAGE[, enabled][, before-test][, aid = HEX][, nickname = TEXT], where PACKAGE is a file, " \
    "or the name of one that ships"

struct factory_profile {
    struct bytes package, nickname; /* borrow from the text */
    struct isd_r_aid aid;           /* of length 0: none is said */
    enum isd_r_factory_state state;
};

/* False if the text is none. */
bool factory_read(const char *text, struct factory_profile *out);

/* Puts it on the chip, uncommitted; a package that is not given by its whole path lies in the
 * folder
 * ("": the current one). 0, or a failure after one trace line. */
int factory_install(const struct factory_profile *profile, const char *folder, struct isd_r *isd_r);

#endif
