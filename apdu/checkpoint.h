/* checkpoint: places on the way of a command where somebody further up may look on and step in:
 * faults that are asked for, the time that a function takes. The floors that do the work ask; that
 * nobody watches costs them one comparison. */
#ifndef EMUICC_APDU_CHECKPOINT_H
#define EMUICC_APDU_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum checkpoint_place {
    CHECKPOINT_FUNCTION, /* an ES10 function is about to be carried out, or a package's end */
    CHECKPOINT_SEGMENT,  /* a STORE DATA command with a part of a bound package begins */
    CHECKPOINT_OTA,      /* a packet over the air is about to be opened, or a command of its script
                          * to be carried out: the names below */
    CHECKPOINT_ELEMENT,  /* a profile element has arrived */
    CHECKPOINT_PSMO, /* an operation of an eIM's package is about to be carried out: on profiles, */
    CHECKPOINT_ECO,  /* or on eIMs */
};

struct checkpoint {
    enum checkpoint_place place;
    const char *name; /* of the function or element; NULL: it has none */
    uint32_t number;  /* the function's tag; place of the others in their package, from 1 */
};

#define CHECKPOINT_OTA_PACKET "packet"   /* the result code is the receipt's status */
#define CHECKPOINT_OTA_COMMAND "command" /* has no result code */

#define CHECKPOINT_PASS (-1)
#define CHECKPOINT_RESULT_MAX 127

/* What is to happen there: CHECKPOINT_PASS; a result code up to CHECKPOINT_RESULT_MAX, which the
 * place answers in its own form instead of doing its work; or a status word instead of both.
 * Elements and operations have no status word: their watchers do not give one. */
typedef int checkpoint_watcher(void *context, const struct checkpoint *at);

struct checkpoint_watch {
    checkpoint_watcher *look;
    void *context;
};

/* watch: NULL if nobody does. */
static inline int checkpoint_pass(const struct checkpoint_watch *watch, enum checkpoint_place place,
                                  const char *name, uint32_t number)
{
    const struct checkpoint at = {place, name, number};
    return watch == NULL ? CHECKPOINT_PASS : watch->look(watch->context, &at);
}

static inline bool checkpoint_is_status(int order)
{
    return order > CHECKPOINT_RESULT_MAX;
}

#endif
