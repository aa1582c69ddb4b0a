/* configured_address: the default SM-DP+ that an LPA has set, which lasts over a reset (SGP.22
 * §5.7.3, §5.7.4). */
#ifndef EMUICC_ISD_R_INFO_CONFIGURED_ADDRESS_H
#define EMUICC_ISD_R_INFO_CONFIGURED_ADDRESS_H

#include "fs/store/store.h"

#define CONFIGURED_ADDRESS_MAX 255 /* bytes, as DNS bounds it */

/* Appends the address; empty: there is none, whatever the chip was made with. 0,
 * SW_REFERENCE_NOT_FOUND where none has been set, or a failure. */
int configured_address_get(struct store *store, struct writer *out);
/* Appends the key id of the only CI by which it may be believed: the same. */
int configured_address_get_ci(struct store *store, struct writer *out);
/* allowed_ci: empty for any. 0 or a failure. */
int configured_address_set(struct store *store, struct bytes address, struct bytes allowed_ci);
int configured_address_forget(struct store *store);

#endif
