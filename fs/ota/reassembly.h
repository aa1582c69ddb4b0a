/* reassembly: a message that comes in several parts, in any order (TS 23.040 §9.2.3.24.1). One at a
 * time: the first part of another one throws what is there away. */
#ifndef EMUICC_FS_OTA_REASSEMBLY_H
#define EMUICC_FS_OTA_REASSEMBLY_H

#include "fs/ota/sms.h"

struct reassembly {
    uint8_t originator[SMS_ADDRESS_MAX];
    size_t originator_len;
    uint16_t reference;
    uint8_t count;        /* parts of the message; 0: none is under way */
    uint8_t *parts;       /* heap: count times SMS_USER_DATA_MAX */
    uint8_t lengths[255]; /* of each part */
    bool received[255];   /* likewise */
    uint8_t received_count;
    bool command_packet; /* the first part's header says so */
};

/* Takes a part. REASSEMBLY_WHOLE: *message is there, until the next call; REASSEMBLY_MORE: others
 * are to come, or it was a part that had been there; or a failure. */
enum reassembly_result { REASSEMBLY_MORE = 1, REASSEMBLY_WHOLE = 0 };
int reassembly_take(struct reassembly *reassembly, const struct sms_delivery *delivery,
                    const struct sms_part *part, struct bytes *message);
/* Forgets what is under way and frees its memory; zeros are fine. */
void reassembly_reset(struct reassembly *reassembly);

#endif
