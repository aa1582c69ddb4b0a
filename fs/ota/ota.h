/* ota: what an operator sends over the air to the enabled profile: short messages with secured
 * packets, whose scripts go to the application that has their TAR, and the proof of receipt
 * (TS 102 225, TS 102 226, TS 31.115). */
#ifndef EMUICC_FS_OTA_OTA_H
#define EMUICC_FS_OTA_OTA_H

#include "fs/ota/ota_state.h"

/* From here on the UICC hands what comes in an ENVELOPE to this; all three are borrowed. */
void ota_init(struct ota *ota, struct domains *domains, struct uicc *uicc);
void ota_finish(struct ota *ota);
/* Power-on or reset: messages of which parts are missing are forgotten, and what a
 * chain of scripts has left. */
void ota_reset(struct ota *ota);

/* Carries a command packet out that came in this message (NULL: in none), and tells what is to be
 * told: in *report the response packet with its user data header, or by SEND SHORT MESSAGE to the
 * number it came from, if the packet asks for that and the terminal can do it. What it changes is
 * for the card to commit, counters included. 0, a status word, or a failure. */
int ota_receive(struct ota *ota, const struct sms_delivery *from, struct bytes packet,
                struct writer *report);

#endif
