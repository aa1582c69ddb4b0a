/* psk_client: TLS 1.2 with a pre-shared key, the client's side, between two byte queues: what the
 * network brings goes in, what it is to carry comes out, and whoever uses it moves both
 * (RFC 4279, RFC 5487, RFC 5489 are the suites; GlobalPlatform Amendment B §3.3.2). OpenSSL does
 * the protocol, with chance of its own: what a seeded chip says in TLS does not follow from its
 * seed.
 *
 *     psk_client_create(&settings, &client);
 *     loop: psk_client_take_output() to the network; psk_client_receive() from it;
 *           psk_client_read() what it says, psk_client_write() what is to be said.
 */
#ifndef EMUICC_CRYPTO_TLS_PSK_CLIENT_H
#define EMUICC_CRYPTO_TLS_PSK_CLIENT_H

#include "apdu/bytes.h"

struct psk_client; /* heap */

#define PSK_CLIENT_IDENTITY_MAX 128
#define PSK_CLIENT_KEY_MIN 16
#define PSK_CLIENT_KEY_MAX 64

struct psk_client_settings {
    struct bytes identity; /* without a zero byte */
    struct bytes key;      /* secret */
    bool null_suites;      /* also those that do not cipher (PSK-NULL-SHA256, PSK-NULL-SHA) */
};

enum psk_client_state {
    PSK_CLIENT_HANDSHAKE,
    PSK_CLIENT_OPEN,
    PSK_CLIENT_CLOSED, /* the other side has said that it ends */
    PSK_CLIENT_FAILED, /* the other side has another key, or breaks the protocol */
};

/* Copies identity and key. The first message waits in the output. 0, or a failure; the lengths are
 * the caller's to have checked. */
int psk_client_create(const struct psk_client_settings *settings, struct psk_client **out);
/* Wipes and frees; NULL is fine. */
void psk_client_destroy(struct psk_client *client);

enum psk_client_state psk_client_state(const struct psk_client *client);
/* The suite's name once it is open, for a trace: "PSK-AES128-CBC-SHA256". */
const char *psk_client_suite(const struct psk_client *client);
/* What is said is ciphered, not only protected against change. */
bool psk_client_is_ciphered(const struct psk_client *client);

/* Bytes from the network: 0 or a failure of this side. That the other side fails is a state. */
int psk_client_receive(struct psk_client *client, struct bytes from_network);
/* Appends plain bytes that have come, as many as there is room for: 0 or a failure. */
int psk_client_read(struct psk_client *client, struct writer *plain);
/* Plain bytes to be sent; only while open. 0 or a failure. */
int psk_client_write(struct psk_client *client, struct bytes plain);
/* Says that this side ends. */
void psk_client_end(struct psk_client *client);

/* Bytes that wait for the network, and those taken off their front to *out, as many as it has room
 * for. */
size_t psk_client_output_len(const struct psk_client *client);
void psk_client_take_output(struct psk_client *client, struct writer *out);

#endif
