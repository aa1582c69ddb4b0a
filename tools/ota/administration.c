#include "tools/ota/administration.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/ota/report.h"

#define WHERE "scp81 serve"
#define RID_DIGITS 10
#define AID_DIGITS_MAX 32
#define BODY_MAX 65536 /* of an answer */
#define AGENT_MAX 255
#define CARDS_MAX 64
#define IDLE_S 300
#define WAIT_MS 100

/* TLS 1.2 with a pre-shared key alone, as cards do it. */
#define PRIORITIES                                                                                 \
    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK:-CIPHER-ALL:+AES-128-CBC:+AES-128-GCM:"            \
    "-MAC-ALL:+SHA256:+SHA1:+AEAD"

#define CARD_CONTENT "application/vnd.globalplatform.card-content-mgt;version=1.0"
#define FILES "application/vnd.etsi.scp.command-data;version=1.0"
#define NEXT_URI "/administration/%zu" /* the script whose answer it brings, from 1 */

/* A card by its agent's name, and how many scripts it has answered. */
struct card {
    char agent[AGENT_MAX + 1];
    size_t done;
};

struct server {
    const struct administration *administration;
    struct card cards[CARDS_MAX];
    size_t card_count;
    bool failed, ended; /* a script was not carried out; a card has been through all */
    pthread_mutex_t mutex;
};

/* A request on its way. */
struct request {
    uint8_t *body;
    size_t len;
    bool too_long;
};

bool administration_set_target(struct administration_script *script, const char *text)
{
    uint8_t room[AID_DIGITS_MAX / 2];
    struct writer aid = writer_on(room, sizeof(room));
    script->files = strncmp(text, "rfm", 3) == 0;
    if (!script->files && strncmp(text, "ram", 3) != 0)
        return false;
    script->target[0] = '\0';
    if (text[3] == '\0')
        return !script->files;
    if (text[3] != '@' || !hex_decode(text + 4, &aid) || aid.len < 5)
        return false;
    snprintf(script->target, sizeof(script->target), "//aid/%.*s/%s", RID_DIGITS, text + 4,
             text + 4 + RID_DIGITS);
    return true;
}

static int find_psk(void *context, const struct MHD_Connection *connection, const char *identity,
                    void **psk, size_t *size)
{
    const struct administration *administration = context;
    (void)connection;
    if (strcmp(identity, administration->psk.identity) != 0) {
        trace_notice("a client calls itself %s, which is not the key's identity", identity);
        return -1;
    }
    *psk = malloc(administration->psk.key_len);
    if (*psk == NULL)
        return -1;
    memcpy(*psk, administration->psk.key, administration->psk.key_len);
    *size = administration->psk.key_len;
    return 0;
}

static const char *field(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value != NULL ? value : "";
}

/* The card of this name; the first is forgotten for one too many. */
static struct card *find_card(struct server *server, const char *agent)
{
    for (size_t i = 0; i < server->card_count; i++)
        if (strcmp(server->cards[i].agent, agent) == 0)
            return &server->cards[i];
    if (server->card_count == CARDS_MAX)
        memmove(server->cards, server->cards + 1, --server->card_count * sizeof(server->cards[0]));
    struct card *card = &server->cards[server->card_count++];
    *card = (struct card){.done = 0};
    snprintf(card->agent, sizeof(card->agent), "%s", agent);
    return card;
}

static void say_answer(const struct server *server, const struct card *card, size_t number,
                       json_t *answer)
{
    const struct administration_script *script = &server->administration->scripts[number - 1];
    if (server->administration->json) {
        json_object_set_new(answer, "card", json_string(card->agent));
        json_object_set_new(answer, "script", json_string(script->name));
        json_dumpf(answer, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        printf("%s: script %zu (%s): %s\n", card->agent, number, script->name,
               json_string_value(json_object_get(answer, "scriptStatus")));
        report_print_script(answer);
    }
    fflush(stdout);
}

/* What a card has answered to a script. */
static void take_answer(struct server *server, struct card *card, size_t number, const char *status,
                        const struct request *request)
{
    json_t *answer = json_object();
    json_object_set_new(answer, "scriptStatus", json_string(*status != '\0' ? status : "none"));
    if (request->len > 0)
        report_read_script(bytes_of(request->body, request->len), answer);
    server->failed |= strcmp(status, "ok") != 0 || !report_is_script_good(answer);
    say_answer(server, card, number, answer);
    json_decref(answer);
    card->done = number;
}

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned status,
                               struct bytes body, const char *const fields[][2], size_t count)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "X-Admin-Protocol", "globalplatform-remote-admin/1.0");
    for (size_t i = 0; i < count; i++)
        if (fields[i][1][0] != '\0')
            MHD_add_response_header(response, fields[i][0], fields[i][1]);
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result give_script(const struct server *server, struct MHD_Connection *connection,
                                   size_t number)
{
    const struct administration_script *script = &server->administration->scripts[number - 1];
    char next[64];
    snprintf(next, sizeof(next), NEXT_URI, number);
    const char *const fields[][2] = {{"X-Admin-Next-URI", next},
                                     {"Content-Type", script->files ? FILES : CARD_CONTENT},
                                     {"X-Admin-Targeted-Application", script->target}};
    return respond(connection, MHD_HTTP_OK, bytes_of(script->data, script->len), fields,
                   sizeof(fields) / sizeof(fields[0]));
}

