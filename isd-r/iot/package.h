/* package: LoadEuiccPackage and ProfileRollback (SGP.32 §3.4, §5.9.1, §5.9.16). A package of an eIM
 * that the chip does not know, or with a wrong signature, changes nothing; one that is refused for
 * another reason does not use its counter up; one that is executed does, whatever its operations
 * came to. */
#ifndef EMUICC_ISD_R_IOT_PACKAGE_H
#define EMUICC_ISD_R_IOT_PACKAGE_H

#include "isd-r/iot/package_result.h"

#define PACKAGE_MAX 16384 /* bytes of euiccPackageSigned */

/* request: the value of BF51. Appends the whole answer. 0, SW_WRONG_DATA for what is no package, or
 * a failure. */
int package_load(const struct iot *iot, struct bytes request, struct writer *response);
/* Answers a package with this error instead of executing it, because somebody wants it so: signed
 * where the eIM is known, unsigned where it is not. */
int package_refuse(const struct iot *iot, struct bytes request, int error, struct writer *response);
/* Undoes what the last package enabled; its result is replaced by one that says so. *answer: enum
 * change_result; the new result is appended to *result. */
int package_roll_back(const struct iot *iot, bool refresh, int *answer, struct writer *result);

#endif
