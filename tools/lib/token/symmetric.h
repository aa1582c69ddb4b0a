/* symmetric: a key of AES, DES or triple DES in a PKCS#11 token, with which the token ciphers and
 * makes checksums; its bytes stay there. What fails is traced as token.h says. */
#ifndef EMUICC_TOOLS_LIB_TOKEN_SYMMETRIC_H
#define EMUICC_TOOLS_LIB_TOKEN_SYMMETRIC_H

#include "tools/lib/token/token.h"

enum symmetric_task { SYMMETRIC_ENCRYPT, SYMMETRIC_DECRYPT, SYMMETRIC_MAC };

struct symmetric;

/* Logs in and finds the key, which the URI names by object= or id=. 0 or a failure. */
int symmetric_open(const char *uri, struct symmetric **out);
void symmetric_close(struct symmetric *key);

bool symmetric_is_aes(const struct symmetric *key); /* otherwise DES or triple DES */
size_t symmetric_len(const struct symmetric *key);  /* bytes */

/* Whether the token has the mechanism and lets the key do this. 0 or a failure. */
int symmetric_check(const struct symmetric *key, enum symmetric_task task);

/* CBC from an IV of zeros, whole blocks; out has as many bytes and may be the input's own memory.
 * context: a struct symmetric. 0 or a failure. */
int symmetric_encrypt(void *context, struct bytes in, uint8_t *out);
int symmetric_decrypt(void *context, struct bytes in, uint8_t *out);

/* Over the parts in order. AES: CMAC, 16 bytes. DES: the last block of CBC, 8 bytes; the parts
 * together are whole blocks. */
int symmetric_mac(void *context, const struct bytes *parts, size_t count, uint8_t *mac);

#endif
