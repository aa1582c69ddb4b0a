/* device_info: DeviceInfo, what an LPA says of its device (SGP.22 §4.2). */
#ifndef EMUICC_ISD_R_SESSION_DEVICE_INFO_H
#define EMUICC_ISD_R_SESSION_DEVICE_INFO_H

#include "apdu/tlv.h"

/* NULL if the value is as it should be; otherwise what is wrong with it. */
const char *device_info_fault(struct bytes value);

#endif
