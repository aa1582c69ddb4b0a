/* assembly: the blocks of one STORE DATA command, put together (SGP.22 §5.7.2). */
#ifndef EMUICC_ISD_R_ASSEMBLY_H
#define EMUICC_ISD_R_ASSEMBLY_H

#include "apdu/bytes.h"

#define ASSEMBLY_MAX (1 << 16) /* bytes of one function's request */

struct assembly {
    bool open;         /* a block came and the last one has not */
    bool to_package;   /* the blocks are a package's */
    uint8_t channel;   /* that they come on */
    unsigned expected; /* number of the next block */
    uint8_t *data;     /* what has been put together; heap, kept until a reset */
    size_t len, capacity;
};

/* 0, SW_NOT_ENOUGH_MEMORY, or a failure. */
int assembly_append(struct assembly *assembly, struct bytes block);
/* What has been put together is forgotten; _finish() gives the memory back as well. */
void assembly_drop(struct assembly *assembly);
void assembly_finish(struct assembly *assembly);

#endif
