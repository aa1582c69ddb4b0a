#include "tools/lib/server/server_request.h"

#include "apdu/trace.h"
#include "tools/lib/common/svn.h"
#include "tools/lib/server/body.h"
#include "tools/lib/server/head.h"
#include "tools/lib/server/server_inside.h"
#include "tools/lib/server/tls.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ADMIN_PROTOCOL_HEADER "X-Admin-Protocol"
#define ADMIN_PROTOCOL_FRONT "gsma/rsp/v"
#define ADMIN_PROTOCOL_V2 "2.2.2"
#define ADMIN_PROTOCOL_SIZE (sizeof(ADMIN_PROTOCOL_FRONT) + SVN_TEXT_SIZE)
#define SPARE 4 /* one of so many connections is for those who come */

/* How a request's Content-Type begins, and the answer's. */
static const struct {
    const char *front, *answer;
} media[] = {
    [FUNCTION_JSON] = {"application/json", "application/json;charset=UTF-8"},
    [FUNCTION_BINARY] = {"application/x-gsma-rsp-asn1", "application/x-gsma-rsp-asn1"},
};

/* A request while its body arrives, and until it is answered. */
struct request {
    struct group_member member; /* first: a member is its request */
    const struct function_row *row;
    char peer[TLS_KEY_ID_SIZE];
    struct body body; /* at most SERVER_BODY_MAX */
    struct MHD_Connection *connection;
    bool leads; /* its group, which has not run */
    bool answered;
    unsigned status; /* when it is answered */
    struct blob answer;
};

static bool starts_with(const char *text, const char *front)
{
    return text == NULL || strncasecmp(text, front, strlen(front)) == 0;
}

/* A client that names v3, as one of its sessions does, is answered so by a server that knows it. */
static void name_protocol(const struct server *server, struct MHD_Connection *connection,
                          char out[ADMIN_PROTOCOL_SIZE])
{
    struct svn theirs;
    const struct server_plan *plan = &server->plan;
    const char *named =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, ADMIN_PROTOCOL_HEADER);
    const bool v3 = named != NULL && plan->protocol_v3 != NULL &&
                    starts_with(named, ADMIN_PROTOCOL_FRONT) &&
                    svn_from_text(named + strlen(ADMIN_PROTOCOL_FRONT), &theirs) &&
                    svn_major(&theirs) >= SVN_SESSION_CONTEXT;
    snprintf(out, ADMIN_PROTOCOL_SIZE, ADMIN_PROTOCOL_FRONT "%s",
             v3                       ? plan->protocol_v3
             : plan->protocol != NULL ? plan->protocol
                                      : ADMIN_PROTOCOL_V2);
}

/* With few connections left, nobody keeps one that says nothing while others wait for it. */
static bool is_crowded(const struct server *server)
{
    return atomic_load(&server->connected) >
           server->plan.connections - server->plan.connections / SPARE;
}

/* body: on the heap, or NULL for none. Takes it over. */
static enum MHD_Result respond(const struct server *server, struct MHD_Connection *connection,
                               unsigned status, const char *type, struct blob body)
{
    char protocol[ADMIN_PROTOCOL_SIZE];
    struct MHD_Response *response =
        body.data != NULL
            ? MHD_create_response_from_buffer(body.len, body.data, MHD_RESPMEM_MUST_FREE)
            : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) {
        free(body.data);
        return MHD_NO;
    }
    if (body.data != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
    if (is_crowded(server))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    name_protocol(server, connection, protocol);
    MHD_add_response_header(response, ADMIN_PROTOCOL_HEADER, protocol);
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result respond_empty(const struct server *server, struct MHD_Connection *connection,
                                     unsigned status)
{
    return respond(server, connection, status, NULL, (struct blob){0});
}

/* The same, and nothing more is read from this client. */
static enum MHD_Result respond_last(struct MHD_Connection *connection, unsigned status)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result respond_text(const struct server *server, struct MHD_Connection *connection,
                                    unsigned status, char *text)
{
    const struct blob body = {(uint8_t *)text, text != NULL ? strlen(text) : 0};
    return respond(server, connection, status, media[FUNCTION_JSON].answer, body);
}

/* The headers of SGP.22 §6.2: who leaves them out is not sent away, who sets them wrong is. */
static bool check_headers(struct MHD_Connection *connection, const struct function_row *row,
                          char **text, unsigned *status)
{
    const char *protocol =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, ADMIN_PROTOCOL_HEADER);
    const char *type =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *front = media[row->binding].front;
    char detail[CALL_DETAIL_SIZE];
    snprintf(detail, sizeof(detail), "Content-Type is not %s", front);
    if (!starts_with(protocol, ADMIN_PROTOCOL_FRONT))
        *text = function_refuse(row, REFUSAL_PROTOCOL_VERSION, ADMIN_PROTOCOL_HEADER, status);
    else if (!starts_with(type, front))
        *text = function_refuse(row, REFUSAL_FORMAT, detail, status);
    else
        return true;
    return false;
}

/* The function is run: status and answer are there from now on. */
static void run_function(struct server *server, struct request *request)
{
    void *program = server->plan.program;
    const struct bytes body = bytes_of(request->body.data, request->body.len);
    request->answered = true;
    if (request->row->binding == FUNCTION_BINARY) {
        request->answer =
            function_answer_binary(program, request->row, request->peer, body, &request->status);
        return;
    }
    char *text = function_answer(program, request->row, request->peer, body, &request->status);
    request->answer = (struct blob){(uint8_t *)text, text != NULL ? strlen(text) : 0};
}

static enum MHD_Result respond_answer(const struct server *server, struct request *request)
{
    const struct blob answer = request->answer;
    request->answer = (struct blob){0};
    return respond(server, request->connection, request->status,
                   media[request->row->binding].answer, answer);
}

