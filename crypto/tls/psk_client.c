#include "crypto/tls/psk_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/secret.h"

/* In the order in which cards offer them; "@SECLEVEL=0" admits those that do not cipher. */
#define SUITES                                                                                     \
    "PSK-AES128-CBC-SHA256:PSK-AES128-GCM-SHA256:PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA384"
#define NULL_SUITES ":PSK-NULL-SHA256:PSK-NULL-SHA:@SECLEVEL=0"

struct psk_client {
    SSL_CTX *context;
    SSL *ssl;
    BIO *in, *out; /* the ssl's */
    enum psk_client_state state;
    char identity[PSK_CLIENT_IDENTITY_MAX + 1];
    struct secret key;
};

static unsigned give_key(SSL *ssl, const char *hint, char *identity, unsigned identity_size,
                         unsigned char *key, unsigned key_size)
{
    const struct psk_client *client = SSL_get_app_data(ssl);
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
static bool configure(SSL_CTX *context, bool null_suites)
{
    SSL_CTX_set_options(context,
                        SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_psk_client_callback(context, give_key);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_tlsext_max_fragment_length(context, TLSEXT_max_fragment_length_512) == 1 &&
           SSL_CTX_set_cipher_list(context, null_suites ? SUITES NULL_SUITES : SUITES) == 1;
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
    SSL_set_bio(client->ssl, client->in, client->out);
    SSL_set_app_data(client->ssl, client);
    SSL_set_connect_state(client->ssl);
    return true;
}

static bool build(struct psk_client *client, const struct psk_client_settings *settings)
{
    memcpy(client->identity, settings->identity.data, settings->identity.len);
    client->context = SSL_CTX_new(TLS_client_method());
    if (!secret_set(&client->key, settings->key) || client->context == NULL ||
        !configure(client->context, settings->null_suites))
        return false;
    client->ssl = SSL_new(client->context);
    return client->ssl != NULL && connect_queues(client);
}

/* What OpenSSL says of a step: more is to come, the other side has ended or failed. */
static void judge(struct psk_client *client, int result)
{
    const int error = SSL_get_error(client->ssl, result);
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
    const int result = SSL_do_handshake(client->ssl);
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
    SSL_free(client->ssl);
    SSL_CTX_free(client->context);
    wipe(client, sizeof(*client));
    free(client);
}

enum psk_client_state psk_client_state(const struct psk_client *client)
{
    return client->state;
}

const char *psk_client_suite(const struct psk_client *client)
{
    return SSL_get_cipher_name(client->ssl);
}

bool psk_client_is_ciphered(const struct psk_client *client)
{
    return SSL_get_cipher_bits(client->ssl, NULL) > 0;
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
        const int count =
            SSL_read(client->ssl, plain->data + plain->len, (int)(plain->capacity - plain->len));
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
    if (plain.len > 0 && SSL_write(client->ssl, plain.data, (int)plain.len) != (int)plain.len)
        return fail("nothing can be sent");
    return 0;
}

void psk_client_end(struct psk_client *client)
{
    if (client->state == PSK_CLIENT_OPEN)
        (void)SSL_shutdown(client->ssl);
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
