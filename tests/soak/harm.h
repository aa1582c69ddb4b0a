/* harm: what a fault does to a command, and what is left of the command then. */
#ifndef EMUICC_TESTS_SOAK_HARM_H
#define EMUICC_TESTS_SOAK_HARM_H

#include <stdbool.h>

enum harm_kept { KEPT_NOTHING, KEPT_ALL };

struct harm {
    const char *action; /* as emuicc-ctl takes it */
    enum harm_kept kept;
    bool silent;     /* no answer comes, and the line stays */
    bool for_result; /* an action of functions alone */
};
#define HARMS 8
extern const struct harm harms[HARMS];

#endif
