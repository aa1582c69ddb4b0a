/* host_download: the profile downloads of engine_host: from an SM-DP+ directly or through the eIM,
 * or from where an SM-DS says. Inside tools/ipa only. */
#ifndef EMUICC_TOOLS_IPA_HOST_DOWNLOAD_H
#define EMUICC_TOOLS_IPA_HOST_DOWNLOAD_H

#include "tools/ipa/ipa.h"

void host_download(void *context, const struct data_trigger *trigger, bool indirect,
                   struct engine_download *out);

#endif
