/* tls: a server's TLS certificate and its key as GnuTLS wants them. */
#ifndef EMUICC_TOOLS_LIB_SERVER_TLS_H
#define EMUICC_TOOLS_LIB_SERVER_TLS_H

#include "crypto/pki/pki.h"

/* The first DNS name in a certificate; false if it has none or it does not fit. */
bool tls_name(struct bytes der, char *out, size_t size);

/* A TLS client that asks for this host takes the certificate for its. */
bool tls_is_for(struct bytes der, const char *host);

/* At least one certificate, in PEM. */
bool tls_has_certificate(const char *pem);

#define TLS_KEY_ID_SIZE 65 /* 64 hexadecimal digits and an end */
/* What identifies who holds a certificate, also when it is renewed for the same key: SHA-256 of its
 * SubjectPublicKeyInfo. False if the certificate cannot be read. */
bool tls_key_id(struct bytes der, char out[TLS_KEY_ID_SIZE]);

/* PEM on the heap; 0 or a failure. tls_release() wipes. */
int tls_certificates(const struct pki_entity *server, const struct pki_entity *ci, char **out);
int tls_key(const struct pki_entity *server, char **out); /* on P-256 */
void tls_release(char *pem);                              /* NULL is fine */

#endif
