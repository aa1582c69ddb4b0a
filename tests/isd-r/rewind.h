/* rewind: a chip on a disk that is memory, which goes back to what it was as often as asked. */
#ifndef EMUICC_TESTS_ISD_R_REWIND_H
#define EMUICC_TESTS_ISD_R_REWIND_H

#include "tests/isd-r/peer.h"
#include "tests/support/memory_disk.h"

/* Before the peer is started. */
void rewind_start(void);

struct rewind {
    struct bytes files[MEMORY_DISK_FILES_MAX];
};
void rewind_take(struct rewind *out);
/* The plug is pulled, and the chip starts as what it was then. */
void rewind_to(struct peer *peer, const struct rewind *then);
void rewind_finish(struct rewind *then);

#endif
