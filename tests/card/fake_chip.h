/* fake_chip: stands where store, ISD-R and UICC stand, so that the machine around them can be
 * watched: what it calls, in which order, and what it does when they fail. */
#ifndef EMUICC_TESTS_CARD_FAKE_CHIP_H
#define EMUICC_TESTS_CARD_FAKE_CHIP_H

#include "card/card.h"

/* The ISD-R's STORE DATA does what the first byte of its data says. */
enum fake_order {
    FAKE_ANSWER = 0x01,        /* as many bytes as the next two say: 00 01 02 … */
    FAKE_STATUS = 0x02,        /* the status word of the next two, with the bytes after them */
    FAKE_CHANGE = 0x03,        /* changes the store */
    FAKE_FAIL_INTERNAL = 0x04, /* changes the store, then fails */
    FAKE_FAIL_MEMORY = 0x05,   /* the same, for want of room */
    FAKE_ENABLE = 0x06,        /* changes the store; wishes the profile of the next byte */
    FAKE_TOO_MUCH = 0x07,      /* writes beyond the response */
    FAKE_REFRESH = 0x08, /* changes the store; wishes a REFRESH for the profile of the next byte */
};

#define FAKE_LOG_SIZE 512

struct fake_chip {
    char log[FAKE_LOG_SIZE];  /* what was called since the last look, blank between two */
    int commit_result;        /* of the next store_commit() */
    int load_result;          /* of uicc_load() for a profile */
    uint32_t enabled;         /* as committed */
    struct terminal terminal; /* as last told */
    const struct checkpoint_watch *watch;
};
extern struct fake_chip fake_chip;

/* A card on the fake chip that answers. */
void fake_chip_start(struct card *card);

/* What was called since the last look. */
const char *fake_chip_calls(void);

#endif
