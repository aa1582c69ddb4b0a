/* session: one RSP session from InitiateAuthentication on (SGP.22 §3.1.2). A table holds those that
 * wait for the client's next step. */
#ifndef EMUICC_TOOLS_SMDPP_STATE_SESSION_H
#define EMUICC_TOOLS_SMDPP_STATE_SESSION_H

#include "tools/lib/server/credentials.h"
#include "tools/lib/server/session_table.h"
#include "tools/smdpp/orders/rpm_orders.h"
#include "tools/smdpp/state/version.h"

#define SESSION_ID_SIZE SESSION_TABLE_ID_SIZE
#define SESSION_CHALLENGE_SIZE 16

enum session_state {
    SESSION_INITIATED,     /* after InitiateAuthentication */
    SESSION_AUTHENTICATED, /* after AuthenticateClient: what follows is set */
    SESSION_BOUND,         /* after GetBoundProfilePackage */
    SESSION_RPM,           /* after AuthenticateClient that has offered an RPM package */
};

struct session {
    struct session_entry entry; /* its id, and what the table goes by */
    enum session_state state;
    uint8_t challenge[SESSION_CHALLENGE_SIZE];
    struct version version;
    uint32_t lpa_capability;              /* LpaRspCapability; 0 from an LPA of v2 */
    uint32_t chip_capability;             /* EuiccRspCapability; 0 where EUICCInfo1 has none */
    const struct credentials_set *server; /* DPauth and DPpb of this session */
    const struct credentials_set *chip;   /* the CI under which the chip signs */
    bool chained;                         /* the server shows a chain of v3 */
    bool chip_chained;                    /* the chip is to */
    bool stapled;                         /* revocation lists go with it */

    struct euicc euicc;
    /* Who ordered the profile that the LPA has named: nobody else's orders count. "": none named.
     */
    char owner[ORDERS_TEXT_SIZE];
    struct order order;
    struct blob package, metadata;   /* StoreMetadataRequest, BF25 whole */
    uint8_t content[SHA256_SIZE];    /* digest of both */
    struct download_binding binding; /* offered for use again, or sent; body empty: neither */
    uint8_t signature2[EC_SIGNATURE_SIZE];
    bool code_refused;    /* the last confirmation code was wrong */
    struct rpm_order rpm; /* in the stead of all that; id 0: none */
};

/* Functions of v3 may be used: the chip was told that the server is of v3. */
static inline bool session_is_v3(const struct session *session)
{
    return session->version.told && svn_major(&session->version.svn) >= SVN_SESSION_CONTEXT;
}

static inline const struct pki_entity *session_dp_auth(const struct session *session)
{
    return session->chained ? &session->server->auth_chain.leaf : &session->server->auth;
}
static inline const struct pki_entity *session_dp_pb(const struct session *session)
{
    return session->chained ? &session->server->pb_chain.leaf : &session->server->pb;
}

/* A session with a fresh id and challenge. 0 or a failure. */
int session_create(struct random *random, struct session **out);
void session_destroy(struct session *session); /* wipes; NULL is fine */
static inline struct bytes session_id(const struct session *session)
{
    return bytes_of(session->entry.id, sizeof(session->entry.id));
}

/* The table's part of it (session_table.h); limits as there. */
int session_open_table(const struct session_limits *limits, struct session_table **out);
void session_put(struct session_table *table, struct session *session);
struct session *session_take(struct session_table *table, struct bytes id);

#endif
