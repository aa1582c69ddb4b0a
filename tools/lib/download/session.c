#include "tools/lib/download/session.h"

#include <string.h>

#include "apdu/der.h"
#include "apdu/trace.h"
#include "crypto/pki/certificate.h"
#include "tools/lib/download/download_check.h"
#include "tools/lib/transport/interrupt.h"

#define VERSION_WITHOUT_CONTEXT 2
#define VERSIONS_DIFFER "8.8.3/3.1" /* as a server says it (SGP.22 §5.6.1) */

/* What this LPA can do of LpaRspCapability. */
#define CRL_STAPLING (1u << 0)
#define CERT_CHAIN (1u << 1)
#define SIGNED_SMDS_RESPONSE (1u << 5)
#define EVENT_CHECKING (1u << 7)
#define PUSH_SERVICE (1u << 8)
#define LPA_CAPABILITY                                                                             \
    (CRL_STAPLING | CERT_CHAIN | SIGNED_SMDS_RESPONSE | EVENT_CHECKING | PUSH_SERVICE)

bool session_versions_differ(const struct fault *fault)
{
    return strcmp(fault->code, VERSIONS_DIFFER) == 0;
}

bool session_nothing_waits(const struct fault *fault, const char *matching_id)
{
    static const struct {
        const char *code;
        bool also_by_id;
    } rows[] = {
        {"8.1.1/3.8", false}, /* nothing for this EID */
        {"8.2.6/3.8", false}, /* nothing under an empty matching id */
        {"8.9.5/3.9", true},  /* no event */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(fault->code, rows[i].code) == 0)
            return rows[i].also_by_id || matching_id[0] == '\0';
    return false;
}

enum es9_function session_initiation(const struct session *session)
{
    return session->smds ? ES11_INITIATE_AUTHENTICATION : ES9_INITIATE_AUTHENTICATION;
}

enum es9_function session_authentication(const struct session *session)
{
    return session->smds ? ES11_AUTHENTICATE_CLIENT : ES9_AUTHENTICATE_CLIENT;
}

bool session_keep(const struct session *session, struct bytes answer, struct blob *out)
{
    blob_finish(out);
    return blob_copy(answer, out) == 0 ||
           fault_raise(session->context->fault, "memory", "there is none left");
}

/* Only to a card that servers of v3 may answer: those of v2 have never seen it. */
static uint32_t lpa_capability(const struct session *session)
{
    return svn_major(&session->versions.highest) >= SVN_SESSION_CONTEXT ? LPA_CAPABILITY : 0;
}

static bool read_info1(struct session *session, struct bytes *whole)
{
    if (!es10b_get_info1(session->context->es10, whole))
        return false;
    return euicc_versions_read(*whole, &session->versions, &session->capability) ||
           es10_malformed(session->context->fault, ES10B_GET_INFO1);
}

static bool initiate(void *state)
{
    struct session *session = state;
    const struct session_context *context = session->context;
    uint8_t challenge[ES10B_CHALLENGE_LEN], memory[8];
    struct writer capability = writer_on(memory, sizeof(memory));
    struct bytes info1;
    if (!es10b_get_challenge(context->es10, challenge) || !read_info1(session, &info1))
        return false;
    const char *address = session->request->code.address;
    /* A server of v2 may not like to hear of v3: only a chip that has nothing else names it now. */
    context->http->v3 = svn_major(&session->versions.lowest) >= SVN_SESSION_CONTEXT;
    der_put_bits(&capability, DER_BIT_STRING, lpa_capability(session));
    const struct es9_argument arguments[] = {
        {ES9_EUICC_CHALLENGE, bytes_of(challenge, sizeof(challenge))},
        {ES9_EUICC_INFO1, info1},
        {ES9_SMDP_ADDRESS, bytes_of_text(address)},
        {ES9_LPA_CAPABILITY, writer_bytes(&capability)},
    };
    return es9_call(context->http, session_initiation(session), address, arguments,
                    lpa_capability(session) != 0 ? 4 : 3, &session->opened);
}

/* The role of the certificate that it authenticates itself with says what the server is. */
static bool settle_peer(struct session *session)
{
    const enum session_peer wanted = session->request->peer;
    struct certificate certificate;
    const bool smds = certificate_parse(es9_field(&session->opened, ES9_SERVER_CERTIFICATE),
                                        &certificate) == CERTIFICATE_OK &&
                      certificate.role == RSP_ROLE_DS_AUTH;
    if (wanted != SESSION_EITHER && smds != (wanted == SESSION_SMDS))
        return fault_raise(session->context->fault, es9_name(session_initiation(session)),
                           "the server's certificate is %s", smds ? "an SM-DS's" : "no SM-DS's");
    session->smds = smds;
    return true;
}

