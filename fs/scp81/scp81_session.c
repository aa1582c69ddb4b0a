#include "fs/scp81/scp81_session.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"
#include "crypto/tls/psk_client.h"
#include "fs/ota/script.h"
#include "fs/scp81/http.h"
#include "fs/scp81/scp81_target.h"

#define VERSION_FIRST 0x40 /* of key sets for SCP81 */
#define VERSION_LAST 0x4F
#define IDENTIFIER_LAST 0x7F
#define PLAIN_MAX 1024
#define STATUS_OK 200
#define STATUS_NO_CONTENT 204

struct scp81_session {
    struct ota *ota;
    struct domain_aid domain;
    uint8_t key_version;
    struct psk_client *tls;
    enum scp81_outcome outcome;
    uint32_t responses;
    bool resume, asked; /* asked: the first request has been sent */
    char uri[HTTP_URI_MAX + 1], host[HTTP_URI_MAX + 1], agent[HTTP_URI_MAX + 1];
    struct http_response response;
};

/* The set and the key in it; NULL if there is none. */
static const struct domain_key *find_key(const struct domain_registry *registry,
                                         const struct domain_aid *domain,
                                         const struct scp81_parameters *parameters)
{
    const uint8_t version = parameters->key_version, identifier = parameters->key_identifier;
    for (unsigned at = version != 0 ? version : VERSION_FIRST;
         at <= (version != 0 ? version : VERSION_LAST); at++)
        for (unsigned id = identifier != 0 ? identifier : 1;
             id <= (identifier != 0 ? identifier : IDENTIFIER_LAST); id++) {
            const struct domain_key *key =
                domain_list_key(registry, domain, (uint8_t)at, (uint8_t)id);
            if (key != NULL && domain_list_first_component(key).type == DOMAIN_KEY_PSK)
                return key;
        }
    return NULL;
}

static int look_up_key(struct ota *ota, const struct domain_aid *domain,
                       const struct scp81_parameters *parameters, const struct domain_key **out)
{
    struct domain_registry *registry;
    const int result = domain_context_registry(ota->domains, ota->domains->profile, &registry);
    if (result != 0)
        return result;
    *out = find_key(registry, domain, parameters);
    const size_t len = *out != NULL ? domain_list_first_component(*out).value.len : 0;
    return len >= PSK_CLIENT_KEY_MIN && len <= PSK_CLIENT_KEY_MAX ? 0 : SW_REFERENCE_NOT_FOUND;
}

int scp81_session_check(struct ota *ota, const struct domain_aid *domain,
                        const struct scp81_parameters *parameters)
{
    const struct domain_key *key;
    return look_up_key(ota, domain, parameters, &key);
}

static void copy(char room[HTTP_URI_MAX + 1], struct bytes text, struct bytes otherwise)
{
    const struct bytes from = text.len > 0 ? text : otherwise;
    const size_t len = from.len < HTTP_URI_MAX ? from.len : HTTP_URI_MAX;
    memcpy(room, from.data, len);
    room[len] = '\0';
}

static void copy_names(struct scp81_session *session, const struct scp81_parameters *parameters)
{
    uint8_t room[SCP81_NAME_MAX];
    struct writer agent = writer_on(room, sizeof(room));
    scp81_parameters_agent(session->ota->domains->eid, &session->domain, &agent);
    copy(session->agent, parameters->agent, writer_bytes(&agent));
    copy(session->host, parameters->host, bytes_of_text("localhost"));
    copy(session->uri, parameters->uri, bytes_of_text("/"));
}

static int start_tls(struct scp81_session *session, const struct scp81_parameters *parameters,
                     const struct domain_key *key)
{
    uint8_t room[SCP81_NAME_MAX];
    struct writer own = writer_on(room, sizeof(room));
    session->key_version = key->version;
    scp81_parameters_identity(session->ota->domains->eid, &session->domain, key->version,
                              key->identifier, &own);
    const struct psk_client_settings settings = {
        .identity = parameters->identity.len > 0 ? parameters->identity : writer_bytes(&own),
        .key = domain_list_first_component(key).value,
        .null_suites = true};
    return psk_client_create(&settings, &session->tls);
}

int scp81_session_create(struct ota *ota, const struct domain_aid *domain,
                         const struct scp81_parameters *parameters, bool resume,
                         struct scp81_session **out)
{
    const struct domain_key *key;
    int result = look_up_key(ota, domain, parameters, &key);
    if (result != 0)
        return result;
    struct scp81_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return FAILURE_INTERNAL;
    session->ota = ota;
    session->domain = *domain;
    session->resume = resume;
    copy_names(session, parameters);
    result = start_tls(session, parameters, key);
    if (result == 0)
        *out = session;
    else
        scp81_session_destroy(session);
    return result;
}

void scp81_session_destroy(struct scp81_session *session)
{
    if (session == NULL)
        return;
    psk_client_destroy(session->tls);
    http_response_reset(&session->response);
    wipe(session, sizeof(*session));
    free(session);
}

