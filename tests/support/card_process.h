/* card_process: a real `emuicc` as a child, watched through what it says on standard error. */
#ifndef EMUICC_TESTS_SUPPORT_CARD_PROCESS_H
#define EMUICC_TESTS_SUPPORT_CARD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CARD_PROCESS_SAID_MAX 8192

struct card_process {
    pid_t pid;
    int said_fd;
    char said[CARD_PROCESS_SAID_MAX]; /* everything so far */
    size_t said_len;
};

/* argv ends with NULL; argv[0] is the program's path. It dies with its parent. */
bool card_process_start(struct card_process *process, const char *const argv[]);
/* Waits until it has said this; false when it ends or takes longer. */
bool card_process_says(struct card_process *process, const char *text, int milliseconds);
/* Sends the signal (0: none) and waits for the end: the exit status, or minus the signal that ended
 * it; -1000 if it still runs after that time (it is then killed). */
int card_process_end(struct card_process *process, int signal, int milliseconds);

#endif
