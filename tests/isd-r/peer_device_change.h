/* peer_device_change: LPA's and SM-DP+'s part in a change of device, and of any other answer that a
 * server of v3 signs by its key of authentication. */
#ifndef EMUICC_TESTS_ISD_R_PEER_DEVICE_CHANGE_H
#define EMUICC_TESTS_ISD_R_PEER_DEVICE_CHANGE_H

#include "tests/isd-r/peer.h"

/* What may be bent in an element that the server signs. All zero: nothing. */
struct peer_signing {
    const struct pki_entity *signer; /* NULL: DPauth */
    bool wrong_transaction_id, wrong_signature, without_last;
};
/* A signed element with this tag: the transaction id, then this content; and its signature, which
 * follows the chip's last one. */
void peer_put_signed(struct peer *peer, uint32_t tag, struct bytes content,
                     const struct peer_signing *bent, struct writer *out);

/* ctxParams1 with this tag, of this profile, and what follows deviceInfo. */
void peer_put_ctx_params(uint32_t tag, struct bytes iccid, struct bytes rest, struct writer *out);
/* A session of v3 that is after this. 0, or the AuthenticateErrorCode. */
int peer_ask_for(struct peer *peer, uint32_t tag, struct bytes iccid);

/* PrepareDeviceChange; its answer is verified, and its signature is the chip's last from then on.
 * 0, or the DownloadErrorCode. peer->one_time_point is set if the chip has sent a key. */
int peer_prepare_change(struct peer *peer, bool cc_required, struct bytes hash_cc,
                        const struct peer_signing *bent);

/* DeviceChangeData's value: an activation code, then these elements. */
void peer_put_change_data(struct bytes iccid, struct bytes rest, struct writer *out);
/* EncryptedDeviceChangeData's value, for the key that the chip has sent. */
void peer_seal_change_data(struct peer *peer, struct bytes data, uint8_t key_type,
                           struct writer *out);

/* VerifyDeviceChange with SmdpSigned5 around this DeviceChangeResponse (a whole element, or
 * nothing). 0 with the answer's choice in *ok, or verifyDeviceChangeError. */
int peer_verify_change(struct peer *peer, struct bytes response, const struct peer_signing *bent,
                       struct tlv *ok);
/* The request alone. */
void peer_put_verification(struct peer *peer, struct bytes response,
                           const struct peer_signing *bent, struct writer *out);

#endif
