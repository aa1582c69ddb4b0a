/* refresh: what the ISD-R and the toolkit have to tell each other. A change of the enabled profile
 * that the LPA wants to have told the terminal becomes a REFRESH (SGP.22 §5.7.16, §5.7.17; TS 102
 * 223 §6.4.7): with the mode eUICC Profile State Change it takes effect when the terminal has
 * performed it, else, or if the terminal is faster, with the next reset. */
#ifndef EMUICC_CARD_REFRESH_H
#define EMUICC_CARD_REFRESH_H

#include "card/personality/dialect.h"
#include "fs/uicc/uicc.h"
#include "isd-r/isd_r.h"

/* The two sides, and how the chip speaks; borrowed. */
struct refresh {
    struct isd_r *isd_r;
    struct uicc *uicc;
    const struct dialect *dialect;
};

/* After a handler, before its commit: carries out, or forgets, what awaited the answer it has
 * received. 0 or a failure. */
int refresh_answered(const struct refresh *refresh);
/* After the commit: asks the terminal for a REFRESH if the ISD-R has wished one. */
void refresh_ask(const struct refresh *refresh);
/* Tells the ISD-R of the terminal; after every command and every reset. */
void refresh_tell(const struct refresh *refresh);

/* The status word of a command that was carried out, or of one that was not: success announces the
 * proactive command that waits (TS 102 221 §7.4.2.1). */
uint16_t refresh_announce(const struct refresh *refresh, uint16_t status);

#endif
