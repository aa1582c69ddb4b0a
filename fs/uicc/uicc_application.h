/* uicc_application: what a network access application is asked about itself: which one it is, its
 * service table, its PIN (TS 31.102 §4.2.8, §5.1.1; TS 31.103 §4.2.7). */
#ifndef EMUICC_FS_UICC_UICC_APPLICATION_H
#define EMUICC_FS_UICC_UICC_APPLICATION_H

#include "fs/uicc/uicc.h"

/* Numbers in EF.UST, from 1. */
enum usim_service {
    USIM_SERVICE_GSM_ACCESS = 27,
    USIM_SERVICE_GSM_CONTEXT = 38,
    USIM_SERVICE_GBA = 68,
    USIM_SERVICE_SUPI_PRIVACY = 124,
    USIM_SERVICE_SUCI_BY_USIM = 125,
    USIM_SERVICE_SUPI_NAI = 130,
};

/* The ADF in which, or below which, the channel's current DF lies; NULL: it lies below the MF. */
struct file *uicc_application_current(const struct uicc_channel *channel);

/* Application codes of 3GPP (TS 101 220 Annex E). */
bool uicc_application_is_usim(const struct file *adf);
bool uicc_application_is_isim(const struct file *adf);

/* The service is available in the application's EF.UST. Only a USIM has one. */
bool uicc_application_has_service(const struct file *adf, unsigned number);

/* Generic bootstrapping: service 68 of a USIM, 2 of an ISIM's EF.IST. */
bool uicc_application_has_gba(const struct file *adf);

/* The application PIN, the first one in the ADF's PIN status that is not local and no key of the
 * administration, is verified on this channel or disabled; or there is none. */
bool uicc_application_pin_is_satisfied(struct uicc *uicc, const struct uicc_channel *channel,
                                       struct file *adf);

#endif
