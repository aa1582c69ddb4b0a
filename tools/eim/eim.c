#include "tools/eim/eim.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/eim/notifier.h"
#include "tools/eim/schema.h"
#include "tools/lib/server/tls.h"

int64_t eim_now(void)
{
    return time(NULL);
}

/* 0, or a failure that says what is missing. */
static int read_entity(const char *pki, enum pki_name name, enum ec_curve curve, const char *what,
                       struct pki_entity *out)
{
    const int result = pki_read(pki, name, curve, out);
    if (result == 0 && out->key != NULL)
        return 0;
    if (result >= 0)
        trace_error("%s: it has no %s with its key: 'emuicc-pki %s' makes what is missing", pki,
                    what, pki);
    return FAILURE_INTERNAL;
}

static int read_cis(struct eim *eim, const char *pki)
{
    size_t count = 0;
    for (enum ec_curve curve = 0; curve < EC_CURVES; curve++) {
        const int result = pki_read(pki, PKI_CI, curve, &eim->cis[curve]);
        if (result < 0)
            return result;
        count += result == 0;
    }
    if (count == 0)
        trace_error("%s: it has no CI certificate, so that no chip can be believed", pki);
    return count > 0 ? 0 : FAILURE_INTERNAL;
}

static bool set_text(char *out, size_t size, const char *text)
{
    const int len = snprintf(out, size, "%s", text);
    return len > 0 && (size_t)len < size;
}

/* The names are those in the certificates, unless others are asked for. */
static int set_names(struct eim *eim, const struct eim_plan *plan)
{
    char name[EIM_CONFIGURATION_ADDRESS_MAX + 1] = "";
    const struct bytes der = bytes_of(eim->tls.der, eim->tls.der_len);
    if (plan->fqdn == NULL && !tls_name(der, name, sizeof(name))) {
        trace_error("the eIM's TLS certificate names no host: --fqdn says it");
        return FAILURE_INTERNAL;
    }
    const char *fqdn = plan->fqdn != NULL ? plan->fqdn : name;
    if (set_text(eim->fqdn, sizeof(eim->fqdn), fqdn) &&
        set_text(eim->id, sizeof(eim->id), plan->id != NULL ? plan->id : fqdn))
        return 0;
    trace_error("--id has 1 to %d characters, --fqdn 1 to %d", EIM_CONFIGURATION_ID_MAX,
                EIM_CONFIGURATION_ADDRESS_MAX);
    return FAILURE_INTERNAL;
}

static int fill(struct eim *eim, const struct eim_plan *plan)
{
    eim->ca = plan->ca != NULL ? plan->ca : plan->pki;
    eim->connect_to = plan->connect_to;
    eim->release = plan->release;
    eim->unverified = plan->unverified;
    eim->silent = plan->silent;
    random_init(&eim->random);
    int result =
        read_entity(plan->pki, PKI_EIM, plan->curve, "eIM signing certificate", &eim->signer);
    if (result == 0)
        result = read_entity(plan->pki, PKI_EIM_TLS, EC_P256, "eIM TLS certificate", &eim->tls);
    if (result == 0)
        result = read_cis(eim, plan->pki);
    if (result == 0)
        result = set_names(eim, plan);
    return result == 0 ? database_open(plan->store, &eim_schema, &eim->database) : result;
}

int eim_create(const struct eim_plan *plan, struct eim **out)
{
    struct eim *eim = calloc(1, sizeof(*eim));
    if (eim == NULL)
        return FAILURE_INTERNAL;
    const int result = fill(eim, plan);
    if (result == 0)
        *out = eim;
    else
        eim_destroy(eim);
    return result;
}

int eim_open_store(const struct eim_plan *plan, struct eim **out)
{
    struct eim *eim = calloc(1, sizeof(*eim));
    if (eim == NULL)
        return FAILURE_INTERNAL;
    random_init(&eim->random);
    eim->release = plan->release;
    const int result = database_open(plan->store, &eim_schema, &eim->database);
    if (result == 0)
        *out = eim;
    else
        eim_destroy(eim);
    return result;
}

void eim_destroy(struct eim *eim)
{
    if (eim == NULL)
        return;
    notifier_stop(eim->notifier);
    session_table_destroy(eim->downloads);
    database_close(eim->database);
    pki_entity_finish(&eim->signer);
    pki_entity_finish(&eim->tls);
    for (enum ec_curve curve = 0; curve < EC_CURVES; curve++)
        pki_entity_finish(&eim->cis[curve]);
    free(eim);
}

struct eim_configuration eim_own_configuration(const struct eim *eim)
{
    return (struct eim_configuration){
        .id = bytes_of_text(eim->id),
        .fqdn = bytes_of_text(eim->fqdn),
        .id_type = EIM_ID_PROPRIETARY,
        .has_counter = true,
        .counter = 0,
        .has_token = true,
        .token = EIM_CONFIGURATION_DRAW_TOKEN,
        .certificate = bytes_of(eim->signer.der, eim->signer.der_len),
        .tls_certificate = bytes_of(eim->tls.der, eim->tls.der_len),
        .has_protocols = true,
        .protocols = EIM_PROTOCOL_RETRIEVE_HTTPS,
        .ci_key_id = eim->cis[eim->signer.certificate.curve].certificate.subject_key_id,
        .indirect_download = true,
    };
}

/* Below one CI: both certificates, roles, dates, the EID and the EUM's range. */
static int check_chain(const struct certificate *ci, const struct certificate *eum,
                       const struct certificate *euicc, const char *eid)
{
    uint8_t said[PKI_EID_SIZE], own[PKI_EID_SIZE];
    const int64_t now = eim_now();
    int result = certificate_verify(eum, ci);
    if (result == CERTIFICATE_OK)
        result = certificate_verify(euicc, eum);
    if (result == CERTIFICATE_OK &&
        (eum->role != RSP_ROLE_EUM || euicc->role != RSP_ROLE_EUICC || now < eum->not_before ||
         now > eum->not_after || now < euicc->not_before || now > euicc->not_after))
        result = CERTIFICATE_WRONG_USAGE;
    if (result == CERTIFICATE_OK)
        result = certificate_euicc_permitted(euicc, eum);
    if (result == CERTIFICATE_OK &&
        (!certificate_eid(euicc, own) || !pki_eid_from_text(eid, said) ||
         memcmp(own, said, sizeof(own)) != 0))
        result = CERTIFICATE_NAME_CONSTRAINT;
    return result;
}

int eim_believe(const struct eim *eim, struct bytes eum, struct bytes euicc, const char *eid)
{
    struct certificate above, certificate;
    int result = certificate_parse(eum, &above);
    if (result == CERTIFICATE_OK)
        result = certificate_parse(euicc, &certificate);
    const struct pki_entity *ci = result == CERTIFICATE_OK ? &eim->cis[above.curve] : NULL;
    if (ci != NULL)
        result = ci->der != NULL ? check_chain(&ci->certificate, &above, &certificate, eid)
                                 : CERTIFICATE_WRONG_ISSUER;
    if (result == CERTIFICATE_OK)
        return 0;
    trace_notice("%s: its certificates are not believed: %s", eid, certificate_result_text(result));
    return result < 0 ? result : 1;
}
