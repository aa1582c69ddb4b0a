#include "tools/lib/coap/coap_server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/coap/coap_tls.h"
#include "tools/lib/server/tls.h"

#define WAIT_MS 200 /* between two looks whether it is to end */
#define IDLE_SECONDS 300
#define SESSIONS_MAX 4096
#define NO_MAX_AGE (-1)

struct coap_server {
    struct coap_server_plan plan;
    coap_context_t *context;
    char *certificates, *key; /* PEM */
    pthread_t thread;
    bool running;
    atomic_bool stop;
};

/* The last request of a client, whose answer it gets again when it repeats it: an answer that takes
 * its time is waited for less long by some. */
struct peer {
    coap_mid_t mid;
    coap_pdu_code_t code;
    struct blob answer;
    bool answered;
};

static struct peer *peer_of(coap_session_t *session)
{
    struct peer *peer = coap_session_get_app_data(session);
    if (peer == NULL) {
        peer = calloc(1, sizeof(*peer));
        coap_session_set_app_data(session, peer);
    }
    return peer;
}

static int on_event(coap_session_t *session, const coap_event_t event)
{
    struct peer *peer = coap_session_get_app_data(session);
    if (event != COAP_EVENT_SERVER_SESSION_DEL || peer == NULL)
        return 0;
    blob_finish(&peer->answer);
    free(peer);
    coap_session_set_app_data(session, NULL);
    return 0;
}

static struct bytes body_of(const coap_pdu_t *request)
{
    const uint8_t *data = NULL;
    size_t len = 0, offset, total;
    return coap_get_data_large(request, &len, &data, &offset, &total) ? bytes_of(data, len)
                                                                      : (struct bytes){0};
}

static void answer(const struct coap_server *server, const coap_pdu_t *request, struct peer *peer)
{
    const struct bytes body = body_of(request);
    blob_finish(&peer->answer);
    peer->mid = coap_pdu_get_mid(request);
    peer->answered = true;
    if (body.len > COAP_SERVER_BODY_MAX) {
        peer->code = COAP_RESPONSE_CODE_REQUEST_TOO_LARGE;
        return;
    }
    const int result = server->plan.answer(server->plan.program, body, &peer->answer);
    peer->code = result < 0             ? COAP_RESPONSE_CODE_INTERNAL_ERROR
                 : result > 0           ? COAP_RESPONSE_CODE_BAD_REQUEST
                 : peer->answer.len > 0 ? COAP_RESPONSE_CODE_CONTENT
                                        : COAP_RESPONSE_CODE_CHANGED;
    trace_notice("- CoAP: %zu bytes in, %zu out, %u.%02u", body.len, peer->answer.len,
                 (unsigned)peer->code >> 5, (unsigned)peer->code & 0x1F);
}

static void release(coap_session_t *session, void *data)
{
    (void)session;
    free(data);
}

static void on_post(coap_resource_t *resource, coap_session_t *session, const coap_pdu_t *request,
                    const coap_string_t *query, coap_pdu_t *response)
{
    const struct coap_server *server = coap_resource_get_userdata(resource);
    struct peer *peer = peer_of(session);
    struct blob copy = {0};
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_INTERNAL_ERROR);
    if (peer == NULL)
        return;
    if (!peer->answered || peer->mid != coap_pdu_get_mid(request))
        answer(server, request, peer);
    if (peer->answer.len > 0 && blob_copy(blob_bytes(&peer->answer), &copy) != 0)
        return;
    coap_pdu_set_code(response, peer->code);
    if (copy.len > 0)
        coap_add_data_large_response(resource, session, request, response, query,
                                     COAP_MEDIATYPE_APPLICATION_OCTET_STREAM, NO_MAX_AGE, 0,
                                     copy.len, copy.data, release, copy.data);
}

static void *run(void *context)
{
    struct coap_server *server = context;
    while (!atomic_load(&server->stop))
        (void)coap_io_process(server->context, WAIT_MS);
    return NULL;
}

static int set_credentials(struct coap_server *server)
{
    int result = tls_certificates(server->plan.tls, server->plan.ci, &server->certificates);
    if (result == 0)
        result = tls_key(server->plan.tls, &server->key);
    if (result != 0)
        return result;
    coap_dtls_pki_t pki = {.version = COAP_DTLS_PKI_SETUP_VERSION};
    pki.pki_key.key_type = COAP_PKI_KEY_PEM_BUF;
    pki.pki_key.key.pem_buf =
        (coap_pki_key_pem_buf_t){.public_cert = (const uint8_t *)server->certificates,
                                 .public_cert_len = strlen(server->certificates) + 1,
                                 .private_key = (const uint8_t *)server->key,
                                 .private_key_len = strlen(server->key) + 1};
    return coap_context_set_pki(server->context, &pki) == 1 ? 0 : FAILURE_INTERNAL;
}

static int add_resource(struct coap_server *server)
{
    coap_resource_t *resource = coap_resource_init(coap_make_str_const(server->plan.path), 0);
    if (resource == NULL)
        return FAILURE_INTERNAL;
    coap_register_request_handler(resource, COAP_REQUEST_POST, on_post);
    coap_resource_set_userdata(resource, server);
    coap_add_resource(server->context, resource);
    coap_register_event_handler(server->context, on_event);
    coap_context_set_session_timeout(server->context, IDLE_SECONDS);
    coap_context_set_max_idle_sessions(server->context, SESSIONS_MAX);
    return 0;
}

static int open_all(struct coap_server *server)
{
    coap_address_t address;
    char host[COAP_TLS_WHERE_SIZE];
    server->context = coap_tls_context();
    if (server->context == NULL || set_credentials(server) != 0 || add_resource(server) != 0 ||
        !coap_tls_resolve(server->plan.listen, &address, host) ||
        coap_new_endpoint(server->context, &address, COAP_PROTO_DTLS) == NULL) {
        trace_error("cannot serve CoAP over DTLS on %s", server->plan.listen);
        return FAILURE_INTERNAL;
    }
    server->running = pthread_create(&server->thread, NULL, run, server) == 0;
    return server->running ? 0 : FAILURE_INTERNAL;
}

int coap_server_start(const struct coap_server_plan *plan, struct coap_server **out)
{
    struct coap_server *server = calloc(1, sizeof(*server));
    if (server == NULL)
        return FAILURE_INTERNAL;
    server->plan = *plan;
    const int result = open_all(server);
    if (result == 0)
        *out = server;
    else
        coap_server_stop(server);
    return result;
}

void coap_server_stop(struct coap_server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->stop, true);
    if (server->running)
        pthread_join(server->thread, NULL);
    if (server->context != NULL)
        coap_free_context(server->context);
    free(server->certificates);
    tls_release(server->key);
    free(server);
}
