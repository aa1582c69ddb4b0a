/* server_signature: what DPauth signs once a chip is believed: an element, and the chip's last
 * signature behind it (SGP.22 v3 §3.7, §3.11). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_SERVER_SIGNATURE_H
#define EMUICC_TOOLS_SMDPP_ES9_SERVER_SIGNATURE_H

#include "tools/smdpp/state/smdpp.h"

/* Sets members `part` and `signature` of the answer: the element, and the signature over it and the
 * chip's (5F37 whole). The signature also goes to out. 0 or a failure. */
int server_signature_set(struct smdpp *smdpp, struct call *call, const struct session *session,
                         const char *part, struct bytes element, const char *signature,
                         struct bytes chip_signature, uint8_t out[EC_SIGNATURE_SIZE]);

#endif
