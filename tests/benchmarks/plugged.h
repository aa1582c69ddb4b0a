/* plugged: a process that plays a card, `emuicc` itself or the null card, plugged into a reader
 * that this program plays. */
#ifndef EMUICC_TESTS_BENCHMARKS_PLUGGED_H
#define EMUICC_TESTS_BENCHMARKS_PLUGGED_H

#include "tests/support/card_process.h"
#include "tests/support/vpcd_peer.h"

struct plugged {
    struct vpcd_peer peer;
    struct card_process process;
};

/* A folder with a chip whose only profile, out of a package of TS.48, is enabled. */
struct plugged_chip {
    char folder[64], state[80], store[96];
};
void plugged_make_chip(struct plugged_chip *chip);
void plugged_remove_chip(struct plugged_chip *chip);

/* Starts it and waits until it has answered with its ATR. */
void plugged_start_emuicc(struct plugged *card, const struct plugged_chip *chip);
/* The null card; chip: it opens that one's store first, NULL: it opens none. */
void plugged_start_null(struct plugged *card, const struct plugged_chip *chip);
void plugged_stop(struct plugged *card);

/* Must be answered with this status word. */
void plugged_need(struct plugged *card, const char *command, const char *status);
/* Bytes of the process's own memory (RssAnon). */
double plugged_memory(const struct plugged *card);

#endif
