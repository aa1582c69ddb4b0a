/* fake_modem: the far end of a pty, which plays a modem by a script: what it must be asked, word by
 * word, and what it says then. */
#ifndef EMUICC_TESTS_TOOLS_FAKE_MODEM_H
#define EMUICC_TESTS_TOOLS_FAKE_MODEM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct fake_modem_turn {
    const char *asked; /* without its CR */
    const char *says;  /* "" keeps silent, NULL hangs up */
};

struct fake_modem {
    char path[64]; /* of the near end */
    int far, near; /* the test holds one, so that the other side may come and go */
    pthread_t thread;
    const struct fake_modem_turn *turns;
    size_t count;
    atomic_size_t taken; /* turns done */
    char wrong[1024];    /* the first command that was not in the script; empty: none */
};

void fake_modem_start(struct fake_modem *modem, const struct fake_modem_turn *turns, size_t count);
/* Ends when the near end is closed. */
void fake_modem_stop(struct fake_modem *modem);

#endif
