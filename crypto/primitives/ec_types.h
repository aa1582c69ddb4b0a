/* ec_types: the curves by name, sizes, and what a key that stays elsewhere can do. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_EC_TYPES_H
#define EMUICC_CRYPTO_PRIMITIVES_EC_TYPES_H

#include "apdu/bytes.h"

enum ec_curve {
    EC_P256, /* NIST P-256 */
    EC_BRAINPOOL_P256R1,
    EC_CURVES,
};

#define EC_SCALAR_SIZE 32
#define EC_POINT_SIZE 65     /* uncompressed: 04 ‖ x ‖ y */
#define EC_SIGNATURE_SIZE 64 /* r ‖ s */

/* A key that stays elsewhere, as in a token: all it can do here is sign. `sign` gets a SHA-256
 * digest and returns 0 or a failure (traced there); context is the caller's and outlives the key.
 */
typedef int ec_remote_sign(void *context, struct bytes digest,
                           uint8_t signature[EC_SIGNATURE_SIZE]);

#endif
