/* engine_package: an eUICC package on its way from the eIM to the chip, and its result back (SGP.32
 * §3.3). Inside tools/ipa only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_PACKAGE_H
#define EMUICC_TOOLS_IPA_ENGINE_PACKAGE_H

#include "tools/ipa/engine.h"

/* request: EuiccPackageRequest, BF51 whole, as it came. False if the result could not be delivered:
 * it waits in the chip. */
bool engine_package_take(struct engine *engine, struct bytes request);
/* The same for one that was injected: what the eIM gets comes in *out (to be finished). 0, or an
 * error as TransferEimPackage has them. The result stays in the chip until it is acknowledged. */
int engine_package_inject(struct engine *engine, struct bytes request, struct blob *out);

#endif
