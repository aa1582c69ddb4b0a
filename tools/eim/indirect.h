/* indirect: profile downloads in which the eIM is the LPA towards the SM-DP+, and hands on to the
 * IPA what its chip needs (SGP.32 §3.2.3.2, §5.14.1 to §5.14.4). */
#ifndef EMUICC_TOOLS_EIM_INDIRECT_H
#define EMUICC_TOOLS_EIM_INDIRECT_H

#include "tools/eim/eim.h"
#include "tools/lib/iot/esipa.h"

/* Each takes the request's values and appends the answer, whole. 0, the error of the function as
 * SGP.32 numbers it, or a failure. */
typedef int indirect_function(struct eim *eim, const struct esipa_values *request,
                              struct writer *out);
indirect_function indirect_initiate, indirect_authenticate, indirect_bind, indirect_cancel;

#endif
