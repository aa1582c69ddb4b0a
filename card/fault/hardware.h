/* hardware: what chips of silicon do by themselves and this one only plays: faults on command, and
 * the time that things take. Nothing in here waits or ends anything: it says what is to become of
 * the answer, and whoever brings that to the reader sees to it. */
#ifndef EMUICC_CARD_FAULT_HARDWARE_H
#define EMUICC_CARD_FAULT_HARDWARE_H

#include "apdu/bytes.h"
#include "card/fault/fault.h"
#include "card/fault/timing.h"

enum hardware_link {
    HARDWARE_ANSWERS,
    HARDWARE_MUTE, /* the answer never comes; a reset or the link's end ends that */
    HARDWARE_GONE, /* instead of the answer the link ends, and a new one may begin */
};

/* What becomes of a command. */
struct hardware_outcome {
    enum hardware_link link;
    uint64_t delay_us; /* from the command to its answer */
    bool undo;         /* what it has changed is not to be kept */
    uint16_t status;   /* that is answered then; 0: none in particular */
};

struct hardware {
    bool active;                 /* there are faults, or things take time */
    const struct timing *timing; /* borrowed */
    struct faults faults;
    struct checkpoint_watch watch;   /* for the ISD-R while active */
    struct hardware_outcome outcome; /* of the last command, or of that under way */
    int order;                       /* what the faults want at the present checkpoint */
};

/* Before the first use, where the struct is to stay. */
void hardware_init(struct hardware *hardware, const struct timing *timing);
void hardware_finish(struct hardware *hardware);
/* After the faults have changed: whether there is anything to watch for, NULL if not. */
const struct checkpoint_watch *hardware_arm(struct hardware *hardware);

/* While active, around each command: CHECKPOINT_PASS or a status word, with which it is not even
 * looked at; and the bytes that went both ways. */
int hardware_begin(struct hardware *hardware);
void hardware_end(struct hardware *hardware, size_t byte_count);

#endif
