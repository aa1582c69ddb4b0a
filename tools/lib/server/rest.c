#include "tools/lib/server/rest.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/server/body.h"
#include "tools/lib/server/listener.h"

#define CONTENT_TYPE "application/json"
#define CONNECTIONS 64
#define SILENCE 60 /* seconds */
#define ERROR_SIZE 256

struct rest {
    struct rest_plan plan;
    struct MHD_Daemon *daemon;
    char where[REST_WHERE_SIZE];
};

/* A request while its body arrives. */
struct request {
    const struct rest_row *row;
    bool post;
    struct body body; /* at most REST_BODY_MAX */
};

void rest_refuse(struct rest_call *call, unsigned status, const char *format, ...)
{
    char text[ERROR_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    call->status = status;
    json_object_clear(call->response);
    json_object_set_new(call->response, "error", json_string(text));
}

static const struct rest_row *find_row(const struct rest_plan *plan, const char *path)
{
    const struct rest_row *found = NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const size_t len = strlen(plan->rows[i].path);
        if (strncmp(path, plan->rows[i].path, len) == 0 &&
            (found == NULL || len > strlen(found->path)))
            found = &plan->rows[i];
    }
    return found;
}

static enum MHD_Result respond(struct MHD_Connection *connection, const struct rest_call *call)
{
    char *text = json_dumps(call->response, 0);
    if (text == NULL)
        return MHD_NO;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, CONTENT_TYPE);
    if (call->location[0] != '\0')
        MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, call->location);
    const enum MHD_Result result = MHD_queue_response(connection, call->status, response);
    MHD_destroy_response(response);
    return result;
}

static void run(const struct rest *rest, const struct request *request, struct rest_call *call)
{
    json_t *body = request->post
                       ? json_loadb(request->body.len > 0 ? (const char *)request->body.data : "",
                                    request->body.len, JSON_REJECT_DUPLICATES, NULL)
                       : NULL;
    call->request = body;
    if (request->body.too_long)
        rest_refuse(call, MHD_HTTP_CONTENT_TOO_LARGE, "the body is longer than %u bytes",
                    REST_BODY_MAX);
    else if (request->row == NULL)
        rest_refuse(call, MHD_HTTP_NOT_FOUND, "%s: no such path", call->path);
    else if (request->post && !json_is_object(body))
        rest_refuse(call, MHD_HTTP_BAD_REQUEST, "the body is no JSON object");
    else
        request->row->handle(rest->plan.program, call);
    json_decref(body);
}

static enum MHD_Result answer(const struct rest *rest, struct MHD_Connection *connection,
                              const char *path, const struct request *request)
{
    struct rest_call call = {.path = path, .response = json_object(), .status = MHD_HTTP_OK};
    if (call.response == NULL)
        return MHD_NO;
    run(rest, request, &call);
    trace_notice("%s %s: %u", request->post ? "POST" : "GET", path, call.status);
    const enum MHD_Result result = respond(connection, &call);
    json_decref(call.response);
    return result;
}

static enum MHD_Result begin(const struct rest *rest, struct MHD_Connection *connection,
                             const char *path, const char *method, void **state)
{
    const bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (!post && strcmp(method, MHD_HTTP_METHOD_GET) != 0) {
        struct rest_call call = {.path = path, .response = json_object()};
        rest_refuse(&call, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST");
        const enum MHD_Result result = respond(connection, &call);
        json_decref(call.response);
        return result;
    }
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL)
        return MHD_NO;
    *request = (struct request){.row = find_row(&rest->plan, path), .post = post};
    *state = request;
    return MHD_YES;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t *len)
{
    const bool taken = body_take(&request->body, REST_BODY_MAX, data, *len);
    *len = 0;
    return taken ? MHD_YES : MHD_NO;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection, const char *path,
                                 const char *method, const char *version, const char *data,
                                 size_t *len, void **state)
{
    (void)version;
    struct request *request = *state;
    if (request == NULL)
        return begin(context, connection, path, method, state);
    if (*len > 0)
        return take_body(request, data, len);
    return answer(context, connection, path, request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct request *request = *state;
    if (request != NULL)
        body_finish(&request->body);
    free(request);
    *state = NULL;
}

int rest_start(const struct rest_plan *plan, struct rest **out)
{
    struct rest *rest = calloc(1, sizeof(*rest));
    if (rest == NULL)
        return FAILURE_INTERNAL;
    rest->plan = *plan;
    const int socket = listener_open(plan->listen, rest->where, sizeof(rest->where));
    if (socket >= 0)
        rest->daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, on_access, rest,
            MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE, MHD_OPTION_NOTIFY_COMPLETED,
            on_completed, NULL, MHD_OPTION_END);
    if (rest->daemon != NULL) {
        *out = rest;
        return 0;
    }
    if (socket >= 0) {
        trace_error("cannot serve HTTP on %s", rest->where);
        close(socket);
    }
    free(rest);
    return FAILURE_INTERNAL;
}

const char *rest_where(const struct rest *rest)
{
    return rest->where;
}

void rest_stop(struct rest *rest)
{
    if (rest == NULL)
        return;
    if (rest->daemon != NULL)
        MHD_stop_daemon(rest->daemon);
    free(rest);
}
