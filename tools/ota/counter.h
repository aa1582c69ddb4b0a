/* counter: the last counter that was used with a key file, in FILE.counter beside it. It is on the
 * disk before a packet with it goes out: none is used twice. */
#ifndef EMUICC_TOOLS_OTA_COUNTER_H
#define EMUICC_TOOLS_OTA_COUNTER_H

#include <stdint.h>

#include "tools/lib/transport/fault.h"

/* Takes the next one for the keys of that file: it is on the disk as used before this returns.
 * False after a fault. */
bool counter_next(const char *keys, uint64_t *counter, struct fault *fault);

#endif
