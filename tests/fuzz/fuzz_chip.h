/* fuzz_chip: an ISD-R with credentials of its own for fuzz targets. Made once; what an input does
 * to it is rolled back, so that each starts from the same chip. */
#ifndef EMUICC_TESTS_FUZZ_FUZZ_CHIP_H
#define EMUICC_TESTS_FUZZ_FUZZ_CHIP_H

#include "isd-r/isd_r.h"
#include "isd-r/state.h"

struct fuzz_chip {
    struct store *store;
    struct random random;
    struct isd_r *isd_r;
};

/* The chip, as new. */
struct fuzz_chip *fuzz_chip(void);
/* Opens a session as if a server had been authenticated (RSP_AUTHENTICATED) or a download prepared
 * (RSP_PREPARED); with RSP_CHALLENGED, what GetEUICCChallenge would have done. */
void fuzz_chip_open_session(struct fuzz_chip *chip, enum rsp_state state);
/* One block of STORE DATA. Aborts on an answer that no chip may give. */
int fuzz_chip_block(struct fuzz_chip *chip, uint8_t p1, uint8_t p2, struct bytes block);

#endif
