#include "tools/inspect/web.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/inspect/api.h"
#include "tools/inspect/page.h"
#include "tools/inspect/save.h"
#include "tools/inspect/stream.h"
#include "tools/inspect/token.h"
#include "tools/lib/server/body.h"
#include "tools/lib/server/listener.h"

#define CONNECTIONS 64
#define BODY_MAX (64u << 10)
#define WHERE_SIZE 300
#define SILENCE 120 /* seconds */
#define HEADER_SIZE 128

struct web {
    struct inspect *inspect;
    struct MHD_Daemon *daemon;
    struct token token;
    char where[WHERE_SIZE], url[WEB_URL_SIZE];
};

/* A request while its body arrives. */
struct request {
    bool post;
    struct body body;
};

static const struct {
    const char *name, *value;
} headers[] = {
    {"Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                                "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
                                "form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
};

/* Takes the response over; NULL is a failure. */
static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     const char *type, struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        MHD_add_response_header(response, headers[i].name, headers[i].value);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 const char *text)
{
    return send_response(
        connection, status, "text/plain; charset=utf-8",
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY));
}

/* Takes the answer over. */
static enum MHD_Result send_json(struct MHD_Connection *connection, json_t *answer)
{
    char *text = answer != NULL ? json_dumps(answer, JSON_COMPACT) : NULL;
    json_decref(answer);
    if (text == NULL)
        return send_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "no memory\n");
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(text);
    return send_response(connection, MHD_HTTP_OK, "application/json", response);
}

static const char *argument(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static const char *chip_of(struct MHD_Connection *connection)
{
    const char *chip = argument(connection, "chip");
    return chip != NULL ? chip : "";
}

/* The address with the token leads to the one without: it stays out of the history's sight. */
static enum MHD_Result admit(const struct web *web, struct MHD_Connection *connection)
{
    char cookie[HEADER_SIZE];
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    snprintf(cookie, sizeof(cookie), "%s=%s; HttpOnly; SameSite=Strict; Path=/", web->token.cookie,
             web->token.text);
    MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, cookie);
    MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, "/");
    return send_response(connection, MHD_HTTP_SEE_OTHER, "text/plain", response);
}

static bool is_admitted(const struct web *web, struct MHD_Connection *connection)
{
    return token_matches(&web->token, MHD_lookup_connection_value(connection, MHD_COOKIE_KIND,
                                                                  web->token.cookie)) ||
           token_matches(&web->token,
                         MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Token"));
}

static enum MHD_Result send_page(struct MHD_Connection *connection, const char *path)
{
    for (size_t i = 0; i < page_file_count; i++)
        if (strcmp(page_files[i].path, path) == 0)
            return send_response(connection, MHD_HTTP_OK, page_files[i].type,
                                 MHD_create_response_from_buffer(page_files[i].len,
                                                                 (void *)page_files[i].data,
                                                                 MHD_RESPMEM_PERSISTENT));
    return send_text(connection, MHD_HTTP_NOT_FOUND, "there is nothing here\n");
}

/* What the feed has, as a file of the name that the header says. */
static enum MHD_Result send_saved(struct web *web, struct MHD_Connection *connection)
{
    struct feed *feed = inspect_feed(web->inspect, chip_of(connection));
    const char *format = argument(connection, "format");
    const bool pcap = format != NULL && strcmp(format, "pcap") == 0;
    char *text = NULL;
    size_t len = 0;
    FILE *out = feed != NULL ? open_memstream(&text, &len) : NULL;
    if (out == NULL && feed != NULL)
        inspect_release(web->inspect, feed);
    if (out == NULL)
        return send_text(connection, MHD_HTTP_NOT_FOUND, "there is no such chip here\n");
    if (pcap)
        (void)save_pcap(feed, out);
    else
        save_transcript(feed, out);
    fclose(out);
    inspect_release(web->inspect, feed);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION,
                                pcap ? "attachment; filename=\"emuicc.pcap\""
                                     : "attachment; filename=\"emuicc.transcript\"");
    return send_response(connection, MHD_HTTP_OK,
                         pcap ? "application/vnd.tcpdump.pcap" : "text/plain", response);
}

