/* esipa_status: the errors of ESipa's functions beside the status codes of ES9+ that mean the same
 * (SGP.32 §6.3, SGP.22 §5.6): an eIM hands on what an SM-DP+ has said, and in the JSON binding such
 * codes are all that is said. */
#ifndef EMUICC_TOOLS_LIB_IOT_ESIPA_STATUS_H
#define EMUICC_TOOLS_LIB_IOT_ESIPA_STATUS_H

#include "tools/lib/iot/esipa.h"

#define ESIPA_UNDEFINED_ERROR 127

/* The error that "SUBJECT/REASON" stands for; ESIPA_UNDEFINED_ERROR if for none. */
uint32_t esipa_status_error(enum esipa_function function, const char *codes);
/* And back: the codes of one that has such, "1.6/4.2" of any other. */
const char *esipa_status_codes(enum esipa_function function, uint32_t error);

#endif
