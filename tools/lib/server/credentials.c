#include "tools/lib/server/credentials.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/server/tls.h"

static const struct {
    const char *name;
    enum rsp_role role;
} entities[PKI_NAMES] = {
    [PKI_CI] = {"CI", RSP_ROLE_CI},
    [PKI_DP_AUTH] = {"DPauth", RSP_ROLE_DP_AUTH},
    [PKI_DP_PB] = {"DPpb", RSP_ROLE_DP_PB},
    [PKI_DP_TLS] = {"DPtls", RSP_ROLE_DP_TLS},
    [PKI_DS_AUTH] = {"DSauth", RSP_ROLE_DS_AUTH},
    [PKI_DS_TLS] = {"DStls", RSP_ROLE_DS_TLS},
};

const struct credentials_roles credentials_smdp = {PKI_DP_AUTH, PKI_DP_PB, PKI_DP_TLS};
const struct credentials_roles credentials_smds = {PKI_DS_AUTH, PKI_NAMES, PKI_DS_TLS};

static int complain(const char *directory, enum pki_name name, const char *what)
{
    trace_error("%s: the %s certificate %s", directory, entities[name].name, what);
    return FAILURE_INTERNAL;
}

/* A server's certificate under its CI: 0, 1 if there is none, or a failure. */
static int read_server(const char *directory, enum pki_name name, enum ec_curve curve,
                       const struct certificate *ci, bool key_elsewhere, struct pki_entity *out)
{
    const int result = pki_read(directory, name, curve, out);
    if (result != 0)
        return result;
    if (out->key == NULL && !key_elsewhere)
        return complain(directory, name, "has no private key beside it");
    if (out->certificate.role != entities[name].role)
        return complain(directory, name, "is for another role");
    const int verified = certificate_verify(&out->certificate, ci);
    if (verified != CERTIFICATE_OK)
        return complain(directory, name, certificate_result_text(verified));
    return 0;
}

static int read_set(const char *directory, const struct credentials_roles *roles,
                    enum ec_curve curve, bool keys_elsewhere, struct credentials_set *out)
{
    int result = pki_read(directory, PKI_CI, curve, &out->ci);
    if (result != 0)
        return result < 0 ? result : 0;
    if (!out->ci.certificate.ca || out->ci.certificate.subject_key_id.len == 0)
        return complain(directory, PKI_CI, "is no CI's");
    out->known = true;
    const struct certificate *ci = &out->ci.certificate;
    result = read_server(directory, roles->auth, curve, ci, keys_elsewhere, &out->auth);
    if (result == 0 && roles->pb != PKI_NAMES)
        result = read_server(directory, roles->pb, curve, ci, keys_elsewhere, &out->pb);
    out->serving = result == 0;
    return result < 0 ? result : 0;
}

/* All certificates of one server bear one OID (SGP.22 §4.5.2.1.0.4 and on). */
static int check_oids(const char *directory, const struct credentials *credentials)
{
    const struct bytes oid = credentials_oid(credentials);
    const struct credentials_roles *roles = credentials->roles;
    const bool binds = roles->pb != PKI_NAMES;
    if (!credentials->sets[EC_P256].known && !credentials->sets[EC_BRAINPOOL_P256R1].known) {
        trace_error("%s: no CI certificate in its CertificateIssuer or Variant O/CI folder; "
                    "emuicc-pki %s makes a PKI",
                    directory, directory);
        return FAILURE_INTERNAL;
    }
    if (oid.len == 0) {
        trace_error("%s: no %s%s%s certificates under a CI, or no OID in them", directory,
                    entities[roles->auth].name, binds ? " and " : "",
                    binds ? entities[roles->pb].name : "");
        return FAILURE_INTERNAL;
    }
    for (int curve = 0; curve < EC_CURVES; curve++) {
        const struct credentials_set *set = &credentials->sets[curve];
        if (set->serving && !bytes_equal(set->auth.certificate.registered_id, oid))
            return complain(directory, roles->auth,
                            "bears another OID than that on the other curve");
        if (set->serving && binds && !bytes_equal(set->pb.certificate.registered_id, oid))
            return complain(directory, roles->pb, "bears another OID than DPauth");
    }
    return 0;
}

static int read_tls(const char *directory, struct credentials *out)
{
    const struct credentials_set *set = &out->sets[EC_P256];
    const char *name = entities[out->roles->tls].name;
    if (!set->known) {
        trace_error("%s: no CI certificate on P-256, which %s needs", directory, name);
        return FAILURE_INTERNAL;
    }
    const int result =
        read_server(directory, out->roles->tls, EC_P256, &set->ci.certificate, false, &out->tls);
    if (result != 1)
        return result;
    trace_error("%s: no %s certificate on P-256", directory, name);
    return FAILURE_INTERNAL;
}

