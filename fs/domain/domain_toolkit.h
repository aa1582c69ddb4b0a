/* domain_toolkit: the toolkit application specific parameters field of an installation, as far as
 * it says where an application is reached over the air (TS 102 226 §8.2.1.3.2.2.1). */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_TOOLKIT_H
#define EMUICC_FS_DOMAIN_DOMAIN_TOOLKIT_H

#include "apdu/bytes.h"

struct domain_toolkit {
    uint8_t priority, timers, text_length, menu_entries, channels;
    struct bytes menu; /* position and identifier of each entry */
    uint8_t level;     /* minimum security level: SPI1's bits; 0: none */
    struct bytes tars; /* three bytes each */
    uint8_t services;
};

/* The UICC's form (tag 80 in EA), without an access domain; false if it is cut. What stands behind
 * the part that is asked for may be missing. */
bool domain_toolkit_read(struct bytes field, struct domain_toolkit *out);
/* The SIM's form (tag CA in EF), which begins with one. */
bool domain_toolkit_read_sim(struct bytes field, struct domain_toolkit *out);

#endif
