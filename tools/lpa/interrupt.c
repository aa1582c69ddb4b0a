#include "tools/lpa/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#define WHERE "interrupted"

/* A signal handler can be told of nothing else. */
static volatile sig_atomic_t seen;

static void note(int signal)
{
    (void)signal;
    seen = 1;
}

void interrupt_start(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupt_seen(void)
{
    return seen != 0;
}

bool interrupt_none(struct fault *fault)
{
    if (!interrupt_seen())
        return true;
    seen = 0;
    return fault_raise(fault, WHERE, "stopped on request");
}

bool interrupt_is(const struct fault *fault)
{
    return strcmp(fault->where, WHERE) == 0;
}
