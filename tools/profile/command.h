/* command: what emuicc-profile can be told to do. */
#ifndef EMUICC_TOOLS_PROFILE_COMMAND_H
#define EMUICC_TOOLS_PROFILE_COMMAND_H

#include <stdbool.h>

#include "apdu/options.h"

enum command_exit {
    COMMAND_FINE = 0,
    COMMAND_NO = OPTIONS_STATUS_NO,       /* refused, failed, different */
    COMMAND_WRONG = OPTIONS_STATUS_USAGE, /* what the command line names cannot be read */
    COMMAND_FINDINGS = 3,                 /* accepted, and --strict has found errors or warnings */
};

struct command_options {
    bool json, strict;
};

/* words: as many as the command takes. Returns an exit status. */
typedef int command_run(const struct command_options *options, char **words);

command_run command_check, command_findings, command_show, command_build, command_dump,
    command_diff;

#endif
