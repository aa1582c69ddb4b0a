#include "tools/smdpp/state/smdpp.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/crl.h"
#include "tools/smdpp/orders/schema.h"
#include "tools/lib/server/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CALL_ID_BYTES 16
#define CRL_MAX 16384  /* bytes of one revocation list */
#define CRLS_MAX 32768 /* of all of them: they go with every answer */
#define MATCHING_ID_BYTES 10

static const struct session_limits session_limits = {
    .seconds = 600, .count = 16384, .bytes = 512u << 20};

static int own_address(struct smdpp *smdpp, const struct smdpp_plan *plan)
{
    if (tls_name(smdpp->credentials.tls.certificate.whole, smdpp->address, sizeof(smdpp->address)))
        return 0;
    trace_error("%s: the DPtls certificate bears no DNS name; --address is needed", plan->pki);
    return FAILURE_INTERNAL;
}

/* NAME or NAME:PORT; the name goes to host. */
static bool read_address(const char *address, char host[SMDPP_ADDRESS_SIZE])
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    const size_t len = strspn(address, letters);
    if (len == 0 || address[0] == '.' || strlen(address) >= SMDPP_ADDRESS_SIZE)
        return false;
    memcpy(host, address, len);
    host[len] = '\0';
    const char *port = address + len + 1;
    return address[len] == '\0' ||
           (address[len] == ':' && *port != '\0' && strspn(port, "0123456789") == strlen(port));
}

