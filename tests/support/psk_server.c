#include "tests/support/psk_server.h"

#include <openssl/ssl.h>
#include <stdlib.h>

struct psk_server {
    SSL_CTX *context;
    SSL *ssl;
    BIO *in, *out;
    const char *identity;
    uint8_t key[64];
    size_t key_len;
};

static unsigned find_key(SSL *ssl, const char *identity, unsigned char *key, unsigned size)
{
    const struct psk_server *server = SSL_get_app_data(ssl);
    if (strcmp(identity, server->identity) != 0 || server->key_len > size)
        return 0;
    memcpy(key, server->key, server->key_len);
    return (unsigned)server->key_len;
}

struct psk_server *psk_server_create(const char *suites, const char *identity, struct bytes key)
{
    struct psk_server *server = calloc(1, sizeof(*server));
    if (server == NULL || key.len > sizeof(server->key))
        abort();
    server->identity = identity;
    server->key_len = key.len;
    memcpy(server->key, key.data, key.len);
    server->context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_psk_server_callback(server->context, find_key);
    if (SSL_CTX_set_cipher_list(server->context, suites) != 1)
        abort();
    server->ssl = SSL_new(server->context);
    server->in = BIO_new(BIO_s_mem());
    server->out = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(server->in, -1);
    SSL_set_bio(server->ssl, server->in, server->out);
    SSL_set_app_data(server->ssl, server);
    SSL_set_accept_state(server->ssl);
    return server;
}

void psk_server_destroy(struct psk_server *server)
{
    SSL_free(server->ssl);
    SSL_CTX_free(server->context);
    free(server);
}

void psk_server_receive(struct psk_server *server, struct bytes from_network)
{
    if (from_network.len > 0 &&
        BIO_write(server->in, from_network.data, (int)from_network.len) != (int)from_network.len)
        abort();
    if (!SSL_is_init_finished(server->ssl))
        (void)SSL_do_handshake(server->ssl);
}

size_t psk_server_output_len(const struct psk_server *server)
{
    return BIO_ctrl_pending(server->out);
}

void psk_server_take_output(struct psk_server *server, struct writer *out)
{
    const size_t waiting = psk_server_output_len(server), room = out->capacity - out->len;
    const int count =
        BIO_read(server->out, out->data + out->len, (int)(waiting < room ? waiting : room));
    if (count > 0)
        out->len += (size_t)count;
}

bool psk_server_is_open(const struct psk_server *server)
{
    return SSL_is_init_finished(server->ssl) == 1;
}

void psk_server_read(struct psk_server *server, struct writer *plain)
{
    int count = 1;
    while (count > 0 && plain->len < plain->capacity) {
        count =
            SSL_read(server->ssl, plain->data + plain->len, (int)(plain->capacity - plain->len));
        if (count > 0)
            plain->len += (size_t)count;
    }
}

void psk_server_write(struct psk_server *server, struct bytes plain)
{
    if (SSL_write(server->ssl, plain.data, (int)plain.len) != (int)plain.len)
        abort();
}

void psk_server_end(struct psk_server *server)
{
    (void)SSL_shutdown(server->ssl);
}
