/* pki_read: certificates and keys from the places of the layout. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_PKI_READ_H
#define EMUICC_CRYPTO_PKI_PKI_READ_H

#include "crypto/pki/pki_layout.h"

/* The certificate at this path, without a key: 0, 1 if there is none, or a failure after a trace
 * line. *out may have been written to in any case: it is to be finished. */
int pki_read_certificate(const char *path, struct pki_entity *out);
/* As pki_read() of any variant. */
int pki_read_place(const struct pki_place *place, struct pki_entity *out);
/* The eUICC with the place's EID, be it the variant's first or a further one; NULL: the first. */
int pki_read_euicc_place(const struct pki_place *place, struct pki_entity *out);

#endif
