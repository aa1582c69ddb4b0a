/* euicc: is this chip whom it says it is? Certificate chain, EID, signatures (SGP.22 §4.5.2.2). */
#ifndef EMUICC_TOOLS_LIB_AUTHENTICATION_EUICC_H
#define EMUICC_TOOLS_LIB_AUTHENTICATION_EUICC_H

#include "crypto/pki/pki.h"
#include "tools/lib/server/call.h"

#define EUICC_SIGNATURE_TAG 0x5F37

/* What is kept of a chip whose chain was believed. */
struct euicc {
    uint8_t eid[PKI_EID_SIZE];
    enum ec_curve curve;
    uint8_t point[EC_POINT_SIZE]; /* PK.EUICC.ECDSA */
};

/* What a chip shows: its certificate, the one above it, and what is between that and the CI in
 * chains of SGP.22 v3 (certificates one after the other, in any order; empty in Variants O, Ov3).
 */
struct euicc_chain {
    struct bytes euicc, next, others;
};

/* The key that the last certificate below the CI names as its issuer's; empty if it is no chain. It
 * borrows from the chain. */
struct bytes euicc_chain_root(const struct euicc_chain *chain);

/* All certificates under the CI, roles, dates against this moment (seconds since 1970), EID and
 * organisation in the EUM's range. 0 with *out, or a refusal with what is wrong as its detail. */
int euicc_believe(struct call *call, const struct euicc_chain *chain, const struct certificate *ci,
                  int64_t now, struct euicc *out);

/* `signature` is r and s over the parts in order. */
bool euicc_verifies(const struct euicc *euicc, const struct bytes *parts, size_t count,
                    struct bytes signature);
/* `signature` is the whole 5F37 element over the parts in order. */
bool euicc_signed(const struct euicc *euicc, const struct bytes *parts, size_t count,
                  struct bytes signature);

#endif
