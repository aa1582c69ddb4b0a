/* coap_server: one resource behind CoAP over DTLS (RFC 7252): POST of a body, whose answer is
 * another one. Bodies of several blocks are put together and taken apart (RFC 7959). By libcoap;
 * connection ids (RFC 9146) it has none of with GnuTLS. */
#ifndef EMUICC_TOOLS_LIB_COAP_COAP_SERVER_H
#define EMUICC_TOOLS_LIB_COAP_COAP_SERVER_H

#include "crypto/pki/pki.h"
#include "fs/profile/blob.h"

#define COAP_SERVER_BODY_MAX (256u << 10)

/* Answers a body; *out is to be finished, empty where there is no answer. 0; 1 if it cannot be
 * read, which is 4.00; or a failure, which is 5.00. In one thread, one after the other. */
typedef int coap_server_answer(void *program, struct bytes body, struct blob *out);

struct coap_server_plan {
    const char *listen;                /* "HOST:PORT"; borrowed, as all here */
    const char *path;                  /* of the resource, without a slash */
    const struct pki_entity *tls, *ci; /* as server_plan's */
    coap_server_answer *answer;
    void *program;
};

struct coap_server;

/* Listens in a thread of its own. 0, or a failure after one trace line. */
int coap_server_start(const struct coap_server_plan *plan, struct coap_server **out);
void coap_server_stop(struct coap_server *server); /* NULL is fine */

#endif
