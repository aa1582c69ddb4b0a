/* x509: the parts that certificates and revocation lists are made of, in strict DER (RFC 5280
 * §4.1). Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PKI_X509_H
#define EMUICC_CRYPTO_PKI_X509_H

#include "apdu/der.h"
#include "crypto/primitives/oid.h"

/* The next element, if its tag is this one and its length is coded in the shortest form. Each take
 * moves nothing when it returns false. */
bool x509_take(struct bytes *from, uint32_t tag, struct tlv *out);
/* All of `from` is one such element. */
bool x509_take_whole(struct bytes from, uint32_t tag, struct tlv *out);
/* As x509_take(), or *out all zero if another tag or the end is next. */
bool x509_take_optional(struct bytes *from, uint32_t tag, struct tlv *out);

/* AlgorithmIdentifier of ecdsa-with-SHA256, parameters absent (RFC 5758 §3.2). */
bool x509_take_ecdsa(struct bytes *from);
/* BIT STRING around an ECDSA-Sig-Value. */
bool x509_take_signature(struct bytes *from, uint8_t signature[EC_SIGNATURE_SIZE]);
/* UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 wants them, in seconds since 1970. */
bool x509_take_time(struct bytes *from, int64_t *seconds);

/* One extension: its content and whether it is critical. */
struct x509_extension {
    enum oid oid;
    bool critical;
    struct bytes content;
};
bool x509_take_extension(struct bytes *from, struct x509_extension *out);

/* First value of an attribute in a whole Name; empty if it has none. False if it is no Name. */
bool x509_name_attribute(struct bytes name, enum oid attribute, struct bytes *value);

#endif
