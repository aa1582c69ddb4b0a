/* pki: credentials on disk in the layout in which GSMA SGP.26 publishes them, and the making of
 * test ones. Folders CertificateIssuer, EUM, eUICC, DPauth, DPpb, DPtls, DSauth; CERT_*.der,
 * SK_*.pem, PK_*.pem; CRL_*.crl are this project's own. SGP.26 knows one eUICC; here each further
 * one has a folder eUICC/<EID> with files of the same names. What SGP.22 v3 has beside Variant O
 * stands in folders VariantOv3, VariantA, VariantB and VariantC of the same inside, with CISubCA,
 * EUMSubCA, DPSubCA and DSSubCA, under the same CI. All that is the layout of SGP.26 v1; that of v3
 * is read and added to as well (enum pki_tree). */
#ifndef EMUICC_CRYPTO_PKI_PKI_H
#define EMUICC_CRYPTO_PKI_PKI_H

#include "crypto/pki/pki_eid.h"
#include "crypto/pki/pki_entity.h"
#include "crypto/primitives/random.h"

/* Layouts of a folder. Either is read; SGP.26 v3's is "Variant O/CI", "Variants A_B_C/Variant
 * C/EUM" and so on, in the folder or in its "Valid Test Cases", with one CI: Variant O's. */
enum pki_tree {
    PKI_TREE_ANY,
    PKI_TREE_V1,
    PKI_TREE_V3,
};

const char *pki_variant_name(enum pki_variant variant); /* "O", "Ov3", "A", … */

/* Reads one entity: 0; 1 if the folder has no such certificate; a failure after one trace line that
 * names the file and what is wrong with it. A missing key is no error: entity->key stays NULL. */
int pki_read(const char *directory, enum pki_name name, enum ec_curve curve,
             struct pki_entity *out);

/* As pki_read() for the eUICC with this EID: the one in eUICC/ or in eUICC/<EID>/. */
int pki_read_euicc(const char *directory, const uint8_t eid[PKI_EID_SIZE], enum ec_curve curve,
                   struct pki_entity *out);

/* A certificate with its key, and those of its issuers from the next one up, without the CI. */
struct pki_chain {
    struct pki_entity leaf;
    struct pki_entity issuers[CERTIFICATE_CHAIN_MAX];
    size_t count;
};
void pki_chain_finish(struct pki_chain *chain);
/* Reads a chain of this variant, not what it is good for: 0; 1 if the folder lacks a certificate of
 * it; a failure after one trace line. eid: of an eUICC, as pki_read_euicc() finds it, or NULL. */
int pki_read_chain(const char *directory, enum pki_variant variant, enum pki_name name,
                   enum ec_curve curve, const uint8_t *eid, struct pki_chain *out);
/* Copies the issuers, for certificate_verify_chain(); they borrow from the chain. */
void pki_chain_issuers(const struct pki_chain *chain,
                       struct certificate issuers[CERTIFICATE_CHAIN_MAX]);

/* Issues an eUICC certificate for this EID under the EUM (which must have its key), with a fresh
 * key pair. Refused (1, with a trace line) when the EID is outside the EUM's range. */
int pki_issue_euicc(struct random *random, const struct pki_entity *eum,
                    const uint8_t eid[PKI_EID_SIZE], struct pki_entity *out);

/* As pki_issue_euicc() below the EUM of this variant in the folder: 0 with its whole chain; 1 if
 * the folder lacks a certificate or the key for it, or the EUM may not issue it; a failure. */
int pki_issue_chain(struct random *random, const char *directory, enum pki_variant variant,
                    enum ec_curve curve, const uint8_t eid[PKI_EID_SIZE], struct pki_chain *out);

/* Issues a DPtls or DStls certificate (kind) on P-256 for this host name and OID (dotted) under the
 * CI (which must have its key), with a fresh key pair. 0, or a failure after a trace line. */
int pki_issue_tls(struct random *random, enum pki_name kind, const struct pki_entity *ci,
                  const char *name, const char *oid, struct pki_entity *out);

#define PKI_IIN_DIGITS 8
#define PKI_DEFAULT_IIN "89049032" /* the one of SGP.26 */
#define PKI_DEFAULT_SERVER "testsmdpplus1.example.com"
#define PKI_DEFAULT_EIM "eim.example.com"
#define PKI_DEFAULT_SMDS "testrootsmds.example.com"
#define PKI_DEFAULT_SERVER_OID "2.999.10"

struct pki_plan {
    const char *directory;   /* made with mode 0700 if absent; keys are written 0600 */
    const char *first_eid;   /* 32 digits; NULL: one of the IIN's, if the set has no eUICC yet */
    const char *last_eid;    /* or NULL for one */
    const char *iin;         /* the EUM's, 8 digits; NULL: the first EID's, or the default */
    const char *server_name; /* in DPtls; NULL for the default */
    const char *smds_name;   /* in DStls; NULL for the default */
    const char *eim_name;    /* in the eIM's certificates: its host, and by default its eimId */
    const char *server_oid;  /* dotted, in the DP certificates; NULL for the default */
    enum pki_tree tree;      /* the layout; PKI_TREE_ANY: the one it has, or else v1's */
    unsigned variants;       /* beside Variant O and those there are: 1 << PKI_VARIANT_A … */
    bool brainpool;          /* a set on brainpoolP256r1 beside the one on P-256 (DPtls is P-256) */
};
/* Makes what is missing of the whole set; adds eUICC certificates to an existing one. 0, or a
 * failure after one trace line. */
int pki_make(struct random *random, const struct pki_plan *plan);

#define PKI_REVOKED_MAX 64
struct pki_crl_plan {
    const char *directory;
    const char *const *revoked; /* paths of certificates (DER), at most PKI_REVOKED_MAX */
    size_t count;
    int64_t now; /* thisUpdate, seconds since 1970 */
};
/* Writes the revocation list of the CI and of each sub-CA that signs such (all but the EUM's),
 * where its private key is, beside its certificate: CRL_*.crl, DER. A list names what it named
 * before and those of `revoked` that its CA has issued. 0, or a failure after one trace line. */
int pki_make_crls(struct random *random, const struct pki_crl_plan *plan);

#endif
