#include "card/identity.h"

#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/hash.h"
#include "isd-r/isd_r.h"

#define RADIX 10
#define CHECK_MODULUS 97

/* The curves of which a chip holds credentials, and what remembers their issuers in the store. */
static const struct curve_row {
    enum ec_curve curve;
    const char *issuers; /* name in the store: SHA-256 over the CI's and the EUM's certificates */
} curves[] = {
    {EC_P256, "issuers/nist-p256"},
    {EC_BRAINPOOL_P256R1, "issuers/brainpool-p256r1"},
};
#define CURVES (sizeof(curves) / sizeof(curves[0]))
_Static_assert(CURVES == IDENTITY_CURVES, "a digest for each curve");

struct identity {
    struct pki_entity ci[CURVES], eum[CURVES], euicc[CURVES];
    size_t count;
    struct pki_chain chains[CURVES]; /* of v3 */
    struct isd_r_provision_v3 v3[CURVES];
    size_t v3_count;
    bool lacking; /* a CI is there whose eUICC certificate is not */
};

static void identity_finish(struct identity *identity)
{
    for (size_t i = 0; i < CURVES; i++) {
        pki_entity_finish(&identity->ci[i]);
        pki_entity_finish(&identity->eum[i]);
        pki_entity_finish(&identity->euicc[i]);
        pki_chain_finish(&identity->chains[i]);
    }
}

static int digest_issuers(const struct pki_entity *ci, const struct pki_entity *eum,
                          uint8_t digest[SHA256_SIZE])
{
    const struct bytes parts[] = {bytes_of(ci->der, ci->der_len), bytes_of(eum->der, eum->der_len)};
    return sha256(parts, sizeof(parts) / sizeof(parts[0]), digest);
}

/* An EID of the test EUM's range that no other chip is likely to have. */
static int draw_eid(struct random *random, char digits[PKI_EID_DIGITS + 1])
{
    uint8_t chance[PKI_EID_DIGITS], eid[PKI_EID_SIZE];
    if (random_fill(random, chance, sizeof(chance)) != 0)
        return FAILURE_INTERNAL;
    for (size_t i = 0; i < PKI_EID_DIGITS; i++)
        digits[i] = (char)('0' + chance[i] % RADIX);
    digits[PKI_EID_DIGITS] = '\0';
    memcpy(digits, PKI_DEFAULT_IIN, PKI_IIN_DIGITS);
    for (int check = 0; check < CHECK_MODULUS; check++) {
        digits[PKI_EID_DIGITS - 2] = (char)('0' + check / RADIX);
        digits[PKI_EID_DIGITS - 1] = (char)('0' + check % RADIX);
        if (pki_eid_from_text(digits, eid))
            return 0;
    }
    return FAILURE_INTERNAL;
}

/* The chip's own PKI is made when it has no eUICC yet; a start that was cut short leaves one. */
static int make_own(const struct identity_plan *plan, struct random *random)
{
    char digits[PKI_EID_DIGITS + 1];
    struct pki_entity euicc;
    const int found = pki_read(plan->pki, PKI_EUICC, EC_P256, &euicc);
    if (found == 0)
        pki_entity_finish(&euicc);
    if (found <= 0)
        return found;
    if (plan->eid != NULL)
        pki_eid_to_text(plan->eid, digits);
    else if (draw_eid(random, digits) != 0)
        return FAILURE_INTERNAL;
    return pki_make(random, &(struct pki_plan){.directory = plan->pki,
                                               .first_eid = digits,
                                               .variants = 1u << plan->variant});
}

/* What can be done about a certificate that is not there: 0, 1 if nothing, or a failure. */
static int issue(struct random *random, const struct pki_entity *eum, const uint8_t *eid,
                 struct pki_entity *out)
{
    if (eid == NULL || eum->key == NULL)
        return 1;
    return pki_issue_euicc(random, eum, eid, out) == 0 ? 0 : FAILURE_INTERNAL;
}

/* eid: NULL for whichever the folder has. 0, 1 if it has none and none can be made, or a failure.
 */
static int read_euicc(const char *pki, struct random *random, const uint8_t *eid,
                      enum ec_curve curve, const struct pki_entity *eum, struct pki_entity *out)
{
    const int result =
        eid != NULL ? pki_read_euicc(pki, eid, curve, out) : pki_read(pki, PKI_EUICC, curve, out);
    if (result == 1)
        return issue(random, eum, eid, out);
    if (result == 0 && out->key == NULL) {
        trace_error("%s holds the eUICC's certificate without its key", pki);
        return FAILURE_INTERNAL;
    }
    return result;
}

