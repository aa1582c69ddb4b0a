/* command: what emuicc-eim does beside serving: each works on the store, whether a server runs on
 * it or not. */
#ifndef EMUICC_TOOLS_EIM_COMMAND_H
#define EMUICC_TOOLS_EIM_COMMAND_H

#include "tools/eim/eim.h"
#include "tools/eim/options.h"

/* words: those after the command's own. Exit status. */
typedef int command_function(struct eim *eim, const struct eim_options *options, char **words,
                             int count);
command_function command_config, command_order, command_status, command_results, command_chip,
    command_inject;

#endif
