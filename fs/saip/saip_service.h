/* saip_service: what a service that the card lacks takes out of a profile (TCA §9.5, TCA §9.6).
 * Private to the interpreter. */
#ifndef EMUICC_FS_SAIP_SAIP_SERVICE_H
#define EMUICC_FS_SAIP_SAIP_SERVICE_H

#include "fs/saip/saip_pe.h"

/* True if the card lacks the service that this file of a template is for, with the
 * additional-information that says so. */
bool saip_service_forbids(const struct saip *saip, uint8_t template, uint16_t fid,
                          uint8_t *additional);
/* Clears the bits of services that the card lacks in the service table of a new NAA. */
void saip_service_clear(struct saip *saip, uint8_t template, struct file *adf);

#endif
