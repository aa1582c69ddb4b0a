/* session: one RSP session from InitiateAuthentication on (SGP.22 §3.1.2). A table holds those that
 * wait for the client's next step. */
#ifndef EMUICC_TOOLS_SMDPP_STATE_SESSION_H
#define EMUICC_TOOLS_SMDPP_STATE_SESSION_H

#include "tools/smdpp/orders/changes.h"
#include "tools/smdpp/orders/rpm_orders.h"
#include "tools/lib/authentication/authentication.h"

#define SESSION_ID_SIZE SESSION_TABLE_ID_SIZE
#define SESSION_CHALLENGE_SIZE AUTHENTICATION_CHALLENGE_SIZE

enum session_state {
    SESSION_INITIATED,     /* after InitiateAuthentication */
    SESSION_AUTHENTICATED, /* after AuthenticateClient: what follows is set */
    SESSION_BOUND,         /* after GetBoundProfilePackage */
    SESSION_RPM,           /* after AuthenticateClient that has offered an RPM package */
    SESSION_CHANGE,        /* ... that has asked the user whether a profile shall leave */
    SESSION_CHANGED,       /* after ConfirmDeviceChange */
    SESSION_RECOVERY,      /* after AuthenticateClient that has told how a profile comes back */
};

struct session {
    struct authentication common; /* id, versions, CIs, and the chip once it is believed */
    enum session_state state;
    /* Who ordered the profile that the LPA has named: nobody else's orders count. "": none named.
     */
    char owner[ORDERS_TEXT_SIZE];
    struct order order;
    struct blob package, metadata;   /* StoreMetadataRequest, BF25 whole */
    uint8_t content[SHA256_SIZE];    /* digest of both */
    struct download_binding binding; /* offered for use again, or sent; body empty: neither */
    uint8_t signature2[EC_SIGNATURE_SIZE];
    bool code_refused;                     /* the last confirmation code was wrong */
    struct rpm_order rpm;                  /* in the stead of all that; id 0: none */
    struct change change;                  /* the same; id 0: none */
    uint8_t change_iccid[ICCID_SIZE];      /* nibbles swapped */
    uint8_t signature4[EC_SIGNATURE_SIZE]; /* over what was asked */
};

/* Functions of v3 may be used: the chip was told that the server is of v3. */
static inline bool session_is_v3(const struct session *session)
{
    return authentication_is_v3(&session->common);
}

static inline const struct pki_entity *session_dp_pb(const struct session *session)
{
    const struct credentials_set *set = session->common.server;
    return session->common.chained ? &set->pb_chain.leaf : &set->pb;
}

/* A session with a fresh id and challenge. 0 or a failure. */
int session_create(struct random *random, struct session **out);
void session_destroy(struct session *session); /* wipes; NULL is fine */
static inline struct bytes session_id(const struct session *session)
{
    return authentication_id(&session->common);
}

/* The table's part of it (session_table.h); limits as there. */
int session_open_table(const struct session_limits *limits, struct session_table **out);
void session_put(struct session_table *table, struct session *session);
struct session *session_take(struct session_table *table, struct bytes id);

#endif
