/* soft_token: SoftHSM on a folder of its own, gone with the test. */
#ifndef EMUICC_TESTS_TOOLS_SOFT_TOKEN_H
#define EMUICC_TESTS_TOOLS_SOFT_TOKEN_H

#include "tools/lib/token/token.h"

#define SOFT_TOKEN_URI "pkcs11:token=line?pin-value=1234"
#define SOFT_TOKEN_NAMED(object) "pkcs11:token=line;object=" object "?pin-value=1234"

/* Points SoftHSM at a new folder with no token in it. */
void soft_token_start(void);
void soft_token_end(void);

/* Puts keys with known bytes into the token that is there already. */
void soft_token_put_root(const char *label, struct bytes key, bool extractable);
/* A key that is not to be taken out, of a type of PKCS#11 (CKK_). What it may do: cipher, or else
 * sign. */
void soft_token_put_cipher(const char *label, unsigned long type, struct bytes key, bool ciphers);
/* The token has these mechanisms alone; before anything else is done with it. */
void soft_token_only(const char *mechanisms);
/* As SEC1 has it: a P-256 or brainpoolP256r1 scalar. */
void soft_token_put_signer(const char *label, const struct ec_private *key);

#endif
