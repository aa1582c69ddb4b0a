/* clearing: OpenSSL's heap, cleared when it is given back. Its fast P-256 leaves scalars in freed
 * memory otherwise. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_CLEARING_H
#define EMUICC_CRYPTO_PRIMITIVES_CLEARING_H

/* Takes effect only before OpenSSL has allocated anything; later it changes nothing. */
void clearing_start(void);

#endif