/* A POST to where the session stands; what a script has answered, if there was one. */
static int post(struct scp81_session *session, const char *script_status, enum http_content content,
                struct bytes body)
{
    const size_t size = HTTP_REQUEST_HEAD_MAX + body.len;
    uint8_t *room = malloc(size);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer out = writer_on(room, size);
    const struct http_request request = {.uri = bytes_of_text(session->uri),
                                         .host = bytes_of_text(session->host),
                                         .from = bytes_of_text(session->agent),
                                         .resume = session->resume && !session->asked,
                                         .script_status = script_status,
                                         .content = content,
                                         .body = body};
    http_put_request(&request, &out);
    const int result =
        out.overflow ? FAILURE_INTERNAL : psk_client_write(session->tls, writer_bytes(&out));
    session->asked = true;
    trace_detail("SCP81: POST %s%s%s", session->uri,
                 script_status != NULL ? ", script status " : "",
                 script_status != NULL ? script_status : "");
    wipe(room, size);
    free(room);
    return result;
}

static int run_script(struct scp81_session *session, struct writer *out, const char **status)
{
    const struct http_response *response = &session->response;
    const struct scp81_target target = {.domain = &session->domain,
                                        .aid = response->has_target ? &response->target : NULL,
                                        .files = response->content == HTTP_FILES,
                                        .ciphered = psk_client_is_ciphered(session->tls),
                                        .key_version = session->key_version};
    const struct bytes script = bytes_of(response->body, response->body_len);
    return scp81_target_run(session->ota, &target, script, out, status);
}

/* The script, and what comes of it if the server wants to know. */
static int administer(struct scp81_session *session)
{
    const enum http_content content = session->response.content;
    const bool answer = session->response.next_uri[0] != '\0';
    const char *status = NULL;
    uint8_t *room = malloc(SCRIPT_RESPONSE_MAX);
    if (room == NULL)
        return FAILURE_INTERNAL;
    struct writer out = writer_on(room, SCRIPT_RESPONSE_MAX);
    int result = run_script(session, &out, &status);
    trace_detail("SCP81: a script of %zu bytes: %s", session->response.body_len,
                 status != NULL ? status : "failed");
    if (result == 0 && answer)
        result = post(session, status, out.len > 0 ? content : HTTP_NOTHING, writer_bytes(&out));
    wipe(room, SCRIPT_RESPONSE_MAX);
    free(room);
    return result;
}

static bool is_sensible(const struct http_response *response)
{
    if (response->status != STATUS_OK && response->status != STATUS_NO_CONTENT)
        return false;
    return response->body_len == 0 || response->content == HTTP_CARD_CONTENT ||
           response->content == HTTP_FILES;
}

static int take_response(struct scp81_session *session)
{
    const struct http_response *response = &session->response;
    int result = 0;
    session->responses++;
    trace_detail("SCP81: the server answers %u, %zu bytes, next %s", response->status,
                 response->body_len, response->next_uri[0] != '\0' ? response->next_uri : "none");
    if (!is_sensible(response)) {
        session->outcome = SCP81_BROKEN;
        return 0;
    }
    if (response->next_uri[0] != '\0')
        memcpy(session->uri, response->next_uri, sizeof(session->uri));
    else
        session->outcome = SCP81_DONE;
    if (response->body_len > 0)
        result = administer(session);
    else if (session->outcome == SCP81_GOES_ON)
        result = post(session, NULL, HTTP_NOTHING, (struct bytes){0});
    http_response_reset(&session->response);
    if (session->outcome == SCP81_DONE)
        psk_client_end(session->tls);
    return result;
}

/* What is behind a response nobody has asked for. */
static int take_plain(struct scp81_session *session, struct bytes plain)
{
    const int progress = http_response_take(&session->response, &plain);
    if (progress < 0)
        return progress;
    if (progress == HTTP_MALFORMED || plain.len > 0)
        session->outcome = SCP81_BROKEN;
    else if (progress == HTTP_WHOLE)
        return take_response(session);
    return 0;
}

static int read_plain(struct scp81_session *session)
{
    uint8_t room[PLAIN_MAX];
    struct writer plain = writer_on(room, sizeof(room));
    int result = 0;
    do {
        writer_reset(&plain);
        result = psk_client_read(session->tls, &plain);
        if (result == 0 && plain.len > 0)
            result = take_plain(session, writer_bytes(&plain));
    } while (result == 0 && plain.len > 0 && session->outcome == SCP81_GOES_ON);
    wipe(room, sizeof(room));
    return result;
}

int scp81_session_receive(struct scp81_session *session, struct bytes bytes)
{
    int result = psk_client_receive(session->tls, bytes);
    if (result == 0 && psk_client_state(session->tls) == PSK_CLIENT_OPEN && !session->asked) {
        trace_detail("SCP81: TLS with %s", psk_client_suite(session->tls));
        result = post(session, NULL, HTTP_NOTHING, (struct bytes){0});
    }
    if (result == 0)
        result = read_plain(session);
    if (psk_client_state(session->tls) > PSK_CLIENT_OPEN && session->outcome == SCP81_GOES_ON)
        session->outcome = SCP81_BROKEN;
    return result;
}

enum scp81_outcome scp81_session_outcome(const struct scp81_session *session)
{
    return session->outcome;
}

uint32_t scp81_session_responses(const struct scp81_session *session)
{
    return session->responses;
}

size_t scp81_session_output_len(const struct scp81_session *session)
{
    return psk_client_output_len(session->tls);
}

void scp81_session_take_output(struct scp81_session *session, struct writer *out)
{
    psk_client_take_output(session->tls, out);
}