void server_request_run(void *context, struct group_member *member)
{
    run_function(context, (struct request *)member);
}

static void fail(struct request *request, unsigned status)
{
    request->answered = true;
    request->status = status;
    blob_finish(&request->answer);
}

void server_request_finish(void *context, struct group_member *member, int result)
{
    (void)context;
    struct request *request = (struct request *)member;
    if (result != 0)
        fail(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
    MHD_resume_connection(request->connection);
}

void server_request_run_apart(void *context, struct group_member *member)
{
    struct request *request = (struct request *)member;
    run_function(context, request);
    MHD_resume_connection(request->connection);
}

/* The thread comes back to this request when it has read what else has come. */
static enum MHD_Result come_back(struct request *request)
{
    MHD_suspend_connection(request->connection);
    MHD_resume_connection(request->connection);
    return MHD_YES;
}

static void run_group(struct server *server, struct request *request)
{
    request->leads = false;
    if (group_run(server->group, &request->member) != 0)
        fail(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
}

static enum MHD_Result lead(struct server *server, struct request *request)
{
    if (group_wait(server->group))
        return come_back(request);
    run_group(server, request);
    return respond_answer(server, request);
}

/* Suspended before it is added: another thread may lead, and be done at once. */
static enum MHD_Result join_group(struct server *server, struct request *request)
{
    MHD_suspend_connection(request->connection);
    const enum group_role role =
        group_add(server->group, &request->member, atomic_load(&server->connected));
    request->leads = role == GROUP_LEADS;
    if (role == GROUP_REFUSED)
        fail(request, MHD_HTTP_SERVICE_UNAVAILABLE);
    if (role != GROUP_FOLLOWS)
        MHD_resume_connection(request->connection);
    return MHD_YES;
}

static enum MHD_Result wait_for_others(struct server *server, struct request *request)
{
    MHD_suspend_connection(request->connection);
    if (!workers_add(server->workers, &request->member)) {
        fail(request, MHD_HTTP_SERVICE_UNAVAILABLE);
        MHD_resume_connection(request->connection);
    }
    return MHD_YES;
}

static bool is_grouped(const struct request *request)
{
    return request->row->groups != NULL &&
           request->row->groups(bytes_of(request->body.data, request->body.len));
}

/* Called again when others have answered. */
static enum MHD_Result answer(struct server *server, struct request *request)
{
    struct MHD_Connection *connection = request->connection;
    unsigned status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    char *text = NULL;
    if (request->answered)
        return respond_answer(server, request);
    if (request->leads)
        return lead(server, request);
    if (request->body.too_long)
        return respond_empty(server, connection, MHD_HTTP_CONTENT_TOO_LARGE);
    if (!check_headers(connection, request->row, &text, &status))
        return respond_text(server, connection, status, text);
    if (server->group != NULL)
        return is_grouped(request) ? join_group(server, request) : wait_for_others(server, request);
    run_function(server, request);
    return respond_answer(server, request);
}

/* A client with a certificate that leads to one that is trusted, and whose it is. */
static bool is_trusted(struct MHD_Connection *connection, char peer[TLS_KEY_ID_SIZE])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned status = 0, count = 0;
    if (info == NULL)
        return false;
    const gnutls_session_t session = (gnutls_session_t)info->tls_session;
    if (gnutls_certificate_verify_peers2(session, &status) != 0 || status != 0)
        return false;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    return count > 0 && tls_key_id(bytes_of(chain[0].data, chain[0].size), peer);
}

static struct connection *clock_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

static enum MHD_Result begin(struct server *server, struct MHD_Connection *connection,
                             const char *path, const char *method, const char *version,
                             void **state)
{
    char peer[TLS_KEY_ID_SIZE] = "";
    const struct function_row *row = function_find(server->plan.functions, head_path(path));
    if (!head_is_right(connection, version))
        return respond_last(connection, MHD_HTTP_BAD_REQUEST);
    if (row == NULL)
        return respond_empty(server, connection, MHD_HTTP_NOT_FOUND);
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
        return respond_empty(server, connection, MHD_HTTP_METHOD_NOT_ALLOWED);
    if (server->plan.trust != NULL && !is_trusted(connection, peer)) {
        trace_notice("- %s: refused, no client certificate that is trusted", row->name);
        return respond_empty(server, connection, MHD_HTTP_FORBIDDEN);
    }
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL)
        return MHD_NO;
    request->row = row;
    request->connection = connection;
    memcpy(request->peer, peer, sizeof(peer));
    *state = request;
    return MHD_YES;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t *len)
{
    const bool taken = body_take(&request->body, SERVER_BODY_MAX, data, *len);
    *len = 0;
    return taken ? MHD_YES : MHD_NO;
}

enum MHD_Result server_request_access(void *context, struct MHD_Connection *connection,
                                      const char *path, const char *method, const char *version,
                                      const char *data, size_t *len, void **state)
{
    struct server *server = context;
    struct request *request = *state;
    if (request == NULL)
        return begin(server, connection, path, method, version, state);
    if (*len > 0)
        return take_body(request, data, len);
    connections_restart(server->clocks, clock_of(connection));
    return answer(server, request);
}

void server_request_completed(void *context, struct MHD_Connection *connection, void **state,
                              enum MHD_RequestTerminationCode code)
{
    (void)code;
    struct server *server = context;
    struct request *request = *state;
    connections_restart(server->clocks, clock_of(connection));
    if (request == NULL)
        return;
    if (request->leads)
        run_group(server, request);
    body_finish(&request->body);
    blob_finish(&request->answer);
    free(request);
    *state = NULL;
}
