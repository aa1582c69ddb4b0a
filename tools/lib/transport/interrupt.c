#include "tools/lib/transport/interrupt.h"

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

/* Unless whoever started us wants the signal ignored, as a shell does for what runs behind it. */
static void watch(int signal)
{
    struct sigaction before, action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    if (sigaction(signal, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(signal, &action, NULL);
}

void interrupt_start(void)
{
    watch(SIGINT);
    watch(SIGTERM);
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
