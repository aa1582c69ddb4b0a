/* bsp: protection of a bound profile package, once called SCP03t (SGP.22 §2.5.3, §2.6.4).
 *
 * Both directions use one state: keys, MAC chaining value, block counter. The counter starts at 1
 * and counts segments that are only MACed as well. Each segment is one TLV:
 * tag ‖ length ‖ (cipher text or plain text) ‖ 8 bytes of CMAC.
 */
#ifndef EMUICC_CRYPTO_PRIMITIVES_BSP_H
#define EMUICC_CRYPTO_PRIMITIVES_BSP_H

#include "apdu/tlv.h"
#include "crypto/primitives/aes.h"

#define BSP_KEY_TYPE_AES 0x88
#define BSP_KEY_LEN 16
#define BSP_MAC_LEN 8
#define BSP_SEGMENT_MAX 1020 /* tag, length and MAC included */
/* Plain text that fits one segment: encrypted (padding takes at least one byte), or only MACed. */
#define BSP_PLAIN_MAX 1007
#define BSP_PLAIN_MAX_MAC_ONLY 1008

struct bsp {
    struct secret enc, mac;
    uint8_t chaining[AES_BLOCK];
    uint64_t block;
};

/* Session keys from the shared secret of the two one-time keys. eid: 16 bytes. */
int bsp_init_agreed(struct bsp *bsp, struct bytes shared_secret, struct bytes host_id,
                    struct bytes eid);
/* Given keys (ReplaceSessionKeys, known-answer tests); the counter starts anew at 1. */
int bsp_init_keys(struct bsp *bsp, struct bytes enc, struct bytes mac, struct bytes chaining);
void bsp_wipe(struct bsp *bsp);

enum bsp_mode { BSP_ENCRYPTED, BSP_MAC_ONLY };
enum bsp_result {
    BSP_OK = 0,
    BSP_STRUCTURE = 1, /* too short, not whole blocks (scp03tStructureError) */
    BSP_SECURITY = 2,  /* MAC or padding wrong (scp03tSecurityError) */
};
/* One received segment. The plain text is put to *out, which must have room for the value's
 * length. A BSP_* result or a failure (< 0); the state moves on success only. */
int bsp_open(struct bsp *bsp, enum bsp_mode mode, const struct tlv *segment, struct writer *out);
/* One segment with this tag around at most BSP_PLAIN_MAX (BSP_PLAIN_MAX_MAC_ONLY) bytes. */
int bsp_seal(struct bsp *bsp, enum bsp_mode mode, uint8_t tag, struct bytes plain,
             struct writer *out);

#endif