/* Where the card stands: at its beginning, where it was broken off, or behind a script. */
static enum MHD_Result answer(struct server *server, struct MHD_Connection *connection,
                              const char *uri, const struct request *request)
{
    struct card *card = find_card(server, field(connection, "X-Admin-From"));
    const size_t count = server->administration->count;
    size_t number = 0;
    if (sscanf(uri, NEXT_URI, &number) == 1 && number >= 1 && number <= count)
        take_answer(server, card, number, field(connection, "X-Admin-Script-Status"), request);
    else if (strcmp(field(connection, "X-Admin-Resume"), "true") != 0)
        card->done = 0;
    trace_detail("%s has answered %zu of %zu scripts", card->agent, card->done, count);
    if (card->done < count)
        return give_script(server, connection, card->done + 1);
    card->done = 0;
    server->ended = true;
    return respond(connection, MHD_HTTP_NO_CONTENT, (struct bytes){0}, NULL, 0);
}

static void collect(struct request *request, const char *data, size_t len)
{
    uint8_t *body =
        request->len + len <= BODY_MAX ? realloc(request->body, request->len + len) : NULL;
    request->too_long |= body == NULL;
    if (body == NULL)
        return;
    request->body = body;
    memcpy(body + request->len, data, len);
    request->len += len;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *uri,
                              const char *method, const char *version, const char *data,
                              size_t *len, void **state)
{
    struct server *server = context;
    struct request *request = *state;
    (void)version;
    if (request == NULL) {
        *state = calloc(1, sizeof(*request));
        return *state != NULL ? MHD_YES : MHD_NO;
    }
    if (*len > 0) {
        collect(request, data, *len);
        *len = 0;
        return MHD_YES;
    }
    if (strcmp(method, "POST") != 0 || request->too_long)
        return respond(connection, MHD_HTTP_BAD_REQUEST, (struct bytes){0}, NULL, 0);
    pthread_mutex_lock(&server->mutex);
    const enum MHD_Result result = answer(server, connection, uri, request);
    pthread_mutex_unlock(&server->mutex);
    return result;
}

static void forget(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode code)
{
    struct request *request = *state;
    (void)context;
    (void)connection;
    (void)code;
    if (request != NULL)
        free(request->body);
    free(request);
    *state = NULL;
}

/* [ADDRESS:]PORT, by default on this machine alone. */
static bool read_listen(const char *text, struct sockaddr_in *out, struct fault *fault)
{
    char address[INET_ADDRSTRLEN] = "127.0.0.1", *end;
    const char *colon = strrchr(text, ':'), *port = colon != NULL ? colon + 1 : text;
    const unsigned long number = strtoul(port, &end, 10);
    if (colon != NULL)
        snprintf(address, sizeof(address), "%.*s", (int)(colon - text), text);
    *out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    if (*port != '\0' && *end == '\0' && number <= UINT16_MAX &&
        inet_pton(AF_INET, address, &out->sin_addr) == 1)
        return true;
    fault_raise(fault, WHERE, "--listen %s: [ADDRESS:]PORT is wanted", text);
    return fault_usage(fault);
}

static struct MHD_Daemon *start(struct server *server, const struct sockaddr_in *place)
{
    return MHD_start_daemon(
        MHD_USE_TLS | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle,
        server, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)place, MHD_OPTION_HTTPS_PRIORITIES,
        PRIORITIES, MHD_OPTION_HTTPS_CRED_TYPE, GNUTLS_CRD_PSK, MHD_OPTION_GNUTLS_PSK_CRED_HANDLER,
        find_psk, (void *)(uintptr_t)server->administration, MHD_OPTION_NOTIFY_COMPLETED, forget,
        NULL, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
}

static bool is_over(struct server *server)
{
    pthread_mutex_lock(&server->mutex);
    const bool over = server->administration->once && server->ended;
    pthread_mutex_unlock(&server->mutex);
    return over || interrupt_seen();
}

bool administration_serve(const struct administration *administration, const char *listen,
                          bool *all_good, struct fault *fault)
{
    struct sockaddr_in place;
    if (!read_listen(listen, &place, fault))
        return false;
    struct server server = {.administration = administration};
    pthread_mutex_init(&server.mutex, NULL);
    struct MHD_Daemon *daemon = start(&server, &place);
    if (daemon == NULL) {
        fault_raise(fault, WHERE, "port %s cannot be served: %s", listen, strerror(errno));
        return fault_next(fault, "--listen names another port");
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    trace_notice("serves at port %u, %zu scripts", info != NULL ? info->port : 0,
                 administration->count);
    while (!is_over(&server))
        usleep(WAIT_MS * 1000);
    /* The last answer is still to go out. */
    if (!interrupt_seen())
        usleep(2 * WAIT_MS * 1000);
    MHD_stop_daemon(daemon);
    *all_good = !server.failed;
    return true;
}
