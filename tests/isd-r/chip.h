/* chip: an ISD-R with a store of its own and what the card does around it: match, handle, commit or
 * roll back. */
#ifndef EMUICC_TESTS_ISD_R_CHIP_H
#define EMUICC_TESTS_ISD_R_CHIP_H

#include "isd-r/isd_r.h"

#define CHIP_BLOCK_MAX 255

struct chip {
    struct store *store;
    struct random random;
    struct isd_r *isd_r;
    const struct isd_r_settings *settings; /* what it is made as; NULL: as it comes by default */
    struct isd_r_wish wish;                /* of the last command */
    uint8_t channel;
    /* Where commands go instead, when set: to a whole card. Returns the status word. */
    uint16_t (*carry)(void *context, struct bytes command, struct writer *data);
    void *context;
};

/* Opens the state; provision is looked at when it is new. */
void chip_start(struct chip *chip, const char *folder, const struct isd_r_provision *provision);
/* Pulls the plug: what was not committed is gone. */
void chip_stop(struct chip *chip);
/* As chip_start() after chip_stop(), on the same state. */
void chip_restart(struct chip *chip, const char *folder);

/* One command to an application as the card would carry it out; data without status word. */
uint16_t chip_transmit(struct chip *chip, const struct application *application,
                       struct bytes command, struct writer *data);
/* One block of STORE DATA to the ISD-R. */
uint16_t chip_block(struct chip *chip, uint8_t p1, uint8_t p2, struct bytes block,
                    struct writer *data);
/* A whole command in blocks of this size, up to one that is refused; blocks before the last must
 * answer nothing. */
uint16_t chip_store_data(struct chip *chip, struct bytes command, size_t block_size,
                         struct writer *data);

/* UpdateMetadata of the profile at this place in the registry, by who may ask for it. 0 or a
 * failure. */
int chip_update_metadata(struct chip *chip, size_t place, struct bytes request, int *answer);

#endif
