/* action: what the page can do to a chip, one row each: the request that emuicc-ctl would make, and
 * the command line that makes it. */
#ifndef EMUICC_TOOLS_INSPECT_ACTION_H
#define EMUICC_TOOLS_INSPECT_ACTION_H

#include "tools/inspect/inspect.h"

/* {"actions": [{"name", "about", "help"}]} */
json_t *action_list(void);
/* Does it: {"answer", "shown"}, shown being the command line; {"error"} where there is no such
 * thing to do. about: NULL for one that is about nothing. NULL if memory is short. */
json_t *action_do(struct inspect *inspect, const char *chip, const char *name, const char *about);

#endif
