/* psk: the pre-shared key of a card's administration over HTTP, from a file.
 *
 * The file has lines `name = value`; empty ones and those that start with # are skipped:
 *
 *   identity = card1                             what the card calls it
 *   key = 404142434445464748494A4B4C4D4E4F       16 to 64 bytes
 *   version = 40                                 of the key in the card, hexadecimal, 40 to 4F;
 *                                                needed to put it, or to derive it
 *
 * In the place of the key may stand a root, from which 16 bytes are derived:
 *
 *   root = pkcs11:token=LABEL;object=KEY?pin-source=FILE     as emuicc-line makes and uses one
 *   iccid = 8988812010000000018                  whose key it is
 *
 * A token cannot use the key itself: TLS makes its secret of the key's bytes. */
#ifndef EMUICC_TOOLS_OTA_PSK_H
#define EMUICC_TOOLS_OTA_PSK_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/profile/iccid.h"
#include "tools/lib/token/token.h"
#include "tools/lib/transport/fault.h"
#include "tools/ota/refusal.h"

#define PSK_IDENTITY_MAX 128
#define PSK_SIZE_MAX 64
#define PSK_DERIVED_SIZE 16
#define PSK_VERSION_FIRST 0x40 /* of keys for SCP81 */
#define PSK_VERSION_LAST 0x4F

struct psk {
    char identity[PSK_IDENTITY_MAX + 1];
    uint8_t key[PSK_SIZE_MAX]; /* secret */
    size_t key_len;
    uint8_t version; /* 0: none is said */
    /* While they are read: */
    struct token *root;        /* NULL: none */
    uint8_t iccid[ICCID_SIZE]; /* digits in order */
    bool has_iccid;
    struct refusal refusal;
};

/* False after a fault that says what is wrong in which line. */
bool psk_read(const char *path, struct psk *out, struct fault *fault);
void psk_wipe(struct psk *psk);

#endif
