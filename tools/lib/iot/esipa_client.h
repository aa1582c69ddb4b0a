/* esipa_client: an eIM, or an IPA that takes packages, reached over HTTPS in one of the two
 * bindings of ESipa, or over CoAP with DTLS (SGP.32 §6). */
#ifndef EMUICC_TOOLS_LIB_IOT_ESIPA_CLIENT_H
#define EMUICC_TOOLS_LIB_IOT_ESIPA_CLIENT_H

#include "tools/lib/es9/http.h"
#include "tools/lib/iot/esipa.h"

struct esipa_client_plan {
    const char *ca; /* as ca_read() takes it; NULL: what this machine trusts */
    const struct options_list *connect_to;
    bool json;          /* the JSON binding */
    bool coap;          /* CoAP over DTLS, with the bodies of the ASN.1 binding */
    bool plain;         /* HTTP without TLS, for eIMs under test */
    bool insecure;      /* do not look at the eIM's certificate */
    unsigned timeout_s; /* how long an answer may take; 0: 120 s */
};

struct esipa_client;

/* The plan's members are borrowed. False after a fault. */
bool esipa_client_open(const struct esipa_client_plan *plan, struct fault *fault,
                       struct esipa_client **out);
void esipa_client_close(struct esipa_client *client); /* NULL is fine */
/* "eim.example.com" or "127.0.0.1:8445"; copied. */
bool esipa_client_set_address(struct esipa_client *client, const char *address);

/* One message in the ASN.1 binding, whatever goes over the wire, and its answer likewise; empty
 * where there is none. False after a fault. */
bool esipa_client_call(struct esipa_client *client, struct bytes message, struct blob *answer);

#endif
