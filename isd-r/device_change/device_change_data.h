/* device_change_data: DeviceChangeData, what a server says to the chip that a profile leaves
 * (SGP.22 v3 §3.11, Annex H). */
#ifndef EMUICC_ISD_R_DEVICE_CHANGE_DEVICE_CHANGE_DATA_H
#define EMUICC_ISD_R_DEVICE_CHANGE_DEVICE_CHANGE_DATA_H

#include "crypto/primitives/ec.h"

#define DEVICE_CHANGE_DATA_MAX 2048 /* bytes of the whole */

/* VerifyDeviceChangeResponse's errors */
enum device_change_result {
    DEVICE_CHANGE_OK = 0,
    DEVICE_CHANGE_INVALID_SIGNATURE = 2,
    DEVICE_CHANGE_NO_SESSION = 4,
    DEVICE_CHANGE_INVALID_TRANSACTION_ID = 5,
    DEVICE_CHANGE_UNSUPPORTED_CRT_VALUES = 6,
    DEVICE_CHANGE_INVALID_DATA = 7,
    DEVICE_CHANGE_NOT_DISABLED = 8, /* profileNotInDisabledState */
    DEVICE_CHANGE_UNDEFINED_ERROR = 127,
};

/* The slices borrow. */
struct device_change_data {
    struct bytes whole; /* the value */
    struct bytes iccid;
    bool delete_old;                   /* the profile is to be deleted */
    struct bytes notification_address; /* who is to be told of that, through the new device; data is
                                          NULL: nobody */
};
/* False if an element is missing or out of its limits. */
bool device_change_data_parse(struct bytes value, struct device_change_data *out);
/* Opens EncryptedDeviceChangeData's value with the chip's one-time key (NULL: there is none) and
 * appends the value of the DeviceChangeData in it, which needs room for DEVICE_CHANGE_DATA_MAX
 * bytes. eid: 16 bytes. An enum device_change_result or a failure (< 0). */
int device_change_data_open(struct bytes value, const struct ec_private *one_time_key,
                            struct bytes eid, struct writer *out);

#endif
