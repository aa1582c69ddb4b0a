/* ec_private: private keys on the two curves of SGP.22 §2.6.7: made, read, or kept elsewhere. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_EC_PRIVATE_H
#define EMUICC_CRYPTO_PRIMITIVES_EC_PRIVATE_H

#include "crypto/primitives/ec_types.h"
#include "crypto/primitives/random.h"
#include "crypto/primitives/secret.h"

struct ec_private; /* heap; ec_private_destroy() wipes it */

int ec_private_create(enum ec_curve curve, struct bytes scalar, struct ec_private **out);
/* The same, its public point being known: for a chip that may never sign. What signing needs is
 * made when it first does, so the key belongs to one thread. */
int ec_private_create_resting(enum ec_curve curve, struct bytes scalar, struct bytes point,
                              struct ec_private **out);
int ec_private_generate(struct random *random, enum ec_curve curve, struct ec_private **out);
void ec_private_destroy(struct ec_private *key);
enum ec_curve ec_private_curve(const struct ec_private *key);
const uint8_t *ec_private_point(const struct ec_private *key); /* EC_POINT_SIZE bytes */
/* Empty for a key that stays elsewhere. */
void ec_private_scalar(const struct ec_private *key, struct secret *out);

/* A key that stays elsewhere; `sign` is called for each signature. */
int ec_private_remote(enum ec_curve curve, struct bytes point, ec_remote_sign *sign, void *context,
                      struct ec_private **out);

/* SEC1 or PKCS#8, PEM or DER, as SGP.26 publishes SK_*.pem. 0 or a failure. */
int ec_private_read(const char *path, struct ec_private **out);

#endif
