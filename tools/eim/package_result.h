/* package_result: the result of an eUICC package, believed or not (SGP.32 §2.11.2.1). */
#ifndef EMUICC_TOOLS_EIM_PACKAGE_RESULT_H
#define EMUICC_TOOLS_EIM_PACKAGE_RESULT_H

#include "tools/eim/eim.h"

/* Takes BF51 whole of this chip. 0, with the number that the chip may forget, or 0 for none;
 * PACKAGE_UNDEFINED if it is malformed, or is not signed by the chip, or is no answer to anything
 * that was asked; or a failure. Within a transaction. */
int package_result_take(struct eim *eim, const struct chip *chip, struct bytes whole,
                        uint32_t *sequence);

/* The chip has shown all results that it keeps: the one that is looked for, if one still is, is not
 * among them, so that its package was never executed: it is signed again with a later counter. */
int package_result_not_found(struct eim *eim, const struct chip *chip);

/* Whose result this is, from the counter and transaction id that it answers, where the IPA does not
 * say the EID (v1.0). False if nobody's. */
bool package_result_eid(struct eim *eim, struct bytes element, char eid[CHIPS_EID_SIZE]);

#endif
