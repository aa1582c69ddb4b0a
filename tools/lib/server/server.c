#include "tools/lib/server/server.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/server/listener.h"
#include "tools/lib/server/server_inside.h"
#include "tools/lib/server/server_request.h"
#include "tools/lib/server/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 8
#define WORKERS_MAX 32                      /* functions at once that wait for other servers */
#define CONNECTION_MEMORY ((size_t)8 << 10) /* bytes: a head, and pieces of a body */

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        atomic_fetch_add(&server->connected, 1);
        *state = info != NULL ? connections_add(server->clocks, info->connect_fd) : NULL;
    } else {
        atomic_fetch_sub(&server->connected, 1);
        connections_remove(server->clocks, *state);
    }
}

__attribute__((format(printf, 2, 0))) static void on_log(void *context, const char *format,
                                                         va_list arguments)
{
    (void)context;
    char line[256];
    const int len = vsnprintf(line, sizeof(line), format, arguments);
    if (len > 0 && (size_t)len < sizeof(line) && line[len - 1] == '\n')
        line[len - 1] = '\0';
    trace_detail("HTTP: %s", line);
}

/* Those who share a transaction run one after the other in one of these threads, whatever their
 * number: half of the processors are enough, and each finds more requests when it looks. */
static unsigned thread_count(const struct server *server)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN), least = 2;
    const long most = processors < least         ? least
                      : processors > THREADS_MAX ? THREADS_MAX
                                                 : processors;
    return (unsigned)(server->group != NULL ? most / 2 : most);
}

/* By poll(): with epoll libmicrohttpd asks over and over for what a client in the middle of TLS's
 * handshake has not sent yet. */
static int start_daemon(struct server *server, int socket)
{
    const bool plain = server->plan.plain;
    const struct MHD_OptionItem tls[] = {
        {plain ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificates},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {server->plan.trust != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
         (void *)server->plan.trust},
        {MHD_OPTION_END, 0, NULL}};
    server->daemon = MHD_start_daemon(
        MHD_USE_ERROR_LOG | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
            (plain ? 0 : MHD_USE_TLS) | (server->group != NULL ? MHD_ALLOW_SUSPEND_RESUME : 0),
        0, NULL, NULL, server_request_access, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_THREAD_POOL_SIZE, thread_count(server),
        MHD_OPTION_CONNECTION_LIMIT, server->plan.connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_SILENCE,
        MHD_OPTION_NOTIFY_COMPLETED, server_request_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (server->daemon != NULL)
        return 0;
    trace_error("cannot serve HTTPS on %s with its TLS certificate", server->where);
    close(socket);
    return FAILURE_INTERNAL;
}

static int start_group(struct server *server)
{
    const struct group_plan plan = {.transaction = server->plan.group,
                                    .program = server->plan.program,
                                    .run = server_request_run,
                                    .done = server_request_finish,
                                    .context = server};
    const struct workers_plan others = {server_request_run_apart, server, WORKERS_MAX};
    if (plan.transaction == NULL)
        return 0;
    const int result = group_start(&plan, &server->group);
    return result == 0 ? workers_start(&others, &server->workers) : result;
}

int server_start(const struct server_plan *plan, struct server **out)
{
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return FAILURE_INTERNAL;
    server->plan = *plan;
    int result = plan->plain ? 0 : tls_certificates(plan->tls, plan->ci, &server->certificates);
    if (result == 0 && !plan->plain)
        result = tls_key(plan->tls, &server->key);
    if (result == 0)
        result = connections_create(plan->timeout_s != 0 ? plan->timeout_s : SERVER_TIMEOUT_S,
                                    &server->clocks);
    if (result == 0)
        result = start_group(server);
    if (result == 0) {
        const int socket = listener_open(plan->listen, server->where, sizeof(server->where));
        result = socket < 0 ? socket : start_daemon(server, socket);
    }
    if (result == 0)
        *out = server;
    else
        server_stop(server);
    return result;
}

const char *server_where(const struct server *server)
{
    return server->where;
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    group_stop(server->group);
    workers_stop(server->workers);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    group_destroy(server->group);
    workers_destroy(server->workers);
    connections_destroy(server->clocks);
    free(server->certificates);
    tls_release(server->key);
    free(server);
}