static bool refuse_version(struct session *session, const struct svn *server)
{
    struct fault *fault = session->context->fault;
    char chip[EUICC_VERSIONS_TEXT_SIZE], text[SVN_TEXT_SIZE];
    euicc_versions_text(&session->versions, chip);
    fault_raise(fault, es9_name(session_initiation(session)),
                "the server answers with version %s; the card speaks %s",
                server != NULL ? svn_text(server, text) : "2 (it names none)", chip);
    fault_code(fault, VERSIONS_DIFFER);
    return fault_next(fault, "give another server's address or activation code behind this one");
}

/* Whether the server's version is there says which release the session is of. */
static bool settle_version(struct session *session)
{
    char text[SVN_TEXT_SIZE];
    struct svn server;
    bool named;
    if (!download_check_version(&session->opened, &named, &server, session->context->fault))
        return false;
    const unsigned major = named ? svn_major(&server) : VERSION_WITHOUT_CONTEXT;
    if (!euicc_versions_include(&session->versions, major))
        return refuse_version(session, named ? &server : NULL);
    session->v3 = named && major >= SVN_SESSION_CONTEXT;
    session->context->http->v3 = session->v3;
    if (named)
        json_object_set_new(session->document, "version", json_string(svn_text(&server, text)));
    trace_detail("-- the server %s%s", named ? "answers with version " : "names no version: 2",
                 named ? svn_text(&server, text) : "");
    return true;
}

/* Of what is wished, what the server's release has and the card does not say it lacks. */
static uint32_t operation_of(const struct session *session)
{
    const bool lacks_rpm =
        !session->v3 || (session->capability != 0 && !(session->capability & EUICC_INFO_RPM));
    return session->request->operation & ~(lacks_rpm ? ES10B_RPM : 0u);
}

static bool check_purpose(struct session *session)
{
    struct fault *fault = session->context->fault;
    const char *where = es9_name(ES9_INITIATE_AUTHENTICATION);
    if (!session->v3) {
        fault_raise(fault, where,
                    "card and server meet in version 2, which has no change of device");
        return fault_next(fault, "'emuicc-lpa info' shows the card's versions; the server needs "
                                 "one from 3.0 on, too");
    }
    return session->capability & EUICC_INFO_DEVICE_CHANGE ||
           fault_raise(fault, where, "the card has no change of device (deviceChangeSupport)");
}

static bool check_operation(struct session *session)
{
    if (session->request->purpose != ES10B_COMMON)
        return check_purpose(session);
    if (session->smds || operation_of(session) != 0)
        return true;
    return fault_raise(session->context->fault, es9_name(ES9_INITIATE_AUTHENTICATION),
                       session->v3
                           ? "the card has no remote profile management (rpmSupport)"
                           : "card and server meet in version 2, which has no remote profile "
                             "management");
}

/* A session of v3 names the push services that the server knows. */
static bool check_push_service(const struct session *session)
{
    const struct bytes service = session->request->push_service;
    return service.len == 0 ||
           download_check_push_service(&session->opened, service, session->context->fault);
}

static struct es10b_context make_context(const struct session *session)
{
    const struct session_request *request = session->request;
    const bool extensible = session->capability & EUICC_INFO_DEVICE_INFO_EXTENSIBILITY;
    return (struct es10b_context){
        .purpose = request->purpose,
        .target_eid = request->target_eid,
        .target_tac = request->target_tac,
        .matching_id = request->code.matching_id,
        .device = &request->device,
        .v3 = session->v3,
        .operation = operation_of(session),
        .iccid = request->iccid,
        .smds_oid = request->smds_oid,
        .push_service = request->push_service,
        .push_token = request->push_token,
        .lpa_capability = extensible ? lpa_capability(session) : 0,
    };
}

static bool authenticate_server(void *state)
{
    struct session *session = state;
    const struct session_context *context = session->context;
    const struct es9_answer *opened = &session->opened;
    const struct es10b_server server = {
        es9_field(opened, ES9_SERVER_SIGNED1), es9_field(opened, ES9_SERVER_SIGNATURE1),
        es9_field(opened, ES9_CI_KEY_ID),      es9_field(opened, ES9_SERVER_CERTIFICATE),
        es9_field(opened, ES9_OTHER_CERTS),    es9_field(opened, ES9_CRL_LIST)};
    struct bytes answer;
    if (!settle_peer(session) ||
        !download_check_opened(opened, &session->request->code, context->fault) ||
        !settle_version(session) || !check_operation(session) || !check_push_service(session))
        return false;
    const struct es10b_context parameters = make_context(session);
    session->authenticated =
        es10b_authenticate_server(context->es10, &server, &parameters, &answer);
    /* A refusal goes to the server as well, which then ends its side of the session. */
    return session_keep(session, answer, &session->card_answer) &&
           (session->authenticated || answer.len > 0);
}

