/* token: one key in a PKCS#11 token, named by a URI (RFC 7512):
 *
 *   pkcs11:token=LABEL;object=KEY?pin-source=FILE        pin-value=PIN in place of pin-source
 *
 * SoftHSM's module is asked, or the one that module-path= names. What fails is traced in one line
 * that names the token and never its PIN. A token's calls may come from several threads. */
#ifndef EMUICC_TOOLS_LIB_TOKEN_TOKEN_H
#define EMUICC_TOOLS_LIB_TOKEN_TOKEN_H

#include "crypto/primitives/aes.h"
#include "crypto/primitives/ec.h"

#define TOKEN_SCHEME "pkcs11:"
#define TOKEN_ROOT_LABEL                                                                           \
    "emuicc-line" /* of the diversification root where the URI names no key                        \
                   */

enum token_use {
    TOKEN_ROOT,      /* an AES key that cannot be taken out, for token_cmac() */
    TOKEN_SIGNER,    /* an EC private key, for token_sign() */
    TOKEN_SYMMETRIC, /* a secret key of any type, for symmetric.h; one of AES for token_cmac() */
};

struct token;

/* Logs in and finds the key. 0 or a failure. */
int token_open(const char *uri, enum token_use use, struct token **out);
void token_close(struct token *token);

/* AES-CMAC over the message (NIST SP 800-38B), one C_Sign. context: a struct token. */
int token_cmac(void *context, struct bytes message, uint8_t mac[AES_BLOCK]);

/* ECDSA over a digest, r and s: an ec_remote_sign. context: a struct token. */
int token_sign(void *context, struct bytes digest, uint8_t signature[EC_SIGNATURE_SIZE]);

/* Makes a root: the token if there is none of that label (its user's PIN is the URI's, its security
 * officer's so_pin, or the same if empty), and in it an AES-256 key, sensitive and not extractable,
 * good for CMAC only. A failure if there is such a key already. */
int token_make_root(const char *uri, struct bytes so_pin);

#endif
