/* serve: `emuicc-ota scp81 serve`: what is to be administered, in words. */
#ifndef EMUICC_TOOLS_OTA_SERVE_H
#define EMUICC_TOOLS_OTA_SERVE_H

#include "tools/lib/transport/fault.h"
#include "tools/ota/options.h"

/* words: `rfm@AID=FILE`, `ram=FILE`, `ram@AID=FILE`, in their order. False after a fault;
 * *all_good: every script was carried out. */
bool serve_run(const struct ota_options *options, int count, char **words, bool *all_good,
               struct fault *fault);

#endif
