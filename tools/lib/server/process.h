/* process: what every server program does with its process: signals, and how many connections it
 * may have. */
#ifndef EMUICC_TOOLS_LIB_SERVER_PROCESS_H
#define EMUICC_TOOLS_LIB_SERVER_PROCESS_H

#include <signal.h>

/* From now on SIGINT and SIGTERM wait for process_wait(); threads started later inherit that. To be
 * called before any is. */
void process_start(sigset_t *ends);
/* Until one of these comes. */
void process_wait(const sigset_t *ends);

struct process_connections {
    const char *whom;  /* may connect, for the log: "LPAs" */
    unsigned most;     /* at once, a file descriptor each */
    unsigned least;    /* even where the system allows no more files */
    unsigned reserved; /* descriptors for all else */
};
/* As many of them as the system has descriptors for, after raising the soft limit to the hard one;
 * fewer than the most after a line that says why. */
unsigned process_allow(const struct process_connections *plan);

#endif
