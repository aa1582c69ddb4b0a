/* store_data: STORE DATA, the command that carries every ES10 function in blocks of up to 255 bytes
 * (SGP.22 §5.7.2). A function's blocks are put together; a bound package's go on as they come. */
#ifndef EMUICC_ISD_R_STORE_DATA_H
#define EMUICC_ISD_R_STORE_DATA_H

#include "apdu/command.h"

#define STORE_DATA_MAX (1 << 16) /* bytes of one function's request */

struct store_data {
    bool open;         /* a block came and the last one has not */
    bool to_package;   /* the blocks are a package's */
    uint8_t channel;   /* that they come on */
    unsigned expected; /* number of the next block */
    uint8_t *data;     /* what has been put together; heap, kept until a reset */
    size_t len, capacity;
};

/* state: struct isd_r *. */
command_handler store_data_handle;
/* What has been put together is forgotten; _finish() gives the memory back as well. */
void store_data_drop(struct store_data *assembly);
void store_data_finish(struct store_data *assembly);

#endif
