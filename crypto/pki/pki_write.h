/* pki_write: an entity's files, as SGP.26 forms them. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_PKI_WRITE_H
#define EMUICC_CRYPTO_PKI_PKI_WRITE_H

#include "crypto/pki/pki_layout.h"

/* Makes the entity's folder and writes key, public key and certificate, the certificate last: an
 * entity without it counts as absent. 0, or a failure after a trace line. */
int pki_write_entity(const struct pki_place *place, const struct pki_entity *entity);

#endif
