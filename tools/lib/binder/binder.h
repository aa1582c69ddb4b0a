/* binder: from an unprotected profile package to one bound to a chip (SGP.22 §2.5). What SM-DP+ and
 * production line share.
 *
 *   binder_protect()  package -> '86' segments under profile protection keys; once for an order,
 *                     the chip need not be known
 *   binder_seal()     everything that the session keys protect -> body; once for a chip's one-time
 *                     key; the server's own one-time key is drawn, used and wiped here
 *   binder_finish()   body and a signature for this transaction -> BoundProfilePackage; again for
 *                     each try with the same one-time keys
 */
#ifndef EMUICC_TOOLS_LIB_BINDER_BINDER_H
#define EMUICC_TOOLS_LIB_BINDER_BINDER_H

#include "crypto/primitives/bsp.h"
#include "crypto/primitives/ec.h"
#include "crypto/primitives/random.h"

#define BINDER_HOST_ID_MAX 16
#define BINDER_EID_SIZE 16
/* Bytes that binder_finish() adds to the body: two headers, the key agreement, its signature. */
#define BINDER_FINISH_MAX 256

/* Profile protection keys (PPK). */
struct binder_keys {
    uint8_t enc[BSP_KEY_LEN], mac[BSP_KEY_LEN], chaining[AES_BLOCK];
};
int binder_draw_keys(struct random *random, struct binder_keys *out); /* 0 or a failure */
void binder_wipe_keys(struct binder_keys *keys);

/* Bytes that `len` bytes of a package become at most. */
size_t binder_protected_max(size_t len);

/* '86' segments around the whole package, appended. 0 or a failure. */
int binder_protect(const struct binder_keys *keys, struct bytes package, struct writer *out);

struct binder_input {
    enum ec_curve curve;        /* of the DPpb certificate */
    struct bytes euicc_otpk;    /* otPK.EUICC.ECKA, EC_POINT_SIZE */
    struct bytes host_id;       /* 1 to BINDER_HOST_ID_MAX bytes */
    struct bytes eid;           /* BINDER_EID_SIZE */
    struct bytes configuration; /* ConfigureISDPRequest, BF24 whole */
    struct bytes metadata;      /* StoreMetadataRequest, BF25 whole */
    /* Either a protected package with its keys, which ReplaceSessionKeys then carries … */
    const struct binder_keys *keys;
    struct bytes protected_package;
    /* … or, with keys == NULL, a plain one, which the session keys protect. */
    struct bytes plain_package;
};

/* The host id of a server with this address: its front. */
struct bytes binder_host_id(const char *address);
/* ConfigureISDPRequest: this OID is what a profile remembers of who made it (SGP.22 §5.5.2). */
#define BINDER_CONFIGURATION_SIZE 64
void binder_put_configuration(struct bytes server_oid, struct writer *out);

/* Bytes that binder_seal() writes at most. */
size_t binder_body_max(const struct binder_input *input);

/* firstSequenceOf87, sequenceOf88, secondSequenceOf87 if there are keys, sequenceOf86. smdp_otpk is
 * otPK.DP.ECKA. 0; 1 if the chip's one-time key is no point of the curve; or a failure. */
int binder_seal(const struct binder_input *input, struct random *random,
                uint8_t smdp_otpk[EC_POINT_SIZE], struct writer *body);

/* The same with this one-time key pair, which stays the caller's (known answers). */
int binder_seal_with(const struct binder_input *input, const struct ec_private *one_time_key,
                     struct writer *body);

struct binder_session {
    struct bytes transaction_id;
    struct bytes host_id, euicc_otpk, smdp_otpk; /* those that the body was sealed with */
    const struct ec_private *signer;             /* SK.DPpb.ECDSA */
};
/* BoundProfilePackage, BF36 whole, appended; out has room for body.len + BINDER_FINISH_MAX more.
 * 0 or a failure. */
int binder_finish(const struct binder_session *session, struct random *random, struct bytes body,
                  struct writer *out);

#endif
