/* relay: an SM-DP+ that is reached through the eIM: ES9+ on this side, ESipa on the other, so that
 * an indirect download is a download like any other (SGP.32 §3.2.3.2); an SM-DS likewise. */
#ifndef EMUICC_TOOLS_IPA_RELAY_H
#define EMUICC_TOOLS_IPA_RELAY_H

#include "tools/lib/iot/esipa_client.h"
#include "tools/lib/es9/activation.h"

/* Calls ESipa: as engine_host's eim. */
typedef bool relay_call(void *context, struct bytes message, struct blob *answer);

struct relay {
    struct http http; /* first: its post is the relay's */
    relay_call *call;
    void *context;
    struct bytes eim_transaction_id; /* of the trigger; borrowed; empty: none */
    struct activation *code;         /* of the download; what the eIM keeps is put there */
    bool tells_address;              /* the IPA knows the SM-DP+ and names it */
    struct blob further; /* where an SM-DS's event sends: a trigger (BF54); empty: no event; the
                            user's to finish */
};

void relay_init(struct relay *relay, relay_call *call, void *context, struct fault *fault);

#endif
