/* session: one RSP session from InitiateAuthentication on (SGP.22 §3.1.2). A table holds those that
 * wait for the client's next step; a handler takes one out, works on it alone, and puts it back or
 * destroys it. A second call for a session that is being worked on finds none. */
#ifndef EMUICC_TOOLS_SMDPP_SESSION_H
#define EMUICC_TOOLS_SMDPP_SESSION_H

#include "crypto/primitives/random.h"
#include "tools/smdpp/server/credentials.h"
#include "tools/smdpp/orders/rpm_orders.h"
#include "tools/smdpp/es9/version.h"

#define SESSION_ID_SIZE 16
#define SESSION_CHALLENGE_SIZE 16

enum session_state {
    SESSION_INITIATED,     /* after InitiateAuthentication */
    SESSION_AUTHENTICATED, /* after AuthenticateClient: what follows is set */
    SESSION_BOUND,         /* after GetBoundProfilePackage */
    SESSION_RPM,           /* after AuthenticateClient that has offered an RPM package */
};

struct session {
    struct session *next;          /* the table's: in its bucket */
    struct session *older, *newer; /* the table's: in its queue */
    int64_t deadline;              /* the table's: seconds of the monotonic clock */
    uint8_t id[SESSION_ID_SIZE];
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
    unsigned wrong_codes;
    struct rpm_order rpm; /* in the stead of all that; id 0: none */
};

/* Functions of v3 may be used: the chip was told that the server is of v3. */
static inline bool session_is_v3(const struct session *session)
{
    return session->version.told && svn_major(&session->version.svn) >= SVN_SESSION_CONTEXT;
}

static inline const struct pki_entity *session_dp_auth(const struct session *session)
{
    return session->chained ? &session->server->auth_chain.leaf : &session->server->dp_auth;
}
static inline const struct pki_entity *session_dp_pb(const struct session *session)
{
    return session->chained ? &session->server->pb_chain.leaf : &session->server->dp_pb;
}

/* A session with a fresh id and challenge. 0 or a failure. */
int session_create(struct random *random, struct session **out);
void session_destroy(struct session *session); /* wipes; NULL is fine */
static inline struct bytes session_id(const struct session *session)
{
    return bytes_of(session->id, sizeof(session->id));
}

struct session_table;
struct session_limits {
    int64_t seconds;     /* a session that waits longer is over */
    size_t count, bytes; /* of all that wait, their packages included */
};
/* 0 or a failure. */
int session_table_create(const struct session_limits *limits, struct session_table **out);
void session_table_destroy(struct session_table *table);
/* Gives the session to the table. One too many ends those that wait longest, first of those whose
 * chip has not shown who it is: anybody can open these. */
void session_table_put(struct session_table *table, struct session *session);
/* The session with this id, now the caller's; NULL if there is none or its time is over. */
struct session *session_table_take(struct session_table *table, struct bytes id);
/* Sessions that wait, and the bytes that they hold. */
size_t session_table_count(struct session_table *table);
size_t session_table_bytes(struct session_table *table);

#endif
