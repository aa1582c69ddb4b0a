/* profile_id: how a user names a profile, and how the card does. */
#ifndef EMUICC_TOOLS_LIB_ES10_PROFILE_ID_H
#define EMUICC_TOOLS_LIB_ES10_PROFILE_ID_H

#include "apdu/tlv.h"
#include "tools/lib/transport/fault.h"

#define PROFILE_ID_ICCID_LEN 10
#define PROFILE_ID_AID_MAX 16
#define PROFILE_ID_TAG_ICCID 0x5A
#define PROFILE_ID_TAG_AID 0x4F

struct profile_id {
    uint32_t tag; /* PROFILE_ID_TAG_* */
    uint8_t value[PROFILE_ID_AID_MAX];
    size_t len;
};

/* An ICCID (18 to 20 digits, perhaps filled with F) or an ISD-P AID (10 to 32 hexadecimal digits).
 */
bool profile_id_parse(const char *text, struct profile_id *out, struct fault *fault);

void profile_id_put(struct writer *out, const struct profile_id *id);

#endif