/* TLS clients look for the name by which they have reached the server in its certificate. */
static int set_address(struct smdpp *smdpp, const struct smdpp_plan *plan)
{
    char host[SMDPP_ADDRESS_SIZE];
    if (plan->address == NULL)
        return own_address(smdpp, plan);
    if (!read_address(plan->address, host)) {
        trace_error("--address '%s': NAME or NAME:PORT is needed, %d characters at most",
                    plan->address, SMDPP_ADDRESS_SIZE - 1);
        return FAILURE_INTERNAL;
    }
    strcpy(smdpp->address, plan->address);
    const int result = credentials_certify(&smdpp->credentials, &smdpp->random, host);
    if (result == 1)
        trace_error("--address %s: the DPtls certificate in %s is for another name, and the CI's "
                    "key to make one for this is not there",
                    plan->address, plan->pki);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

static int read_crl(const char *path, struct writer *out)
{
    struct blob file;
    struct crl crl;
    const int found = blob_read_file(path, CRL_MAX, &file);
    const bool right = found == 0 && crl_parse(blob_bytes(&file), &crl);
    if (found >= 0 && !right)
        trace_error("--crl %s: %s", path,
                    found > 0 ? "there is no such file" : "it is no CertificateList in DER");
    if (right)
        writer_put(out, blob_bytes(&file));
    blob_finish(&file);
    return right ? 0 : FAILURE_INTERNAL;
}

static int read_crls(struct smdpp *smdpp, const struct options_list *paths)
{
    uint8_t memory[CRLS_MAX];
    struct writer lists = writer_on(memory, sizeof(memory));
    for (size_t i = 0; i < paths->count; i++)
        if (read_crl(paths->items[i], &lists) != 0)
            return FAILURE_INTERNAL;
    if (lists.overflow) {
        trace_error("--crl: more than %d bytes of revocation lists", CRLS_MAX);
        return FAILURE_INTERNAL;
    }
    return blob_copy(writer_bytes(&lists), &smdpp->crls);
}

static int fill(struct smdpp *smdpp, const struct smdpp_plan *plan)
{
    int result = ec_start();
    if (result == 0)
        result = credentials_read(plan->pki, &credentials_smdp, &smdpp->credentials);
    if (result == 0 && plan->variant != PKI_VARIANT_O)
        result = credentials_read_chains(plan->pki, plan->variant, &smdpp->credentials);
    if (result == 0 && plan->crls != NULL)
        result = read_crls(smdpp, plan->crls);
    if (result == 0)
        result = set_address(smdpp, plan);
    if (result == 0)
        result = session_open_table(&session_limits, &smdpp->sessions);
    if (result == 0)
        result = database_open(plan->orders, &smdpp_schema, &smdpp->database);
    return result;
}

int smdpp_create(const struct smdpp_plan *plan, struct smdpp **out)
{
    struct smdpp *smdpp = calloc(1, sizeof(*smdpp));
    if (smdpp == NULL) {
        trace_error("out of memory");
        return FAILURE_INTERNAL;
    }
    random_init(&smdpp->random);
    smdpp->profiles = plan->profiles;
    smdpp->version = plan->version;
    smdpp->any_chip = plan->any_chip;
    smdpp->order_lifetime = plan->order_lifetime;
    smdpp->order_tries = plan->order_tries != 0 ? plan->order_tries : SMDPP_ORDER_TRIES;
    int result = fill(smdpp, plan);
    smdpp->packages = catalogue_cache_create(smdpp->profiles, smdpp->address);
    if (result == 0 && smdpp->packages == NULL) {
        trace_error("out of memory");
        result = FAILURE_INTERNAL;
    }
    if (result == 0)
        *out = smdpp;
    else
        smdpp_destroy(smdpp);
    return result;
}

void smdpp_destroy(struct smdpp *smdpp)
{
    if (smdpp == NULL)
        return;
    session_table_destroy(smdpp->sessions);
    database_close(smdpp->database);
    credentials_finish(&smdpp->credentials);
    blob_finish(&smdpp->crls);
    catalogue_cache_destroy(smdpp->packages);
    free(smdpp);
}

struct authentication_server smdpp_authentication(struct smdpp *smdpp)
{
    return (struct authentication_server){
        .random = &smdpp->random,
        .credentials = &smdpp->credentials,
        .version = &smdpp->version,
        .crls = blob_bytes(&smdpp->crls),
        .address = smdpp->address,
        .address_refused = REFUSAL_ADDRESS,
        .version_refused = REFUSAL_VERSION,
        .signing_refused = REFUSAL_SIGNING_KEY,
        .certificate_refused = REFUSAL_SERVER_CERTIFICATE,
    };
}

int smdpp_draw_matching_id(struct smdpp *smdpp, char out[ORDERS_TEXT_SIZE])
{
    uint8_t drawn[MATCHING_ID_BYTES];
    if (random_fill(&smdpp->random, drawn, sizeof(drawn)) != 0)
        return FAILURE_INTERNAL;
    hex_encode(bytes_of(drawn, sizeof(drawn)), out);
    return 0;
}

/* Who calls, and a fresh number for the call; false if there is no randomness. */
static bool name_call(struct smdpp *smdpp, char requester[DER_OID_TEXT_SIZE],
                      char call_id[HEX_SIZE(CALL_ID_BYTES)])
{
    uint8_t drawn[CALL_ID_BYTES];
    requester[0] = '\0';
    if (random_fill(&smdpp->random, drawn, sizeof(drawn)) != 0)
        return false;
    hex_encode(bytes_of(drawn, sizeof(drawn)), call_id);
    (void)der_oid_to_text(credentials_oid(&smdpp->credentials), requester, DER_OID_TEXT_SIZE);
    return true;
}

static void send_body(struct smdpp *smdpp, const char *path, json_t *body)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    if (text != NULL)
        smdpp->progress(smdpp->progress_context, path, text);
    else
        trace_error("no memory to tell an operator");
}

void smdpp_tell(struct smdpp *smdpp, const struct progress *progress)
{
    char requester[DER_OID_TEXT_SIZE], call_id[HEX_SIZE(CALL_ID_BYTES)];
    if (smdpp->progress == NULL || progress->order->open || progress->order->id == 0 ||
        !name_call(smdpp, requester, call_id))
        return;
    send_body(smdpp, PROGRESS_PATH, progress_make(progress, requester, call_id, time(NULL)));
}

