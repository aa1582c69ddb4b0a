/* psk_server: the other side of TLS with a pre-shared key, over byte queues, for tests. Aborts
 * where OpenSSL has no memory. */
#ifndef EMUICC_TESTS_SUPPORT_PSK_SERVER_H
#define EMUICC_TESTS_SUPPORT_PSK_SERVER_H

#include "apdu/bytes.h"

struct psk_server; /* heap */

/* suites: OpenSSL's names; identity: text, borrowed; the key is copied. */
struct psk_server *psk_server_create(const char *suites, const char *identity, struct bytes key);
void psk_server_destroy(struct psk_server *server);
void psk_server_receive(struct psk_server *server, struct bytes from_network);
void psk_server_take_output(struct psk_server *server, struct writer *out);
size_t psk_server_output_len(const struct psk_server *server);
bool psk_server_is_open(const struct psk_server *server);
/* Plain bytes. */
void psk_server_read(struct psk_server *server, struct writer *plain);
void psk_server_write(struct psk_server *server, struct bytes plain);
void psk_server_end(struct psk_server *server);

#endif
