/* access: the rule that stands in a record of EF.ARR, asked for one command (TS 102 221 §9.2,
 * ISO/IEC 7816-4 §9.3). Reads the record where it lies; allocates nothing. */
#ifndef EMUICC_FS_ACCESS_ACCESS_H
#define EMUICC_FS_ACCESS_ACCESS_H

#include "apdu/apdu.h"
#include "fs/access/access_domain.h"
#include "fs/profile/profile.h"

/* Bits of an access mode byte. A command that has none of them is named by its header only. */
enum access_mode {
    ACCESS_BY_HEADER = 0,
    ACCESS_READ = 0x01, /* of an EF: READ, SEARCH, RETRIEVE DATA */
    ACCESS_UPDATE = 0x02,
    ACCESS_DEACTIVATE = 0x08,
    ACCESS_ACTIVATE = 0x10,
    ACCESS_TERMINATE = 0x20,
    ACCESS_DELETE = 0x40,
    ACCESS_CREATE_EF = 0x02, /* of a DF */
    ACCESS_CREATE_DF = 0x04,
};

struct access {
    struct profile *profile;
    struct file *file; /* whose rule is asked; a link's own, not its target's */
    uint64_t verified; /* PINs of the channel, as pin_bit() numbers them */
    const struct apdu *apdu;
    uint8_t mode;                       /* enum access_mode */
    const struct access_domain *domain; /* of a remote application; NULL: a terminal asks */
    bool of_file; /* what the file wants: as if every PIN were enabled and not blocked */
};

/* True if a rule grants it. *steady tells whether the answer holds for the same instruction with
 * any class, P1 and P2. A file without a rule that can be found grants nothing. */
bool access_granted(const struct access *access, bool *steady);

/* The record of EF.ARR with the file's rule; false if it cannot be found. */
bool access_find_record(struct profile *profile, struct file *file, struct bytes *out);

#endif
