/* es10b_change: a profile leaves the card for another device, or comes back (SGP.22 v3 §3.11).
 * False after a fault; slices are valid until the next call. */
#ifndef EMUICC_TOOLS_LIB_ES10_ES10B_CHANGE_H
#define EMUICC_TOOLS_LIB_ES10_ES10B_CHANGE_H

#include "tools/lib/es10/es10.h"

/* What the server has signed, whole, and the confirmation code's hash (ES10B_HASH_LEN bytes), if it
 * wants one. *answer: the whole PrepareDeviceChangeResponse, of either outcome. True if the card
 * accepts. */
bool es10b_prepare_device_change(struct es10 *es10, struct bytes signed4, struct bytes signature4,
                                 struct bytes hash_cc, struct bytes *answer);

/* DeviceChangeData as the card gives it back, opened. */
struct es10b_change_data {
    struct bytes iccid, activation_code;
    bool deleted; /* the card was told to delete the profile, and has */
    struct bytes
        told_address; /* of whoever wants to hear of that from the new device; may be empty */
    bool recoverable;
    struct bytes recoverable_until; /* GeneralizedTime; may be empty */
};
/* *out has no ICCID where the server had nothing to say. */
bool es10b_verify_device_change(struct es10 *es10, struct bytes signed5, struct bytes signature5,
                                struct es10b_change_data *out);

/* What the server says of a recovery is its own word. */
bool es10b_verify_recovery(struct es10 *es10, struct bytes signed4, struct bytes signature4);

/* The pure part of es10b_verify_device_change(): DeviceChangeData's value. */
bool es10b_change_data_read(struct bytes value, struct es10b_change_data *out);

#endif
