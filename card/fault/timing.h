/* timing: how long things take on a real chip. By default nothing takes any time. */
#ifndef EMUICC_CARD_FAULT_TIMING_H
#define EMUICC_CARD_FAULT_TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMING_FUNCTIONS 64

struct timing_cost {
    uint32_t tag; /* of the ES10 function; 0: none, nor in what follows */
    uint32_t us;
};

struct timing {
    bool real;                    /* false: the costs do not count */
    uint32_t command_us, byte_us; /* of the transport: a command, a byte either way */
    uint32_t segment_us;          /* a STORE DATA command of a bound package */
    uint32_t other_us;            /* a function that is not among these */
    struct timing_cost functions[TIMING_FUNCTIONS];
};

/* Instant; the costs are those of timing = real. */
void timing_init(struct timing *timing);
/* Of the function with this tag. */
uint32_t timing_cost_of(const struct timing *timing, uint32_t tag);
/* False if there are too many. */
bool timing_set(struct timing *timing, uint32_t tag, uint32_t us);

#endif
