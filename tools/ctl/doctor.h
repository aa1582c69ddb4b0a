/* doctor: what usually stands between a card and the programs that look for it, each finding with
 * the line to run. */
#ifndef EMUICC_TOOLS_CTL_DOCTOR_H
#define EMUICC_TOOLS_CTL_DOCTOR_H

#include "tools/ctl/command.h"

/* The command: false if something is wrong. */
bool doctor_work(const struct ctl_options *options, struct writer *out);

#endif
