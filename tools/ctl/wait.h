/* wait: until a reader of pcscd sees the running card, or its farm serves it. */
#ifndef EMUICC_TOOLS_CTL_WAIT_H
#define EMUICC_TOOLS_CTL_WAIT_H

#include "tools/ctl/command.h"

/* Of --timeout: false after a trace line. */
bool wait_check_timeout(const char *text);

/* False after a trace line: no card runs, or the time is over. */
bool wait_work(const struct ctl_options *options, struct writer *out);

#endif