/* The chip says itself whether the SM-DS is to be believed, where that signs. */
static bool take_events(struct session *session)
{
    const struct bytes signed2 = es9_field(&session->offered, ES11_SMDS_SIGNED2);
    return signed2.len == 0 ||
           es10b_verify_smds_response(session->context->es10, signed2,
                                      es9_field(&session->offered, ES11_SMDS_SIGNATURE2));
}

static bool check_offer(const struct session *session)
{
    const bool change = session->request->purpose != ES10B_COMMON;
    if (change != session_offers_change(session))
        return fault_raise(session->context->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                           change ? "the server has no word of a change of device"
                                  : "the server offers a change of device, which it was not asked "
                                    "for");
    if (change)
        return true;
    const bool rpm = session_offers_rpm(session);
    return operation_of(session) & (rpm ? ES10B_RPM : ES10B_DOWNLOAD) ||
           fault_raise(session->context->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                       "the server offers %s, which it was not asked for",
                       rpm ? "remote profile management" : "a profile");
}

static bool authenticate_client(void *context)
{
    struct session *session = context;
    const struct bytes deletion = activation_deletion(&session->request->code);
    const struct es9_argument arguments[] = {
        {ES9_TRANSACTION_ID, session_transaction_id(session)},
        {ES9_AUTHENTICATE_SERVER_RESPONSE, blob_bytes(&session->card_answer)},
        {ES9_DELETE_NOTIFICATION, deletion}, /* v3 alone knows it */
    };
    if (!es9_call(session->context->http, session_authentication(session),
                  session->request->code.address, arguments,
                  session->v3 && !session->smds && deletion.len > 0 ? 3 : 2, &session->offered) ||
        !session->authenticated)
        return false;
    return session->smds ? take_events(session) : check_offer(session);
}

static const struct session_step steps[] = {
    {"asking the server to authenticate itself", initiate},
    {"the card authenticates the server", authenticate_server},
    {"the server authenticates the card", authenticate_client},
};

bool session_run(struct session *session, const struct session_step *list, size_t count,
                 void *context)
{
    for (size_t i = 0; i < count; i++) {
        session->reason = ES10B_UNDEFINED_REASON;
        if (!interrupt_none(session->context->fault))
            return false;
        progress_step(session->context->progress, list[i].text);
        trace_detail("-- %s", list[i].text);
        if (!list[i].run(context))
            return false;
    }
    return true;
}

bool session_open(struct session *session)
{
    static const enum http_role roles[] = {
        [SESSION_SMDP] = HTTP_SMDP, [SESSION_SMDS] = HTTP_SMDS, [SESSION_EITHER] = HTTP_EITHER};
    session->smds = session->request->peer == SESSION_SMDS;
    session->context->http->role = roles[session->request->peer];
    return session_run(session, steps, sizeof(steps) / sizeof(steps[0]), session);
}

void session_cancel(struct session *session)
{
    const struct session_context *context = session->context;
    struct es9_answer answer;
    struct bytes response;
    if (session->smds) /* it has no such function; the card's next challenge ends its side */
        return;
    if (interrupt_is(context->fault))
        session->reason = ES10B_END_USER_REJECTION;
    progress_step(context->progress, "cancelling the session");
    trace_detail("-- cancelling the session, reason %d", session->reason);
    bool cancelled = es10b_cancel_session(context->es10, session_transaction_id(session),
                                          session->reason, &response);
    if (cancelled) {
        const struct es9_argument arguments[] = {
            {ES9_TRANSACTION_ID, session_transaction_id(session)},
            {ES9_CANCEL_SESSION_RESPONSE, response},
        };
        cancelled = es9_call(context->http, ES9_CANCEL_SESSION, session->request->code.address,
                             arguments, 2, &answer);
        es9_answer_finish(&answer);
    }
    json_object_set_new(session->document, "cancelled", json_boolean(cancelled));
}

void session_finish(struct session *session)
{
    session->context->http->v3 = false;
    session->context->http->role = HTTP_SMDP;
    es9_answer_finish(&session->opened);
    es9_answer_finish(&session->offered);
    blob_finish(&session->card_answer);
}
