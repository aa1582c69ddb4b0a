/* libssl: OpenSSL's library for TLS, opened when the first client is made: most cards are never
 * administered over HTTP, and it takes 64 KiB of its own memory from each process that loads it.
 * Inside crypto/tls only. */
#ifndef EMUICC_CRYPTO_TLS_LIBSSL_H
#define EMUICC_CRYPTO_TLS_LIBSSL_H

#include <openssl/ssl.h>

/* clang-format off */
#define LIBSSL_FUNCTIONS(row) \
    row(TLS_client_method) row(SSL_CTX_new) row(SSL_CTX_free) row(SSL_CTX_ctrl) \
    row(SSL_CTX_set_options) row(SSL_CTX_set_cipher_list) row(SSL_CTX_set_psk_client_callback) \
    row(SSL_CTX_set_tlsext_max_fragment_length) row(SSL_new) row(SSL_free) row(SSL_set_bio) \
    row(SSL_set_ex_data) row(SSL_get_ex_data) row(SSL_set_connect_state) row(SSL_do_handshake) \
    row(SSL_read) row(SSL_write) row(SSL_shutdown) row(SSL_get_error) \
    row(SSL_get_current_cipher) row(SSL_CIPHER_get_name) row(SSL_CIPHER_get_bits)
/* clang-format on */

struct libssl {
#define LIBSSL_MEMBER(name) __typeof__(name) *name;
    LIBSSL_FUNCTIONS(LIBSSL_MEMBER)
#undef LIBSSL_MEMBER
};

/* Its functions, by the names that they have there; the first call, from any thread, opens it. NULL
 * if it cannot be opened, which is traced. */
const struct libssl *libssl(void);

#endif
