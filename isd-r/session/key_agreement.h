/* key_agreement: keys for BSP out of two one-time keys, as a ControlRefTemplate describes them
 * (SGP.22 §2.6.4, §5.5.1). */
#ifndef EMUICC_ISD_R_SESSION_KEY_AGREEMENT_H
#define EMUICC_ISD_R_SESSION_KEY_AGREEMENT_H

#include "crypto/primitives/bsp.h"
#include "crypto/primitives/ec.h"

#define KEY_AGREEMENT_TAG 0xA6 /* controlRefTemplate */

/* The slices borrow. */
struct key_agreement {
    struct bytes key_type, key_len, host_id;
};
bool key_agreement_parse(struct bytes value, struct key_agreement *out);
/* AES with 128 bits. */
bool key_agreement_is_supported(const struct key_agreement *agreement);
/* point: the other side's one-time key; eid: 16 bytes. 0, > 0 if the point is none, or a failure.
 */
int key_agreement_run(const struct key_agreement *agreement, const struct ec_private *own,
                      struct bytes point, struct bytes eid, struct bsp *out);

#endif
