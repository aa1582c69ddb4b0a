/* uicc_application: the network access application that a channel stands in, and its PIN (TS 31.102
 * §5.1.1). */
#ifndef EMUICC_FS_UICC_UICC_APPLICATION_H
#define EMUICC_FS_UICC_UICC_APPLICATION_H

#include "fs/uicc/uicc_state.h"

/* The ADF in which, or below which, the channel's current DF lies; NULL: it lies below the MF. */
struct file *uicc_application_current(const struct uicc_channel *channel);

/* The application PIN, the first one in the ADF's PIN status that is not local and no key of the
 * administration, is verified on this channel or disabled; or there is none. */
bool uicc_application_pin_is_satisfied(struct uicc *uicc, const struct uicc_channel *channel,
                                       struct file *adf);

#endif
