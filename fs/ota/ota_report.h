/* ota_report: the proof of receipt: whether it is wanted, and by which way it goes (TS 102 225
 * §5.2, TS 31.115 §4.3). */
#ifndef EMUICC_FS_OTA_OTA_REPORT_H
#define EMUICC_FS_OTA_OTA_REPORT_H

#include "crypto/primitives/scp80.h"
#include "fs/ota/sms.h"
#include "fs/toolkit/proactive.h"

struct ota_report {
    const struct scp80_command *command;
    const struct scp80_keys *keys;
    int status;                      /* enum scp80_status */
    struct bytes data;               /* what the script has answered */
    const struct sms_delivery *from; /* whom it is for; NULL: there is no way but the report */
    uint8_t reference;               /* of a message in several parts */
};

/* Appends it to *out, or has it sent by a short message. 0, or a failure. */
int ota_report_send(const struct ota_report *report, struct proactive *proactive,
                    struct writer *out);

#endif
