/* activation: the activation code that a subscriber is given (SGP.22 §4.1). */
#ifndef EMUICC_TOOLS_LIB_ES9_ACTIVATION_H
#define EMUICC_TOOLS_LIB_ES9_ACTIVATION_H

#include "tools/lib/transport/fault.h"

#define ACTIVATION_TEXT_MAX 255 /* characters of a code, prefix excluded */

struct activation {
    char address[ACTIVATION_TEXT_MAX + 1];     /* SM-DP+: a name, perhaps with ":port" */
    char matching_id[ACTIVATION_TEXT_MAX + 1]; /* may be empty */
    char smdp_oid[ACTIVATION_TEXT_MAX + 1];    /* dotted, or empty */
    bool code_required;                        /* a confirmation code goes with it */
};

/* A host name or address, perhaps with a port: fit to be part of a URL. */
bool activation_is_address(const char *text);

/* Takes apart "LPA:1$ADDRESS$MATCHING_ID[$[OID][$1]]", with or without "LPA:". Fields that later
 * releases of SGP.22 append are ignored. A fault names the field that is wrong. */
bool activation_parse(const char *text, struct activation *out, struct fault *fault);

#endif
