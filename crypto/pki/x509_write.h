/* x509_write: the parts of certificates and revocation lists, written (RFC 5280 §4.1, §5.1). Inside
 * crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_X509_WRITE_H
#define EMUICC_CRYPTO_PKI_X509_WRITE_H

#include "apdu/der.h"
#include "crypto/primitives/ec_private.h"
#include "crypto/primitives/oid.h"
#include "crypto/primitives/random.h"

void x509_put_oid(struct writer *out, enum oid oid);
/* AlgorithmIdentifier of ecdsa-with-SHA256. */
void x509_put_algorithm(struct writer *out);
void x509_put_time(struct writer *out, int64_t seconds); /* since 1970 */
/* A BIT STRING of whole bytes. */
void x509_put_bit_string(struct writer *out, struct bytes content);

/* What stands between open and close is the extension's content. */
struct x509_marks {
    size_t extension, content;
};
struct x509_marks x509_open_extension(struct writer *out, enum oid oid, bool critical);
void x509_close_extension(struct writer *out, struct x509_marks marks);
void x509_put_authority_key_id(struct writer *out, struct bytes id);

/* Signs what has been written since `start`, and appends algorithm and signature. 0 or a failure.
 */
int x509_sign(struct random *random, const struct ec_private *key, size_t start,
              struct writer *out);

#endif
