/* device_info: ctxParams1 of AuthenticateServer, what an LPA says of its device and of what it is
 * after (SGP.22 §4.2, §5.7.13). */
#ifndef EMUICC_ISD_R_SESSION_DEVICE_INFO_H
#define EMUICC_ISD_R_SESSION_DEVICE_INFO_H

#include "apdu/tlv.h"

/* NULL if ctxParams1 (one element, whole) is as it should be; otherwise what is wrong with it. */
const char *device_info_fault(struct bytes ctx_params1, bool v3);

#endif
