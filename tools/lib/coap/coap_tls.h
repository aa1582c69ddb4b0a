/* coap_tls: what server and client of CoAP over DTLS set up alike, by libcoap with GnuTLS. */
#ifndef EMUICC_TOOLS_LIB_COAP_COAP_TLS_H
#define EMUICC_TOOLS_LIB_COAP_COAP_TLS_H

#include <coap3/coap.h>
#include <stdbool.h>

#define COAP_TLS_WHERE_SIZE 300

/* A context that puts bodies together from blocks; NULL if libcoap cannot. Its own log is still. */
coap_context_t *coap_tls_context(void);
/* "HOST:PORT", "[IPv6]:PORT" or "HOST"; the port of COAPS where there is none. The first address
 * that it has. False if it has none. host gets its name. */
bool coap_tls_resolve(const char *where, coap_address_t *out, char host[COAP_TLS_WHERE_SIZE]);

#endif
