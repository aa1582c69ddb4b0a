/* credentials: what a server signs with and whom it believes (SGP.22 §4.5), one set a curve. */
#ifndef EMUICC_TOOLS_LIB_SERVER_CREDENTIALS_H
#define EMUICC_TOOLS_LIB_SERVER_CREDENTIALS_H

#include "crypto/pki/pki.h"

/* Which certificates a kind of server has; PKI_NAMES: none. */
struct credentials_roles {
    enum pki_name auth, pb, tls;
};
extern const struct credentials_roles credentials_smdp; /* DPauth, DPpb, DPtls */
extern const struct credentials_roles credentials_smds; /* DSauth, DStls */

/* Everything under one CI key. */
struct credentials_set {
    bool known;   /* the CI certificate is there: eUICCs under it are believed */
    bool serving; /* and the server's own with their keys */
    struct pki_entity ci;
    struct pki_entity auth; /* DPauth, or DSauth */
    struct pki_entity pb;   /* DPpb; empty where the kind has none */
    bool chained;           /* a chain of SGP.22 v3 is there too, for chips that take one */
    struct pki_chain auth_chain, pb_chain;
};

struct credentials {
    struct credentials_set sets[EC_CURVES];
    const struct credentials_roles *roles;
    struct pki_entity tls; /* DPtls or its like with its key, P-256 */
};

/* Reads and checks: chains, roles, keys, and that all servers bear one OID. 0, or a failure after
 * one trace line that names what is wrong. */
int credentials_read(const char *directory, const struct credentials_roles *roles,
                     struct credentials *out);
/* The same without TLS's, for who opens no connection; with keys_elsewhere the signers may lie
 * there without their keys, which are the caller's to set. */
int credentials_read_signers(const char *directory, const struct credentials_roles *roles,
                             bool keys_elsewhere, struct credentials *out);
/* Adds the servers' chains of this variant, on each curve that has them. 0, or a failure after one
 * trace line; so too if there are none. */
int credentials_read_chains(const char *directory, enum pki_variant variant,
                            struct credentials *credentials);
void credentials_finish(struct credentials *credentials);
/* Sees to a TLS certificate that is for this host: if the one that was read is not, another takes
 * its place, issued with the CI's key. 0, 1 if that key is not there, or a failure after a trace
 * line. */
int credentials_certify(struct credentials *credentials, struct random *random, const char *host);

/* The set under the CI with this key identifier, or NULL. */
const struct credentials_set *credentials_find(const struct credentials *credentials,
                                               struct bytes ci_key_id);
/* The server's OID, as its certificates bear it (content bytes). */
struct bytes credentials_oid(const struct credentials *credentials);

#endif
