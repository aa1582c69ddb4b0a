/* chip: a session with the ISD-R on a logical channel of its own (SGP.22 §5.7.2). */
#ifndef EMUICC_TOOLS_LIB_ES10_CHIP_H
#define EMUICC_TOOLS_LIB_ES10_CHIP_H

#include "apdu/apdu.h"
#include "tools/lib/transport/record.h"
#include "tools/lib/transport/transport.h"

#define CHIP_BLOCKS_MAX 256 /* STORE DATA counts its blocks in one byte */
#define CHIP_BLOCK_DEFAULT APDU_DATA_SHORT_MAX
#define CHIP_ANSWER_MAX (256 * 1024)
#define CHIP_AT_ONCE 32

struct chip {
    struct transport *transport; /* owned by the caller, who opens and closes it */
    struct fault *fault;         /* the caller's */
    FILE *record;                /* the caller's; NULL: none */
    size_t block;                /* bytes in a STORE DATA block, 1 to 255 */
    uint8_t *answer;             /* CHIP_ANSWER_MAX bytes */
};

/* False if memory is short. */
bool chip_init(struct chip *chip, struct transport *transport, struct fault *fault);
void chip_finish(struct chip *chip);

/* Opens a channel to this ISD-R. */
bool chip_select(struct chip *chip, struct bytes aid);
/* Closes the channel; harmless twice, and after a failure. */
void chip_deselect(struct chip *chip);

/* One ES10 request in STORE DATA blocks, and its whole answer, which may be empty and is valid
 * until the next call. `function` is for faults and traces; secret: keep the bytes out of the
 * trace. */
bool chip_call(struct chip *chip, const char *function, struct bytes request, bool secret,
               struct bytes *answer);

/* How many requests chip_call_each() takes at most: 1 where each waits for the one before. */
size_t chip_at_once(const struct chip *chip);
/* Requests of one function, each as chip_call(), up to the first that has an answer or is refused;
 * those behind it may have reached the card. A long answer of one that is not the last may be lost:
 * a fault, though the card has given it. */
bool chip_call_each(struct chip *chip, const char *function, const struct bytes *requests,
                    size_t count, bool secret, struct bytes *answer);

#endif
