#include "tools/lib/coap/coap_client.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/coap/coap_tls.h"
#include "tools/lib/es9/ca.h"
#include "tools/lib/server/tls.h"
#include "tools/lib/transport/interrupt.h"

#define WHAT "CoAP"
#define WAIT_MS 100
#define TIMEOUT_S 120
#define ACK_SECONDS 5 /* an eIM may have to ask an SM-DP+ first */
#define TOKEN_MAX 8

struct coap_client {
    struct coap_client_plan plan;
    struct fault *fault;
    coap_context_t *context;
    coap_session_t *session; /* NULL: none yet */
    char address[COAP_TLS_WHERE_SIZE], host[COAP_TLS_WHERE_SIZE];
    struct blob ca;
    /* of the call that is made */
    struct blob *answer;
    bool done, failed;
    coap_pdu_code_t code;
    coap_nack_reason_t reason;
};

static coap_response_t on_response(coap_session_t *session, const coap_pdu_t *sent,
                                   const coap_pdu_t *received, const coap_mid_t mid)
{
    (void)sent, (void)mid;
    struct coap_client *client = coap_session_get_app_data(session);
    const uint8_t *data = NULL;
    size_t len = 0, offset, total;
    if (client == NULL || client->answer == NULL)
        return COAP_RESPONSE_OK;
    client->code = coap_pdu_get_code(received);
    if (coap_get_data_large(received, &len, &data, &offset, &total) && len > 0) {
        blob_finish(client->answer);
        client->failed = blob_copy(bytes_of(data, len), client->answer) != 0;
    }
    client->done = true;
    return COAP_RESPONSE_OK;
}

static void on_nack(coap_session_t *session, const coap_pdu_t *sent,
                    const coap_nack_reason_t reason, const coap_mid_t mid)
{
    (void)sent, (void)mid;
    struct coap_client *client = coap_session_get_app_data(session);
    if (client == NULL)
        return;
    client->reason = reason;
    client->failed = client->done = true;
}

bool coap_client_open(const struct coap_client_plan *plan, struct fault *fault,
                      struct coap_client **out)
{
    struct coap_client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return fault_raise(fault, "memory", "there is none left");
    client->plan = *plan;
    client->fault = fault;
    *out = client;
    client->context = coap_tls_context();
    if (client->context == NULL)
        return fault_raise(fault, WHAT, "libcoap has no DTLS here");
    coap_register_response_handler(client->context, on_response);
    coap_register_nack_handler(client->context, on_nack);
    return plan->ca == NULL || ca_read(plan->ca, &client->ca, fault);
}

/* libcoap has looked at chain and dates; here it is whether the certificate is this host's. */
static int check_name(const char *cn, const uint8_t *der, size_t len, coap_session_t *session,
                      unsigned depth, int validated, void *context)
{
    (void)cn, (void)session;
    const struct coap_client *client = context;
    return client->plan.insecure ||
           (validated && (depth > 0 || tls_is_for(bytes_of(der, len), client->host)));
}

static bool connect_to(struct coap_client *client, const char *address)
{
    coap_address_t at;
    if (client->session != NULL && strcmp(client->address, address) == 0)
        return true;
    if (client->session != NULL)
        coap_session_release(client->session);
    client->session = NULL;
    if (strlen(address) >= sizeof(client->address) || !coap_tls_resolve(address, &at, client->host))
        return fault_raise(client->fault, WHAT, "%.100s: no such host", address);
    strcpy(client->address, address);
    coap_dtls_pki_t pki = {.version = COAP_DTLS_PKI_SETUP_VERSION,
                           .verify_peer_cert = !client->plan.insecure,
                           .cert_chain_validation = 1,
                           .cert_chain_verify_depth = 3,
                           .validate_cn_call_back = check_name,
                           .cn_call_back_arg = client,
                           .client_sni = client->host};
    pki.pki_key.key_type = COAP_PKI_KEY_PEM_BUF;
    if (client->ca.len > 0)
        pki.pki_key.key.pem_buf =
            (coap_pki_key_pem_buf_t){.ca_cert = client->ca.data, .ca_cert_len = client->ca.len};
    client->session =
        coap_new_client_session_pki(client->context, NULL, &at, COAP_PROTO_DTLS, &pki);
    if (client->session == NULL)
        return fault_raise(client->fault, WHAT, "%.100s cannot be reached", address);
    coap_session_set_app_data(client->session, client);
    coap_session_set_ack_timeout(client->session, (coap_fixed_point_t){ACK_SECONDS, 0});
    return true;
}

