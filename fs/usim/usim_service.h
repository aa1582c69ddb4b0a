/* usim_service: which network access application an ADF is, and the services it has available
 * (TS 31.102 §4.2.8, TS 31.103 §4.2.7). */
#ifndef EMUICC_FS_USIM_USIM_SERVICE_H
#define EMUICC_FS_USIM_USIM_SERVICE_H

#include "fs/profile/profile.h"

/* Numbers in EF.UST, from 1. */
enum usim_service {
    USIM_SERVICE_GSM_ACCESS = 27,
    USIM_SERVICE_GSM_CONTEXT = 38,
    USIM_SERVICE_GBA = 68,
    USIM_SERVICE_SUPI_PRIVACY = 124,
    USIM_SERVICE_SUCI_BY_USIM = 125,
    USIM_SERVICE_SUPI_NAI = 130,
};

/* Application codes of 3GPP (TS 101 220 Annex E). */
bool usim_service_of_usim(const struct file *adf);
bool usim_service_of_isim(const struct file *adf);

/* The service is available in the application's EF.UST. Only a USIM has one. */
bool usim_service_is_available(const struct file *adf, unsigned number);

/* Generic bootstrapping: service 68 of a USIM, 2 of an ISIM's EF.IST. */
bool usim_service_has_gba(const struct file *adf);

#endif
