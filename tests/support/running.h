/* running: a real `emuicc` process, plugged into a reader that the test plays. */
#ifndef EMUICC_TESTS_SUPPORT_RUNNING_H
#define EMUICC_TESTS_SUPPORT_RUNNING_H

#include "tests/support/card_process.h"
#include "tests/support/vpcd_peer.h"

struct running {
    struct vpcd_peer peer;
    struct card_process process;
};

/* A folder of the test's own; running_remove() takes it away. NULL if there is no place. */
const char *running_folder(void);
void running_remove(void);

/* Starts the program on the state `chip` in the folder, with these options (ends with NULL; at most
 * 8), and powers it. False if it does not answer with an ATR. */
bool running_start(struct running *card, const char *const options[]);
/* SIGKILL: it has no time for anything. */
void running_kill(struct running *card);

/* One command and its answer, hexadecimal; 61xx is followed. */
const char *running_ask(struct running *card, const char *command);
/* "BF2E00" as one STORE DATA block on the basic channel, where the ISD-R has to be selected. */
const char *running_es10(struct running *card, const char *request);

#endif
