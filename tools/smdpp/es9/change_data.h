/* change_data: DeviceChangeData, what a server says to the chip that a profile leaves, plain or
 * encrypted for it (SGP.22 v3 §3.11, Annex H). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_CHANGE_DATA_H
#define EMUICC_TOOLS_SMDPP_ES9_CHANGE_DATA_H

#include "crypto/primitives/ec.h"
#include "crypto/primitives/random.h"

#define CHANGE_DATA_MAX 1200 /* bytes of SmdpSigned5, encrypted or not */

struct change_data {
    struct bytes iccid;          /* nibbles swapped */
    const char *activation_code; /* for the new device */
    bool deletes;                /* the profile is to be deleted, and ... */
    const char *address;         /* ... this server wants to hear of it, by the new device too */
    int64_t recoverable;         /* until then (seconds since 1970); 0: not at all */
};

/* The content of DeviceChangeData, appended. */
void change_data_put(const struct change_data *data, struct writer *out);

/* EncryptedDeviceChangeData [1] of this content for the chip's one-time key, appended. host_id and
 * eid: as in the binding of a package. 0; 1 if the chip's key is no point of the curve; or a
 * failure. */
struct change_data_key {
    enum ec_curve curve;
    struct bytes euicc_otpk, host_id, eid;
};
int change_data_seal(const struct change_data_key *key, struct random *random, struct bytes content,
                     struct writer *out);

#endif
