#include "card/identity_maker.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/pki_issuer.h"
#include "isd-r/isd_r.h"

/* Of one curve: who issues, by Variant O and by the plan's. */
struct issuers {
    struct pki_entity ci;
    struct pki_issuer plain, v3;
    bool has_v3;
};

struct identity_maker {
    struct identity_plan plan;
    struct random random;
    struct issuers issuers[EC_CURVES];
    size_t count;
    bool one_by_one; /* not all that it takes to issue is there: the folder is asked of each chip */
};

/* One chip's, whose issuers are borrowed. */
struct made {
    struct pki_entity ci[EC_CURVES], eum[EC_CURVES], euicc[EC_CURVES];
    struct pki_chain chains[EC_CURVES];
    struct isd_r_provision_v3 v3[EC_CURVES];
    size_t count, v3_count;
};

static void finish_issuers(struct issuers *issuers)
{
    pki_entity_finish(&issuers->ci);
    pki_issuer_finish(&issuers->plain);
    pki_issuer_finish(&issuers->v3);
}

static bool is_sound(const struct issuers *issuers)
{
    struct certificate above[CERTIFICATE_CHAIN_MAX];
    const struct pki_chain *chain = &issuers->v3.above;
    if (certificate_verify(&issuers->plain.above.leaf.certificate, &issuers->ci.certificate) !=
        CERTIFICATE_OK)
        return false;
    if (!issuers->has_v3)
        return true;
    pki_chain_issuers(chain, above);
    return certificate_verify_chain(&chain->leaf.certificate, above, chain->count,
                                    &issuers->ci.certificate) == CERTIFICATE_OK;
}

/* 0, or 1 if this curve is for identity_values() alone: it says what is wrong, if anything is. */
static int read_more(const struct identity_plan *plan, enum ec_curve curve, struct issuers *issuers)
{
    int result = pki_issuer_read(plan->pki, PKI_VARIANT_O, curve, &issuers->plain);
    if (result == 0 && plan->variant != PKI_VARIANT_O) {
        result = pki_issuer_read(plan->pki, plan->variant, curve, &issuers->v3);
        issuers->has_v3 = result == 0;
    }
    return result == 0 && !is_sound(issuers) ? 1 : result;
}

static int read_curve(struct identity_maker *maker, enum ec_curve curve)
{
    struct issuers *issuers = &maker->issuers[maker->count];
    int result = pki_read(maker->plan.pki, PKI_CI, curve, &issuers->ci);
    if (result != 0)
        return result < 0 ? result : 0;
    result = read_more(&maker->plan, curve, issuers);
    if (result == 0)
        maker->count++;
    else
        finish_issuers(issuers);
    maker->one_by_one |= result > 0;
    return result < 0 ? result : 0;
}

int identity_maker_create(const struct identity_plan *plan, struct identity_maker **out)
{
    struct identity_maker *maker = calloc(1, sizeof(*maker));
    int result = maker != NULL ? 0 : FAILURE_INTERNAL;
    if (result != 0) {
        trace_error("no memory for chips' credentials");
        return result;
    }
    maker->plan = *plan;
    random_init(&maker->random);
    for (int curve = 0; curve < EC_CURVES && result == 0; curve++)
        result = read_curve(maker, (enum ec_curve)curve);
    if (result == 0)
        *out = maker;
    else
        identity_maker_destroy(maker);
    return result;
}

void identity_maker_destroy(struct identity_maker *maker)
{
    if (maker == NULL)
        return;
    for (size_t i = 0; i < maker->count; i++)
        finish_issuers(&maker->issuers[i]);
    free(maker);
}

/* All of its certificates are to be issued. */
static bool is_new(const struct identity_maker *maker, const uint8_t eid[PKI_EID_SIZE])
{
    bool found = maker->one_by_one || maker->count == 0;
    for (size_t i = 0; i < maker->count && !found; i++)
        found = pki_issuer_has(&maker->issuers[i].plain, eid) ||
                (maker->issuers[i].has_v3 && pki_issuer_has(&maker->issuers[i].v3, eid));
    return !found;
}

static int permitted(const struct pki_entity *euicc, const struct pki_entity *eum)
{
    const int result = certificate_euicc_permitted(&euicc->certificate, &eum->certificate);
    if (result == CERTIFICATE_OK)
        return 0;
    trace_error("the eUICC certificate %s", certificate_result_text(result));
    return FAILURE_INTERNAL;
}

static int issue_v3(struct identity_maker *maker, const struct issuers *issuers,
                    const uint8_t eid[PKI_EID_SIZE], struct made *made)
{
    struct pki_chain *chain = &made->chains[made->v3_count];
    const struct pki_chain *above = &issuers->v3.above;
    if (pki_issuer_issue(&issuers->v3, &maker->random, eid, &chain->leaf) != 0)
        return FAILURE_INTERNAL;
    chain->issuers[chain->count++] = above->leaf;
    for (size_t i = 0; i < above->count; i++)
        chain->issuers[chain->count++] = above->issuers[i];
    made->v3[made->v3_count++] = (struct isd_r_provision_v3){&issuers->ci, chain};
    return 0;
}

static int issue(struct identity_maker *maker, const struct issuers *issuers,
                 const uint8_t eid[PKI_EID_SIZE], struct made *made)
{
    const size_t at = made->count;
    if (pki_issuer_issue(&issuers->plain, &maker->random, eid, &made->euicc[at]) != 0)
        return FAILURE_INTERNAL;
    made->ci[at] = issuers->ci;
    made->eum[at] = issuers->plain.above.leaf;
    made->count++;
    const int result = permitted(&made->euicc[at], &made->eum[at]);
    return result == 0 && issuers->has_v3 ? issue_v3(maker, issuers, eid, made) : result;
}

static void finish_made(struct made *made)
{
    for (size_t i = 0; i < EC_CURVES; i++) {
        pki_entity_finish(&made->euicc[i]);
        pki_entity_finish(&made->chains[i].leaf);
    }
}

static int visit_values(const struct made *made, store_value_visitor *visit, void *context)
{
    const struct isd_r_provision provision = {.ci = made->ci,
                                              .eum = made->eum,
                                              .euicc = made->euicc,
                                              .count = made->count,
                                              .v3 = made->v3,
                                              .v3_count = made->v3_count};
    int result = isd_r_provision_values(&provision, visit, context);
    for (size_t i = 0; i < made->count && result == 0; i++)
        result = identity_issuers_value(made->ci[i].certificate.curve, &made->ci[i], &made->eum[i],
                                        visit, context);
    return result;
}

static int issue_all(struct identity_maker *maker, const uint8_t eid[PKI_EID_SIZE],
                     store_value_visitor *visit, void *context)
{
    struct made made = {.count = 0};
    int result = 0;
    for (size_t i = 0; i < maker->count && result == 0; i++)
        result = issue(maker, &maker->issuers[i], eid, &made);
    if (result == 0)
        result = visit_values(&made, visit, context);
    finish_made(&made);
    return result;
}

int identity_maker_values(struct identity_maker *maker, const uint8_t eid[PKI_EID_SIZE],
                          store_value_visitor *visit, void *context)
{
    if (is_new(maker, eid))
        return issue_all(maker, eid, visit, context);
    struct identity_plan plan = maker->plan;
    plan.eid = eid;
    return identity_values(&plan, &maker->random, visit, context);
}
