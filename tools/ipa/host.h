/* host: what the engine works through, of a program. Inside tools/ipa only. */
#ifndef EMUICC_TOOLS_IPA_HOST_H
#define EMUICC_TOOLS_IPA_HOST_H

#include "tools/ipa/ipa.h"

/* Without its context, which is the struct ipa. */
extern const struct engine_host ipa_host;

/* The card, from the start: opened and the ISD-R selected. False after a fault. */
bool host_open_card(struct ipa *ipa);
void host_close_card(struct ipa *ipa);

#endif
