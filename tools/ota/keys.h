/* keys: a key set for over-the-air packets, from a file.
 *
 * The file has lines `name = value`; empty ones and those that start with # are skipped:
 *
 *   version = 2                                  key set of the profile's security domain, 1 to 15
 *   algorithm = aes                              or 3des, des
 *   kic = 66778899AABBCCDD1122334455EEFF10       ciphering
 *   kid = 112233445566778899AABBCCDDEEFF10       checksums
 *   kik = 101112131415161718191A1B1C1D1E1F       ciphers keys that are put; needed for that only
 *   mac = 8                                      bytes of a checksum: 8 or 4
 *
 * In the place of a key's bytes may stand the URI of a key in a PKCS#11 token, pkcs11:token=LABEL;
 * object=KEY?pin-source=FILE: then the token ciphers and makes the checksums.
 *
 * In the place of the three keys may stand a root, from which they are derived:
 *
 *   root = pkcs11:token=LABEL;object=KEY?pin-source=FILE     as emuicc-line makes and uses one
 *   iccid = 8988812010000000018                  whose keys they are */
#ifndef EMUICC_TOOLS_OTA_KEYS_H
#define EMUICC_TOOLS_OTA_KEYS_H

#include "crypto/primitives/scp80.h"
#include "fs/profile/iccid.h"
#include "tools/lib/token/symmetric.h"
#include "tools/lib/transport/fault.h"
#include "tools/ota/refusal.h"

#define KEYS_SIZE_MAX 32
#define KEYS_VERSION_LAST 15 /* of sets for SCP80 */
#define KEYS_AES 0x2         /* algorithm; others are DES or triple DES */

struct keys {
    const char *path; /* borrowed */
    uint8_t version;
    uint8_t algorithm; /* low digit of KIc and KID */
    uint8_t mac;
    uint8_t kic[KEYS_SIZE_MAX], kid[KEYS_SIZE_MAX], kik[KEYS_SIZE_MAX];
    size_t kic_len, kid_len, kik_len; /* kik_len 0: there is none */
    /* In a token: then there is a length and no bytes. NULL: they are here. */
    struct symmetric *kic_held, *kid_held, *kik_held;
    /* While they are read: */
    struct token *root;        /* NULL: none */
    uint8_t iccid[ICCID_SIZE]; /* digits in order */
    bool has_iccid;
    struct refusal refusal;
};

/* False after a fault that says which line is wrong, and how. */
bool keys_read(const char *path, struct keys *out, struct fault *fault);
/* As SCP80 wants them; they borrow. */
struct scp80_keys keys_for(const struct keys *keys);
/* Some of them are in a token. */
bool keys_are_held(const struct keys *keys);
/* Logs out of the tokens, too. */
void keys_wipe(struct keys *keys);

#endif
