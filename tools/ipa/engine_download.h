/* engine_download: a profile download that the eIM has triggered (SGP.32 §3.2). Inside tools/ipa
 * only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_DOWNLOAD_H
#define EMUICC_TOOLS_IPA_ENGINE_DOWNLOAD_H

#include "tools/ipa/engine.h"

/* trigger: ProfileDownloadTriggerRequest, BF54 whole. Downloads, and tells the eIM what came of it:
 * by the chip's notification where the download went through the eIM, by
 * ProfileDownloadTriggerResult else. */
bool engine_download_take(struct engine *engine, struct bytes trigger);

#endif