/* Reads a curve's CI and EUM: 0, 1 if the folder has no CI on this curve, or a failure. */
static int read_issuers(const char *pki, enum ec_curve curve, struct pki_entity *ci,
                        struct pki_entity *eum)
{
    int result = pki_read(pki, PKI_CI, curve, ci);
    if (result != 0)
        return result;
    result = pki_read(pki, PKI_EUM, curve, eum);
    if (result == 1)
        trace_error("%s holds a CI without its EUM", pki);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

/* The EID that this curve's certificate must have: the one asked for, or the first curve's. */
static const uint8_t *wanted_eid(const struct identity_plan *plan, const struct identity *identity,
                                 uint8_t eid[PKI_EID_SIZE])
{
    if (plan->eid != NULL)
        return plan->eid;
    return identity->count > 0 && certificate_eid(&identity->euicc[0].certificate, eid) ? eid
                                                                                        : NULL;
}

/* A chip whose certificates do not lead to its CI would be refused by every server. */
static int check_chain(const char *pki, const struct pki_entity *ci, const struct pki_entity *eum,
                       const struct pki_entity *euicc)
{
    const struct {
        const char *whose;
        int result;
    } steps[] = {
        {"EUM", certificate_verify(&eum->certificate, &ci->certificate)},
        {"eUICC", certificate_verify(&euicc->certificate, &eum->certificate)},
        {"eUICC", certificate_euicc_permitted(&euicc->certificate, &eum->certificate)},
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (steps[i].result == CERTIFICATE_OK)
            continue;
        trace_error("%s: the %s certificate %s", pki, steps[i].whose,
                    certificate_result_text(steps[i].result));
        return FAILURE_INTERNAL;
    }
    return 0;
}

/* The same eUICC's chain of v3 under the CI of the curve that was read last. */
static int read_v3(const struct identity_plan *plan, struct random *random, enum ec_curve curve,
                   struct identity *identity)
{
    const size_t at = identity->count - 1;
    struct pki_chain *chain = &identity->chains[identity->v3_count];
    struct certificate issuers[CERTIFICATE_CHAIN_MAX];
    uint8_t eid[PKI_EID_SIZE];
    if (plan->variant == PKI_VARIANT_O || !certificate_eid(&identity->euicc[at].certificate, eid))
        return 0;
    int found = pki_read_chain(plan->pki, plan->variant, PKI_EUICC, curve, eid, chain);
    if (found == 1)
        found = pki_issue_chain(random, plan->pki, plan->variant, curve, eid, chain);
    if (found != 0)
        return found < 0 ? found : 0;
    pki_chain_issuers(chain, issuers);
    const int result = certificate_verify_chain(&chain->leaf.certificate, issuers, chain->count,
                                                &identity->ci[at].certificate);
    if (result == CERTIFICATE_OK && chain->leaf.key != NULL) {
        identity->v3[identity->v3_count++] = (struct isd_r_provision_v3){&identity->ci[at], chain};
        return 0;
    }
    trace_error("%s: the eUICC certificate of Variant %s %s", plan->pki,
                pki_variant_name(plan->variant),
                chain->leaf.key == NULL ? "lacks its key" : certificate_result_text(result));
    return FAILURE_INTERNAL;
}

/* 0 also for a curve of which the folder has no CI, or no certificate for this eUICC. */
static int read_curve(const struct identity_plan *plan, struct random *random,
                      const struct curve_row *row, struct identity *identity)
{
    const size_t at = identity->count;
    uint8_t eid[PKI_EID_SIZE];
    int result = read_issuers(plan->pki, row->curve, &identity->ci[at], &identity->eum[at]);
    if (result == 0)
        result = read_euicc(plan->pki, random, wanted_eid(plan, identity, eid), row->curve,
                            &identity->eum[at], &identity->euicc[at]);
    if (result == 0)
        result =
            check_chain(plan->pki, &identity->ci[at], &identity->eum[at], &identity->euicc[at]);
    if (result == 0) {
        identity->count++;
        return read_v3(plan, random, row->curve, identity);
    }
    identity->lacking |= result == 1 && identity->ci[at].der != NULL;
    pki_entity_finish(&identity->ci[at]);
    pki_entity_finish(&identity->eum[at]);
    return result < 0 ? result : 0;
}

static void explain_none(const struct identity_plan *plan, const struct identity *identity)
{
    char digits[PKI_EID_DIGITS + 1];
    if (!identity->lacking) {
        trace_error("%s holds no CI certificate as GSMA SGP.26 lays them out; 'emuicc-pki DIR' "
                    "makes such a folder",
                    plan->pki);
    } else if (plan->eid == NULL) {
        trace_error("%s holds no eUICC certificate; --eid is needed to make one", plan->pki);
    } else {
        pki_eid_to_text(plan->eid, digits);
        trace_error("%s holds no certificate for EID %s, nor the EUM's key to make one", plan->pki,
                    digits);
    }
}

static int read_identity(const struct identity_plan *plan, struct random *random,
                         struct identity *identity)
{
    for (size_t i = 0; i < CURVES; i++)
        if (read_curve(plan, random, &curves[i], identity) < 0)
            return FAILURE_INTERNAL;
    if (identity->count > 0)
        return 0;
    explain_none(plan, identity);
    return FAILURE_INTERNAL;
}

int identity_issuers_value(enum ec_curve curve, const struct pki_entity *ci,
                           const struct pki_entity *eum, store_value_visitor *visit, void *context)
{
    uint8_t digest[SHA256_SIZE];
    const struct curve_row *row = curves;
    while (row->curve != curve)
        row++;
    if (digest_issuers(ci, eum, digest) != 0)
        return FAILURE_INTERNAL;
    return visit(context, row->issuers, bytes_of(digest, sizeof(digest)));
}

static int visit_values(const struct identity *identity, store_value_visitor *visit, void *context)
{
    const struct isd_r_provision provision = {.ci = identity->ci,
                                              .eum = identity->eum,
                                              .euicc = identity->euicc,
                                              .count = identity->count,
                                              .v3 = identity->v3,
                                              .v3_count = identity->v3_count};
    int result = isd_r_provision_values(&provision, visit, context);
    for (size_t i = 0; i < identity->count && result == 0; i++)
        result = identity_issuers_value(identity->ci[i].certificate.curve, &identity->ci[i],
                                        &identity->eum[i], visit, context);
    return result;
}

int identity_values(const struct identity_plan *plan, struct random *random,
                    store_value_visitor *visit, void *context)
{
    struct identity identity = {0};
    int result = plan->own ? make_own(plan, random) : 0;
    if (result == 0)
        result = read_identity(plan, random, &identity);
    if (result == 0)
        result = visit_values(&identity, visit, context);
    identity_finish(&identity);
    return result;
}

static void read_digest(const char *pki, size_t which, struct identity_issuers *out)
{
    struct pki_entity ci = {0}, eum = {0};
    const int found = read_issuers(pki, curves[which].curve, &ci, &eum);
    out->curves[which].readable = found >= 0;
    if (found != 0 || digest_issuers(&ci, &eum, out->curves[which].digest) != 0)
        memset(out->curves[which].digest, 0, SHA256_SIZE);
    pki_entity_finish(&ci);
    pki_entity_finish(&eum);
}

void identity_issuers_read(const char *pki, struct identity_issuers *out)
{
    for (size_t i = 0; i < CURVES; i++)
        read_digest(pki, i, out);
}

/* False if the store remembers none. */
static bool remembers(struct store *store, size_t which, uint8_t digest[SHA256_SIZE])
{
    struct writer writer = writer_on(digest, SHA256_SIZE);
    return store_get(store, curves[which].issuers, &writer) != SW_REFERENCE_NOT_FOUND;
}

/* True if the folder's issuers on this curve are those remembered. */
static bool curve_fits(const char *pki, const struct identity_issuers *issuers, size_t which,
                       const uint8_t remembered[SHA256_SIZE])
{
    if (!issuers->curves[which].readable)
        return false;
    if (memcmp(issuers->curves[which].digest, remembered, SHA256_SIZE) == 0)
        return true;
    trace_error("--pki %s: this chip was made with another CI or EUM; leave --pki out, or "
                "start a new chip in another --state",
                pki);
    return false;
}

bool identity_fits_issuers(const char *pki, const struct identity_issuers *issuers,
                           struct store *store)
{
    uint8_t digest[SHA256_SIZE];
    bool fits = true;
    for (size_t i = 0; i < CURVES && fits; i++)
        fits = !remembers(store, i, digest) || curve_fits(pki, issuers, i, digest);
    return fits;
}

bool identity_fits(const char *pki, struct store *store)
{
    struct identity_issuers issuers;
    uint8_t digest[SHA256_SIZE];
    bool fits = true;
    for (size_t i = 0; i < CURVES && fits; i++) {
        if (!remembers(store, i, digest))
            continue;
        read_digest(pki, i, &issuers);
        fits = curve_fits(pki, &issuers, i, digest);
    }
    return fits;
}
