/* front: ESipa, a message in and its answer out, in both bindings (SGP.32 §5.14, §6). */
#ifndef EMUICC_TOOLS_EIM_FRONT_H
#define EMUICC_TOOLS_EIM_FRONT_H

#include "tools/eim/eim.h"
#include "tools/lib/server/function.h"
#include "tools/lib/server/group.h"

/* eim_create() with what answering takes besides. */
int front_open(const struct eim_plan *plan, struct eim **out);

/* Answers one ESipa message in the ASN.1 binding; the answer is empty where there is none (a
 * notification), and is to be finished. 0; 1 for what is no message at all; or a failure. */
int front_answer(struct eim *eim, struct bytes request, struct blob *out);

/* Both bindings, for server_start() with the eIM as program. */
extern const struct function_table front_functions;
/* What its server brackets those with that come in the same moment: one transaction of the store.
 */
extern const struct group_transaction front_group;

#endif
