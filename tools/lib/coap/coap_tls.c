#include "tools/lib/coap/coap_tls.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#define PORT_COAPS "5684" /* RFC 7252 §12.7 */

coap_context_t *coap_tls_context(void)
{
    coap_startup();
    coap_set_log_level((coap_log_t)0);
    coap_context_t *context = coap_dtls_is_supported() ? coap_new_context(NULL) : NULL;
    if (context != NULL)
        coap_context_set_block_mode(context, COAP_BLOCK_USE_LIBCOAP | COAP_BLOCK_SINGLE_BODY);
    return context;
}

/* The port; the host's name without brackets is written. */
static const char *split(const char *where, char host[COAP_TLS_WHERE_SIZE])
{
    snprintf(host, COAP_TLS_WHERE_SIZE, "%s", where);
    const char *bracket = strrchr(where, ']'), *colon = strrchr(where, ':');
    const bool port = colon != NULL && (bracket == NULL || colon > bracket);
    if (port)
        host[(size_t)(colon - where) < COAP_TLS_WHERE_SIZE - 1 ? colon - where
                                                               : COAP_TLS_WHERE_SIZE - 1] = '\0';
    const size_t len = strlen(host);
    if (host[0] == '[' && len > 2) {
        memmove(host, host + 1, len - 2);
        host[len - 2] = '\0';
    }
    return port ? colon + 1 : PORT_COAPS;
}

bool coap_tls_resolve(const char *where, coap_address_t *out, char host[COAP_TLS_WHERE_SIZE])
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *list = NULL;
    const char *port = split(where, host);
    coap_address_init(out);
    if (getaddrinfo(host, port, &hints, &list) != 0)
        return false;
    const bool fits = list->ai_addrlen <= sizeof(out->addr);
    if (fits) {
        memcpy(&out->addr, list->ai_addr, list->ai_addrlen);
        out->size = list->ai_addrlen;
    }
    freeaddrinfo(list);
    return fits;
}