static bool send_request(struct coap_client *client, struct bytes body)
{
    uint8_t token[TOKEN_MAX], format[4];
    size_t token_len = sizeof(token);
    coap_optlist_t *options = NULL;
    coap_pdu_t *pdu = coap_new_pdu(COAP_MESSAGE_CON, COAP_REQUEST_CODE_POST, client->session);
    if (pdu == NULL)
        return false;
    coap_session_new_token(client->session, &token_len, token);
    const unsigned format_len =
        coap_encode_var_safe(format, sizeof(format), COAP_MEDIATYPE_APPLICATION_OCTET_STREAM);
    const bool filled =
        coap_add_token(pdu, token_len, token) &&
        coap_insert_optlist(&options,
                            coap_new_optlist(COAP_OPTION_URI_PATH, strlen(client->plan.path),
                                             (const uint8_t *)client->plan.path)) &&
        coap_insert_optlist(&options,
                            coap_new_optlist(COAP_OPTION_CONTENT_FORMAT, format_len, format)) &&
        coap_add_optlist_pdu(pdu, &options) &&
        coap_add_data_large_request(client->session, pdu, body.len, body.data, NULL, NULL);
    coap_delete_optlist(options);
    if (filled)
        return coap_send(client->session, pdu) != COAP_INVALID_MID;
    coap_delete_pdu(pdu);
    return false;
}

static void drop_session(struct coap_client *client)
{
    coap_session_set_app_data(client->session, NULL);
    coap_session_release(client->session);
    client->session = NULL;
}

static bool wait_for_answer(struct coap_client *client)
{
    const int longest =
        1000 * (int)(client->plan.timeout_s > 0 ? client->plan.timeout_s : TIMEOUT_S);
    int waited = 0;
    while (!client->done && waited < longest && !interrupt_seen()) {
        const int spent = coap_io_process(client->context, WAIT_MS);
        if (spent < 0)
            break;
        waited += spent > 0 ? spent : 1;
    }
    if (!interrupt_none(client->fault))
        return false;
    if (client->done && !client->failed)
        return true;
    return fault_raise(client->fault, WHAT, "%.100s %s", client->address,
                       !client->done ? "does not answer in time"
                       : client->reason == COAP_NACK_TLS_FAILED
                           ? "is refused: its certificate is not for it, or not believed"
                           : "does not answer");
}

bool coap_client_post(struct coap_client *client, const char *address, struct bytes body,
                      struct blob *answer)
{
    *answer = (struct blob){0};
    client->answer = answer;
    client->done = client->failed = false;
    bool good = connect_to(client, address);
    if (good)
        good = send_request(client, body) ||
               fault_raise(client->fault, WHAT, "%.100s: nothing can be sent", address);
    good = good && wait_for_answer(client);
    client->answer = NULL;
    if (!good && client->session != NULL)
        drop_session(client);
    if (good && COAP_RESPONSE_CLASS(client->code) != 2)
        good = fault_raise(client->fault, WHAT, "%.100s answers with %u.%02u", address,
                           (unsigned)client->code >> 5, (unsigned)client->code & 0x1F);
    if (!good)
        blob_finish(answer);
    return good;
}

void coap_client_close(struct coap_client *client)
{
    if (client == NULL)
        return;
    if (client->session != NULL)
        drop_session(client);
    if (client->context != NULL)
        coap_free_context(client->context);
    blob_finish(&client->ca);
    free(client);
}
