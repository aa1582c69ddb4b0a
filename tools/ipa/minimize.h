/* minimize: messages to the eIM in their compact forms: what it knows is left out, and it makes the
 * signed bytes again (SGP.32 §2.11.2, minimizeEsipaBytes). */
#ifndef EMUICC_TOOLS_IPA_MINIMIZE_H
#define EMUICC_TOOLS_IPA_MINIMIZE_H

#include "apdu/tlv.h"

/* The message with its chip's answer, or its notification, in the compact form; appended. False if
 * it has none that is shorter: then it goes as it is. eid: 16 bytes, which a compact notification
 * names. */
bool minimize_message(struct bytes message, struct bytes eid, struct writer *out);

#endif
