/* command: what emuicc-profile can be told to do. */
#ifndef EMUICC_TOOLS_PROFILE_COMMAND_H
#define EMUICC_TOOLS_PROFILE_COMMAND_H

#include <stdbool.h>

enum command_exit {
    COMMAND_FINE = 0,
    COMMAND_WRONG = 1,    /* it could not be done; one line has said why */
    COMMAND_NO = 2,       /* the answer is no: refused, different */
    COMMAND_FINDINGS = 3, /* accepted, and --strict has found errors or warnings */
};

struct command_options {
    bool json, strict;
};

/* words: as many as the command takes. Returns an exit status. */
typedef int command_run(const struct command_options *options, char **words);

command_run command_check, command_findings, command_show, command_build, command_dump,
    command_diff;

#endif
