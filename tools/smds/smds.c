#include "tools/smds/smds.h"

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/server/tls.h"
#include "tools/smds/schema.h"

#include <stdio.h>
#include <stdlib.h>

static const struct session_limits limits = {.seconds = 600, .count = 16384, .bytes = 64u << 20};

/* LPAs look for the name by which they have reached the server in its certificate. */
static int set_address(struct smds *smds, const struct smds_plan *plan)
{
    char host[AUTHENTICATION_ADDRESS_SIZE];
    if (plan->address == NULL) {
        if (tls_name(smds->credentials.tls.certificate.whole, smds->address, sizeof(smds->address)))
            return 0;
        trace_error("%s: the DStls certificate bears no DNS name; --address is needed", plan->pki);
        return FAILURE_INTERNAL;
    }
    if (strlen(plan->address) >= sizeof(host)) {
        trace_error("--address: it is too long");
        return FAILURE_INTERNAL;
    }
    strcpy(smds->address, plan->address);
    strcpy(host, plan->address);
    host[strcspn(host, ":")] = '\0';
    const int result = credentials_certify(&smds->credentials, &smds->random, host);
    if (result == 1)
        trace_error("--address %s: the DStls certificate in %s is for another name, and the CI's "
                    "key to make one for this is not there",
                    plan->address, plan->pki);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

static int read_push_services(struct smds *smds, const struct options_list *services)
{
    smds->push_services = writer_on(smds->push_memory, sizeof(smds->push_memory));
    for (size_t i = 0; services != NULL && i < services->count; i++) {
        const size_t mark = tlv_open(&smds->push_services, DER_OBJECT_IDENTIFIER);
        if (!der_oid_from_text(services->items[i], &smds->push_services)) {
            trace_error("--push-service '%s' is no object identifier", services->items[i]);
            return FAILURE_INTERNAL;
        }
        tlv_close(&smds->push_services, mark);
    }
    if (!smds->push_services.overflow)
        return 0;
    trace_error("--push-service: more than %d bytes of them", SMDS_PUSH_MAX);
    return FAILURE_INTERNAL;
}

static void end_entry(struct session_entry *entry)
{
    smds_end_session((struct authentication *)entry);
}

int smds_create(const struct smds_plan *plan, struct smds **out)
{
    struct smds *smds = calloc(1, sizeof(*smds));
    if (smds == NULL) {
        trace_error("out of memory");
        return FAILURE_INTERNAL;
    }
    random_init(&smds->random);
    smds->version = plan->version;
    int result = ec_start();
    if (result == 0)
        result = credentials_read(plan->pki, &credentials_smds, &smds->credentials);
    if (result == 0)
        result = set_address(smds, plan);
    if (result == 0)
        result = read_push_services(smds, plan->push_services);
    if (result == 0)
        result = session_table_create(&limits, end_entry, &smds->sessions);
    if (result == 0)
        result = database_open(plan->events, &smds_schema, &smds->database);
    if (result == 0)
        *out = smds;
    else
        smds_destroy(smds);
    return result;
}

void smds_destroy(struct smds *smds)
{
    if (smds == NULL)
        return;
    session_table_destroy(smds->sessions);
    database_close(smds->database);
    credentials_finish(&smds->credentials);
    free(smds);
}

struct authentication_server smds_authentication(struct smds *smds)
{
    return (struct authentication_server){
        .random = &smds->random,
        .credentials = &smds->credentials,
        .version = &smds->version,
        .address = smds->address,
        .capability = AUTHENTICATION_SIGNS_EVENTS |
                      (smds->push_services.len > 0 ? AUTHENTICATION_PUSH_SERVICE : 0),
        .push_services = writer_bytes(&smds->push_services),
        .address_refused = REFUSAL_SMDS_ADDRESS,
        .version_refused = REFUSAL_SMDS_VERSION,
        .signing_refused = REFUSAL_SMDS_SIGNING_KEY,
        .certificate_refused = REFUSAL_SMDS_CERTIFICATE,
    };
}

int smds_open_session(struct smds *smds, struct authentication **out)
{
    struct authentication *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return FAILURE_INTERNAL;
    session->entry.bytes = sizeof(*session);
    const int result = authentication_create(&smds->random, session);
    if (result == 0)
        *out = session;
    else
        free(session);
    return result;
}

void smds_end_session(struct authentication *session)
{
    free(session);
}

int smds_draw_id(struct smds *smds, char out[SMDS_ID_SIZE])
{
    uint8_t drawn[SMDS_ID_SIZE / 2];
    if (random_fill(&smds->random, drawn, sizeof(drawn)) != 0)
        return FAILURE_INTERNAL;
    hex_encode(bytes_of(drawn, sizeof(drawn)), out);
    return 0;
}
