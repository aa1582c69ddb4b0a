#include "crypto/tls/psk_client.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/secret.h"
#include "crypto/tls/libssl.h"

/* In the order in which cards offer them; "@SECLEVEL=0" admits those that do not cipher. */
#define SUITES                                                                                     \
    "PSK-AES128-CBC-SHA256:PSK-AES128-GCM-SHA256:PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA384"
#define NULL_SUITES ":PSK-NULL-SHA256:PSK-NULL-SHA:@SECLEVEL=0"

struct psk_client {
    const struct libssl *tls;
    SSL_CTX *context;
    SSL *ssl;
    BIO *in, *out; /* the ssl's */
    enum psk_client_state state;
    char identity[PSK_CLIENT_IDENTITY_MAX + 1];
    struct secret key;
};

#define APPLICATION 0 /* index of the data of an SSL that is the application's */

static unsigned give_key(SSL *ssl, const char *hint, char *identity, unsigned identity_size,
                         unsigned char *key, unsigned key_size)
{
    const struct psk_client *client = libssl()->SSL_get_ex_data(ssl, APPLICATION);
    const size_t len = strlen(client->identity);
    (void)hint;
    if (len >= identity_size || client->key.len > key_size)
        return 0;
    memcpy(identity, client->identity, len + 1);
    memcpy(key, client->key.data, client->key.len);
    return (unsigned)client->key.len;
}

static int fail(const char *what)
{
    char reason[ALGORITHMS_REASON_SIZE];
    algorithms_take_reason(reason);
    trace_error("TLS: %s%s%s", what, reason[0] != '\0' ? ": " : "", reason);
    return FAILURE_INTERNAL;
}

/* No resumption, one session; records of 512 bytes, as a card asks for (RFC 6066 §4). */
static bool configure(const struct libssl *tls, SSL_CTX *context, bool null_suites)
{
    (void)tls->SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                                SSL_OP_NO_COMPRESSION);
    (void)tls->SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, NULL);
    (void)tls->SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, NULL);
    tls->SSL_CTX_set_psk_client_callback(context, give_key);
    return tls->SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL) == 1 &&
           tls->SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, NULL) == 1 &&
           tls->SSL_CTX_set_tlsext_max_fragment_length(context, TLSEXT_max_fragment_length_512) ==
               1 &&
           tls->SSL_CTX_set_cipher_list(context, null_suites ? SUITES NULL_SUITES : SUITES) == 1;
}

static bool connect_queues(struct psk_client *client)
{
    client->in = BIO_new(BIO_s_mem());
    client->out = BIO_new(BIO_s_mem());
    if (client->in == NULL || client->out == NULL) {
        BIO_free(client->in);
        BIO_free(client->out);
        return false;
    }
    BIO_set_mem_eof_return(client->in, -1); /* empty: not yet, rather than never again */
    client->tls->SSL_set_bio(client->ssl, client->in, client->out);
    client->tls->SSL_set_connect_state(client->ssl);
    return client->tls->SSL_set_ex_data(client->ssl, APPLICATION, client) == 1;
}

static bool build(struct psk_client *client, const struct psk_client_settings *settings)
{
    const struct libssl *tls = libssl();
    if (tls == NULL)
        return false;
    client->tls = tls;
    memcpy(client->identity, settings->identity.data, settings->identity.len);
    client->context = tls->SSL_CTX_new(tls->TLS_client_method());
    if (!secret_set(&client->key, settings->key) || client->context == NULL ||
        !configure(tls, client->context, settings->null_suites))
        return false;
    client->ssl = tls->SSL_new(client->context);
    return client->ssl != NULL && connect_queues(client);
}

/* What OpenSSL says of a step: more is to come, the other side has ended or failed. */
static void judge(struct psk_client *client, int result)
{
    const int error = client->tls->SSL_get_error(client->ssl, result);
    if (result > 0 || error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return;
    client->state = error == SSL_ERROR_ZERO_RETURN ? PSK_CLIENT_CLOSED : PSK_CLIENT_FAILED;
    if (client->state == PSK_CLIENT_FAILED) {
        char reason[ALGORITHMS_REASON_SIZE];
        algorithms_take_reason(reason);
        trace_detail("TLS ends: %s", reason[0] != '\0' ? reason : "the other side breaks off");
    }
    ERR_clear_error();
}

static void shake_hands(struct psk_client *client)
{
    if (client->state != PSK_CLIENT_HANDSHAKE)
        return;
    ERR_clear_error();
    const int result = client->tls->SSL_do_handshake(client->ssl);
    if (result == 1)
        client->state = PSK_CLIENT_OPEN;
    else
        judge(client, result);
}

int psk_client_create(const struct psk_client_settings *settings, struct psk_client **out)
{
    struct psk_client *client = calloc(1, sizeof(*client));
    *out = NULL;
    if (client == NULL || settings->identity.len > PSK_CLIENT_IDENTITY_MAX ||
        !build(client, settings)) {
        psk_client_destroy(client);
        return fail("no client can be made");
    }
    shake_hands(client);
    *out = client;
    return 0;
}

void psk_client_destroy(struct psk_client *client)
{
    if (client == NULL)
        return;
    if (client->tls != NULL) {
        client->tls->SSL_free(client->ssl);
        client->tls->SSL_CTX_free(client->context);
    }
    wipe(client, sizeof(*client));
    free(client);
}

enum psk_client_state psk_client_state(const struct psk_client *client)
{
    return client->state;
}

const char *psk_client_suite(const struct psk_client *client)
{
    return client->tls->SSL_CIPHER_get_name(client->tls->SSL_get_current_cipher(client->ssl));
}

bool psk_client_is_ciphered(const struct psk_client *client)
{
    return client->tls->SSL_CIPHER_get_bits(client->tls->SSL_get_current_cipher(client->ssl),
                                            NULL) > 0;
}

int psk_client_receive(struct psk_client *client, struct bytes from_network)
{
    if (from_network.len > 0 &&
        BIO_write(client->in, from_network.data, (int)from_network.len) != (int)from_network.len)
        return fail("out of memory");
    shake_hands(client);
    return 0;
}

int psk_client_read(struct psk_client *client, struct writer *plain)
{
    while (client->state == PSK_CLIENT_OPEN && plain->len < plain->capacity) {
        ERR_clear_error();
        const int count = client->tls->SSL_read(client->ssl, plain->data + plain->len,
                                                (int)(plain->capacity - plain->len));
        if (count > 0)
            plain->len += (size_t)count;
        else {
            judge(client, count);
            break;
        }
    }
    return 0;
}

int psk_client_write(struct psk_client *client, struct bytes plain)
{
    if (client->state != PSK_CLIENT_OPEN)
        return FAILURE_INTERNAL;
    ERR_clear_error();
    if (plain.len > 0 &&
        client->tls->SSL_write(client->ssl, plain.data, (int)plain.len) != (int)plain.len)
        return fail("nothing can be sent");
    return 0;
}

void psk_client_end(struct psk_client *client)
{
    if (client->state == PSK_CLIENT_OPEN)
        (void)client->tls->SSL_shutdown(client->ssl);
    ERR_clear_error();
}

size_t psk_client_output_len(const struct psk_client *client)
{
    return BIO_ctrl_pending(client->out);
}

void psk_client_take_output(struct psk_client *client, struct writer *out)
{
    const size_t waiting = psk_client_output_len(client), room = out->capacity - out->len;
    const size_t len = waiting < room ? waiting : room;
    if (len > 0 && BIO_read(client->out, out->data + out->len, (int)len) == (int)len)
        out->len += len;
}
