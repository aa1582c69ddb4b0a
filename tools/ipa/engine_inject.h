/* engine_inject: a package that reaches the IPA without having been asked for: TransferEimPackage,
 * where the eIM, or what it hands its packages to, is the client (SGP.32 §5.14.4). */
#ifndef EMUICC_TOOLS_IPA_ENGINE_INJECT_H
#define EMUICC_TOOLS_IPA_ENGINE_INJECT_H

#include "tools/ipa/engine.h"

/* message: BF4E whole; *answer likewise, to be finished. eim as for engine_poll(): whose trigger it
 * is. *triggered: after the answer has gone out, the download is to be made, by
 * engine_inject_download(). False if there is no answer: memory is short. */
bool engine_inject(struct engine *engine, const char *eim, struct bytes message,
                   struct blob *answer, bool *triggered);
/* False if its result could not be delivered. */
bool engine_inject_download(struct engine *engine, const char *eim, struct bytes message);

#endif
