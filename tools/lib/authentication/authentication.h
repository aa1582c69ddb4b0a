/* authentication: a server and a chip make sure of each other: InitiateAuthentication and the first
 * half of AuthenticateClient (SGP.22 §3.0.1, §5.6.1, §5.6.3, §5.8.1, §5.8.2). */
#ifndef EMUICC_TOOLS_LIB_AUTHENTICATION_AUTHENTICATION_H
#define EMUICC_TOOLS_LIB_AUTHENTICATION_AUTHENTICATION_H

#include "tools/lib/authentication/chip_answer.h"
#include "tools/lib/authentication/version.h"
#include "tools/lib/server/credentials.h"
#include "tools/lib/server/session_table.h"

#define AUTHENTICATION_CHALLENGE_SIZE 16
#define AUTHENTICATION_ADDRESS_SIZE 256 /* of a server's address, end included */

/* Who the server is, and how it says no: SM-DP+ and SM-DS have subjects of their own. */
struct authentication_server {
    struct random *random;
    const struct credentials *credentials;
    const struct version_plan *version;
    struct bytes crls;          /* to be stapled; empty: none */
    const char *address;        /* what is signed */
    uint32_t capability;        /* what it adds to ServerRspCapability */
    struct bytes push_services; /* OBJECT IDENTIFIERs that its sessions of v3 name; empty: none */
    enum refusal address_refused, version_refused, signing_refused, certificate_refused;
};

/* ServerRspCapability of an SM-DS (SGP.22 v3) */
#define AUTHENTICATION_SIGNS_EVENTS (1u << 1)
#define AUTHENTICATION_PUSH_SERVICE (1u << 2)

/* What is settled with one chip: the first member of a program's session. */
struct authentication {
    struct session_entry entry; /* its id, and what the table goes by */
    uint8_t challenge[AUTHENTICATION_CHALLENGE_SIZE];
    struct version version;
    uint32_t lpa_capability;              /* LpaRspCapability; 0 from an LPA of v2 */
    uint32_t chip_capability;             /* EuiccRspCapability; 0 where EUICCInfo1 has none */
    const struct credentials_set *server; /* the server's certificates of this session */
    const struct credentials_set *chip;   /* the CI under which the chip signs */
    bool chained;                         /* the server shows a chain of v3 */
    bool chip_chained;                    /* the chip is to */
    bool stapled;                         /* revocation lists go with it */
    struct euicc euicc;                   /* after authentication_finish() */
};

static inline struct bytes authentication_id(const struct authentication *authentication)
{
    return bytes_of(authentication->entry.id, sizeof(authentication->entry.id));
}

/* Functions of v3 may be used: the chip was told that the server is of v3. */
static inline bool authentication_is_v3(const struct authentication *authentication)
{
    return authentication->version.told &&
           svn_major(&authentication->version.svn) >= SVN_SESSION_CONTEXT;
}

/* The certificate that the server shows, with its key. */
static inline const struct pki_entity *
authentication_shown(const struct authentication *authentication)
{
    return authentication->chained ? &authentication->server->auth_chain.leaf
                                   : &authentication->server->auth;
}

/* Draws id and challenge. 0, or a failure after a trace line. */
int authentication_create(struct random *random, struct authentication *out);

/* InitiateAuthentication as a whole, for one just created. A refusal, a failure, or 0. */
int authentication_start(const struct authentication_server *server, struct call *call,
                         struct authentication *authentication);

/* What the chip has answered, believed: its chain, its signature over what it was asked, its
 * capabilities. Sets euicc. The slices of *out borrow from the answer. */
int authentication_finish(const struct authentication_server *server, struct call *call,
                          struct authentication *authentication, struct bytes answer,
                          struct chip_authentication *out);

/* What a client names as the server's address means this one. */
bool authentication_is_own_address(const char *own, const char *given);

/* A value in an element of this tag, as base64. */
int authentication_set_element(json_t *response, const char *name, uint32_t tag,
                               struct bytes value);

#endif