void smdpp_tell_session(struct smdpp *smdpp, const struct call *call, const struct session *session,
                        enum progress_point point, int result)
{
    char eid[PKI_EID_DIGITS + 1];
    pki_eid_to_text(session->common.euicc.eid, eid);
    const struct progress progress = {.point = point,
                                      .order = &session->order,
                                      .eid = eid,
                                      .refusal = (enum refusal)result,
                                      .message = call->detail};
    if (result >= 0)
        smdpp_tell(smdpp, &progress);
}

void smdpp_tell_rpm(struct smdpp *smdpp, const struct progress_rpm *progress)
{
    char requester[DER_OID_TEXT_SIZE], call_id[HEX_SIZE(CALL_ID_BYTES)];
    if (smdpp->progress == NULL || !name_call(smdpp, requester, call_id))
        return;
    send_body(smdpp, PROGRESS_RPM_PATH,
              progress_make_rpm(progress, requester, call_id, time(NULL)));
}

void smdpp_tell_change(struct smdpp *smdpp, const struct order *order,
                       const struct progress_change *progress)
{
    char requester[DER_OID_TEXT_SIZE], call_id[HEX_SIZE(CALL_ID_BYTES)];
    if (smdpp->progress == NULL || order->requester[0] == '\0' ||
        !name_call(smdpp, requester, call_id))
        return;
    send_body(smdpp, PROGRESS_RPM_PATH,
              progress_make_change(progress, requester, call_id, time(NULL)));
}

int smdpp_ask_change(struct smdpp *smdpp, const struct order *order,
                     const struct change_question *question, struct change_answer *out)
{
    char requester[DER_OID_TEXT_SIZE], call_id[HEX_SIZE(CALL_ID_BYTES)];
    struct blob answer = {0};
    *out = (struct change_answer){0};
    if (smdpp->ask_operator == NULL || order->requester[0] == '\0')
        return 0;
    char *body = name_call(smdpp, requester, call_id)
                     ? change_request_make(question, requester, call_id)
                     : NULL;
    if (body == NULL)
        return FAILURE_INTERNAL;
    int result = REFUSAL_FUNCTION;
    if (smdpp->ask_operator(smdpp->operator_context, CHANGE_REQUEST_PATH, body, &answer))
        result = change_request_read(blob_bytes(&answer), out);
    blob_finish(&answer);
    free(body);
    return result;
}

static char *make_event(struct smdpp *smdpp, const struct order *order, bool deletion)
{
    char requester[DER_OID_TEXT_SIZE], call_id[HEX_SIZE(CALL_ID_BYTES)];
    struct event event = {.forward = true};
    snprintf(event.eid, sizeof(event.eid), "%s", order->eid);
    snprintf(event.id, sizeof(event.id), "%s", order->event_id);
    snprintf(event.address, sizeof(event.address), "%s", smdpp->address);
    return name_call(smdpp, requester, call_id) ? event_make(&event, requester, call_id, deletion)
                                                : NULL;
}

int smdpp_register_event(struct smdpp *smdpp, const struct order *order)
{
    struct blob answer = {0};
    bool known = false;
    if (order->smds[0] == '\0')
        return 0;
    if (smdpp->discovery.address == NULL)
        return REFUSAL_DISCOVERY;
    char *body = make_event(smdpp, order, false);
    if (body == NULL)
        return FAILURE_INTERNAL;
    const bool told =
        smdpp->discovery.ask(smdpp->discovery.context, EVENT_REGISTER("es12"), body, &answer) &&
        (event_executed(blob_bytes(&answer), &known) || known);
    blob_finish(&answer);
    free(body);
    return told ? 0 : REFUSAL_DISCOVERY;
}

void smdpp_forget_event(struct smdpp *smdpp, const struct order *order)
{
    if (order->smds[0] == '\0' || smdpp->discovery.address == NULL)
        return;
    char *body = make_event(smdpp, order, true);
    if (body != NULL)
        smdpp->discovery.send(smdpp->discovery.context, EVENT_DELETE("es12"), body);
}