int credentials_read_signers(const char *directory, const struct credentials_roles *roles,
                             bool keys_elsewhere, struct credentials *out)
{
    *out = (struct credentials){.roles = roles};
    int result = 0;
    for (int curve = 0; result == 0 && curve < EC_CURVES; curve++)
        result =
            read_set(directory, roles, (enum ec_curve)curve, keys_elsewhere, &out->sets[curve]);
    if (result == 0)
        result = check_oids(directory, out);
    if (result != 0)
        credentials_finish(out);
    return result;
}

int credentials_read(const char *directory, const struct credentials_roles *roles,
                     struct credentials *out)
{
    int result = credentials_read_signers(directory, roles, false, out);
    if (result != 0)
        return result;
    result = read_tls(directory, out);
    if (result != 0)
        credentials_finish(out);
    return result;
}

static int read_chains(const char *directory, enum pki_variant variant, enum ec_curve curve,
                       struct credentials_set *set)
{
    struct certificate issuers[CERTIFICATE_CHAIN_MAX];
    int result = pki_read_chain(directory, variant, PKI_DP_AUTH, curve, NULL, &set->auth_chain);
    if (result == 0)
        result = pki_read_chain(directory, variant, PKI_DP_PB, curve, NULL, &set->pb_chain);
    if (result != 0)
        return result;
    const struct pki_chain *chains[] = {&set->auth_chain, &set->pb_chain};
    for (size_t i = 0; i < 2; i++) {
        pki_chain_issuers(chains[i], issuers);
        const int verified = certificate_verify_chain(&chains[i]->leaf.certificate, issuers,
                                                      chains[i]->count, &set->ci.certificate);
        if (verified != CERTIFICATE_OK || chains[i]->leaf.key == NULL)
            return complain(directory, i == 0 ? PKI_DP_AUTH : PKI_DP_PB,
                            verified != CERTIFICATE_OK ? certificate_result_text(verified)
                                                       : "has no private key beside it");
    }
    set->chained = true;
    return 0;
}

int credentials_read_chains(const char *directory, enum pki_variant variant,
                            struct credentials *credentials)
{
    bool found = false;
    for (int curve = 0; curve < EC_CURVES; curve++) {
        struct credentials_set *set = &credentials->sets[curve];
        const int result =
            set->serving ? read_chains(directory, variant, (enum ec_curve)curve, set) : 1;
        if (result < 0)
            return result;
        found |= set->chained;
    }
    if (found)
        return 0;
    trace_error("%s: no DPauth and DPpb of Variant %s (emuicc-pki --v3 makes them)", directory,
                pki_variant_name(variant));
    return FAILURE_INTERNAL;
}

void credentials_finish(struct credentials *credentials)
{
    for (int curve = 0; curve < EC_CURVES; curve++) {
        pki_entity_finish(&credentials->sets[curve].ci);
        pki_entity_finish(&credentials->sets[curve].auth);
        pki_entity_finish(&credentials->sets[curve].pb);
        pki_chain_finish(&credentials->sets[curve].auth_chain);
        pki_chain_finish(&credentials->sets[curve].pb_chain);
    }
    pki_entity_finish(&credentials->tls);
    *credentials = (struct credentials){0};
}

const struct credentials_set *credentials_find(const struct credentials *credentials,
                                               struct bytes ci_key_id)
{
    for (int curve = 0; curve < EC_CURVES; curve++) {
        const struct credentials_set *set = &credentials->sets[curve];
        if (set->known && bytes_equal(set->ci.certificate.subject_key_id, ci_key_id))
            return set;
    }
    return NULL;
}

struct bytes credentials_oid(const struct credentials *credentials)
{
    for (int curve = 0; curve < EC_CURVES; curve++)
        if (credentials->sets[curve].serving)
            return credentials->sets[curve].auth.certificate.registered_id;
    return (struct bytes){0};
}

int credentials_certify(struct credentials *credentials, struct random *random, const char *host)
{
    const struct pki_entity *ci = &credentials->sets[EC_P256].ci;
    char oid[DER_OID_TEXT_SIZE];
    struct pki_entity issued;
    if (tls_is_for(credentials->tls.certificate.whole, host))
        return 0;
    if (ci->key == NULL)
        return 1;
    if (!der_oid_to_text(credentials_oid(credentials), oid, sizeof(oid)) ||
        pki_issue_tls(random, credentials->roles->tls, ci, host, oid, &issued) != 0)
        return FAILURE_INTERNAL;
    pki_entity_finish(&credentials->tls);
    credentials->tls = issued;
    return 0;
}
