#include "tools/eim/indirect_session.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/iot/esipa_status.h"

#define SESSION_SECONDS 600
#define SESSIONS_MAX 4096
#define SESSIONS_BYTES (64u << 20)

static void end_session(struct session_entry *entry)
{
    indirect_session_destroy((struct indirect_session *)entry);
}

int indirect_session_table(struct session_table **out)
{
    const struct session_limits limits = {SESSION_SECONDS, SESSIONS_MAX, SESSIONS_BYTES};
    return session_table_create(&limits, end_session, out);
}

int indirect_session_create(struct eim *eim, struct indirect_session **out)
{
    struct indirect_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return FAILURE_INTERNAL;
    if (!http_init(&session->http, eim->ca, eim->connect_to, &session->fault)) {
        trace_error("SM-DP+: %s", session->fault.text);
        indirect_session_destroy(session);
        return FAILURE_INTERNAL;
    }
    session->http.requester = eim->id;
    *out = session;
    return 0;
}

void indirect_session_destroy(struct indirect_session *session)
{
    if (session == NULL)
        return;
    http_finish(&session->http);
    blob_finish(&session->server_signed1);
    free(session);
}

static void name_entry(struct bytes transaction_id, uint8_t id[SESSION_TABLE_ID_SIZE])
{
    memset(id, 0, SESSION_TABLE_ID_SIZE);
    memcpy(id, transaction_id.data,
           transaction_id.len < SESSION_TABLE_ID_SIZE ? transaction_id.len : SESSION_TABLE_ID_SIZE);
}

void indirect_session_put(struct eim *eim, struct indirect_session *session)
{
    name_entry(bytes_of(session->download.transaction_id, session->download.transaction_len),
               session->entry.id);
    session->entry.bytes = sizeof(*session) + session->server_signed1.len;
    session_table_put(eim->downloads, &session->entry);
}

struct indirect_session *indirect_session_take(struct eim *eim, struct bytes transaction_id)
{
    uint8_t id[SESSION_TABLE_ID_SIZE];
    if (transaction_id.len == 0 || transaction_id.len > sizeof(id))
        return NULL;
    name_entry(transaction_id, id);
    struct session_entry *entry = session_table_take(eim->downloads, bytes_of(id, sizeof(id)));
    if (entry == NULL)
        return NULL;
    struct indirect_session *session = (struct indirect_session *)entry;
    fault_clear(&session->fault);
    return session;
}

/* Of which function of ESipa a function of ES9+ is the other half. */
static enum esipa_function esipa_of(enum es9_function function)
{
    static const enum esipa_function functions[ES9_FUNCTIONS] = {
        [ES9_INITIATE_AUTHENTICATION] = ESIPA_INITIATE_AUTHENTICATION,
        [ES9_AUTHENTICATE_CLIENT] = ESIPA_AUTHENTICATE_CLIENT,
        [ES9_GET_BOUND_PROFILE_PACKAGE] = ESIPA_GET_BOUND_PROFILE_PACKAGE,
        [ES9_HANDLE_NOTIFICATION] = ESIPA_HANDLE_NOTIFICATION,
        [ES9_CANCEL_SESSION] = ESIPA_CANCEL_SESSION,
        [ES11_AUTHENTICATE_CLIENT] = ESIPA_AUTHENTICATE_CLIENT,
    };
    return functions[function];
}

/* As results of onomondo-eim name it; NULL: a refusal there changes nothing. */
static const char *error_of(enum es9_function function)
{
    static const char *const errors[ES9_FUNCTIONS] = {
        [ES9_INITIATE_AUTHENTICATION] = "initiateAuthenticationError",
        [ES9_AUTHENTICATE_CLIENT] = "authenticateClientError",
        [ES9_GET_BOUND_PROFILE_PACKAGE] = "getBoundProfilePackageError",
        [ES11_AUTHENTICATE_CLIENT] = "authenticateClientError",
    };
    return errors[function];
}

/* A refusal that cannot be kept is no failure of the call's. */
static void keep_refusal(struct eim *eim, struct indirect_session *session,
                         enum es9_function function)
{
    char text[sizeof(session->fault.text) + sizeof(session->download.address) + 256];
    const struct fault *fault = &session->fault;
    snprintf(text, sizeof(text), "%s at %s: %s%s%s%s", es9_name(function),
             session->download.address, fault->text, fault->code[0] != '\0' ? " [" : "",
             fault->code, fault->code[0] != '\0' ? "]" : "");
    trace_notice("%s", text);
    if (error_of(function) == NULL)
        return;
    session->procedure = error_of(function);
    if (session->download.order != 0)
        (void)orders_set_refusal(eim->database, session->download.order, text);
}

int indirect_session_call(struct eim *eim, struct indirect_session *session,
                          enum es9_function function, const struct es9_argument *arguments,
                          size_t count, struct es9_answer *answer)
{
    session->http.fault = &session->fault;
    /* After the package the server has no more to say: its connection is not kept for the rest of
     * the session. */
    curl_easy_setopt(session->http.curl, CURLOPT_FORBID_REUSE,
                     function == ES9_GET_BOUND_PROFILE_PACKAGE ? 1L : 0L);
    if (es9_call(&session->http, function, session->download.address, arguments, count, answer))
        return 0;
    keep_refusal(eim, session, function);
    return (int)esipa_status_error(esipa_of(function), session->fault.code);
}