static enum MHD_Result send_stream(struct web *web, struct MHD_Connection *connection)
{
    struct feed *feed = inspect_feed(web->inspect, chip_of(connection));
    const char *after = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Last-Event-ID");
    if (after == NULL)
        after = argument(connection, "after");
    if (feed == NULL)
        return send_text(connection, MHD_HTTP_NOT_FOUND, "there is no such chip here\n");
    return send_response(
        connection, MHD_HTTP_OK, "text/event-stream",
        stream_create(web->inspect, feed, after != NULL ? strtoull(after, NULL, 10) : 0));
}

static enum MHD_Result run(struct web *web, struct MHD_Connection *connection,
                           const struct api_row *row, const struct request *request)
{
    const struct api_call call = {.chip = chip_of(connection),
                                  .iccid = argument(connection, "iccid")};
    struct api_call with_body = call;
    json_t *body = NULL;
    if (row->post != request->post)
        return send_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                         row->post ? "POST changes something, GET does not\n" : "GET\n");
    if (row->post) {
        body = request->body.len > 0
                   ? json_loadb((const char *)request->body.data, request->body.len, 0, NULL)
                   : NULL;
        if (request->body.too_long || !json_is_object(body)) {
            json_decref(body);
            return send_text(connection, MHD_HTTP_BAD_REQUEST, "the body is no JSON object\n");
        }
        with_body.body = body;
    }
    json_t *answer = row->handle(web->inspect, &with_body);
    json_decref(body);
    return send_json(connection, answer);
}

/* Another site's page can send a form, but no JSON. */
static bool is_json(struct MHD_Connection *connection)
{
    const char *type =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    return type != NULL && strncmp(type, "application/json", strlen("application/json")) == 0;
}

static enum MHD_Result answer(struct web *web, struct MHD_Connection *connection, const char *path,
                              const struct request *request)
{
    if (!request->post && strcmp(path, "/") == 0 &&
        token_matches(&web->token, argument(connection, "token")))
        return admit(web, connection);
    if (!is_admitted(web, connection))
        return send_text(connection, MHD_HTTP_FORBIDDEN,
                         "emuicc-inspect: open the address that it printed when it started\n");
    const struct api_row *row = api_find(path);
    if (request->post && (row == NULL || !is_json(connection)))
        return send_text(connection, MHD_HTTP_BAD_REQUEST, "JSON to a path that takes it\n");
    if (row != NULL)
        return run(web, connection, row, request);
    if (strcmp(path, "/api/live") == 0)
        return send_stream(web, connection);
    if (strcmp(path, "/api/save") == 0)
        return send_saved(web, connection);
    return send_page(connection, path);
}

static enum MHD_Result begin(struct MHD_Connection *connection, const char *method, void **state)
{
    const bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (!post && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return send_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST\n");
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL)
        return MHD_NO;
    request->post = post;
    *state = request;
    return MHD_YES;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection, const char *path,
                                 const char *method, const char *version, const char *data,
                                 size_t *len, void **state)
{
    struct request *request = *state;
    (void)version;
    if (request == NULL)
        return begin(connection, method, state);
    if (*len > 0) {
        const bool taken = body_take(&request->body, BODY_MAX, data, *len);
        *len = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    return answer(context, connection, path, request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct request *request = *state;
    (void)context;
    (void)connection;
    (void)code;
    if (request != NULL)
        body_finish(&request->body);
    free(request);
    *state = NULL;
}

/* A thread a connection: one that streams waits for events. */
int web_start(struct inspect *inspect, struct web **out)
{
    struct web *web = calloc(1, sizeof(*web));
    if (web == NULL)
        return FAILURE_INTERNAL;
    web->inspect = inspect;
    const int socket = listener_open(inspect->options->listen, web->where, sizeof(web->where));
    if (socket >= 0 && token_make(&web->token, inspect->options->token, web->where))
        web->daemon = MHD_start_daemon(
            MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, NULL,
            NULL, on_access, web, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT,
            CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE,
            MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (web->daemon != NULL) {
        snprintf(web->url, sizeof(web->url), "http://%s/?token=%s", web->where, web->token.text);
        *out = web;
        return 0;
    }
    if (socket >= 0) {
        trace_error("cannot serve HTTP on %s", web->where);
        close(socket);
    }
    free(web);
    return FAILURE_INTERNAL;
}

const char *web_url(const struct web *web)
{
    return web->url;
}

void web_stop(struct web *web)
{
    if (web == NULL)
        return;
    MHD_stop_daemon(web->daemon);
    free(web);
}
