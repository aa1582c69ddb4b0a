/* coap_client: POST to a resource behind CoAP over DTLS, as coap_server has it. */
#ifndef EMUICC_TOOLS_LIB_COAP_COAP_CLIENT_H
#define EMUICC_TOOLS_LIB_COAP_COAP_CLIENT_H

#include "fs/profile/blob.h"
#include "tools/lib/transport/fault.h"

struct coap_client_plan {
    const char *ca;     /* as ca_read() takes it; NULL: what this machine trusts */
    const char *path;   /* of the resource, without a slash */
    bool insecure;      /* do not look at the server's certificate */
    unsigned timeout_s; /* how long an answer may take; 0: 120 s */
};

struct coap_client;

/* The plan's texts are borrowed. False after a fault. */
bool coap_client_open(const struct coap_client_plan *plan, struct fault *fault,
                      struct coap_client **out);
void coap_client_close(struct coap_client *client); /* NULL is fine */
/* address: "HOST" or "HOST:PORT" (UDP); the session with it is kept for the next call. The answer's
 * body is to be finished, empty where there is none. False after a fault; an answer that is no
 * success (2.xx) is one. */
bool coap_client_post(struct coap_client *client, const char *address, struct bytes body,
                      struct blob *answer);

#endif
