#include "tools/lib/es9/http.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/trace.h"
#include "crypto/pki/certificate.h"
#include "tools/lib/common/base64.h"
#include "tools/lib/es9/ca.h"
#include "tools/lib/transport/interrupt.h"

#define CONNECT_SECONDS 10L
#define TOTAL_SECONDS 120L
#define URL_SIZE 600
#define CERTIFICATE_MAX 8192
/* AES-128 with SHA-256 first: as strong as P-256, and the least work for both sides. */
#define CIPHERS "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define ABORT 1 /* what a libcurl callback returns to end a transfer */

static int watch(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                 curl_off_t up)
{
    (void)context, (void)down_total, (void)down, (void)up_total, (void)up;
    return interrupt_seen() ? ABORT : 0;
}

/* libcurl's write callback; fewer bytes than given end the transfer. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct http_answer *answer = context;
    const size_t len = size * count;
    if (len > HTTP_ANSWER_MAX - answer->len)
        return 0;
    char *more = realloc(answer->body, answer->len + len + 1);
    if (more == NULL)
        return 0;
    memcpy(more + answer->len, data, len);
    answer->body = more;
    answer->len += len;
    answer->body[answer->len] = '\0';
    return len;
}

static bool add_line(struct curl_slist **list, const char *line, struct fault *fault)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return fault_raise(fault, "memory", "there is none left");
    *list = longer;
    return true;
}

static bool set_headers(struct http *http)
{
    /* clang-format off */
    const char *const headers[] = {
        "User-Agent: gsma-rsp-lpad",
        http->v3 ? "X-Admin-Protocol: gsma/rsp/v3.1.0" : "X-Admin-Protocol: gsma/rsp/v2.2.2",
        "Content-Type: application/json;charset=UTF-8",
        "Accept: application/json",
        "Expect:", /* no waiting for 100 before the body */
    };
    /* clang-format on */
    curl_slist_free_all(http->headers);
    http->headers = NULL;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        if (!add_line(&http->headers, headers[i], http->fault))
            return false;
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
    return true;
}

static bool is_mapping(const char *text)
{
    size_t colons = 0;
    for (; *text != '\0'; text++)
        colons += *text == ':';
    return colons >= 3;
}

bool http_check_connect_to(const char *text)
{
    if (is_mapping(text))
        return true;
    trace_error("--connect-to: '%.60s' is not NAME:PORT:HOST:PORT", text);
    return false;
}

static bool set_connect_to(struct http *http, const struct options_list *connect_to)
{
    for (size_t i = 0; i < connect_to->count; i++) {
        if (!is_mapping(connect_to->items[i])) {
            fault_raise(http->fault, "--connect-to", "'%s' is not NAME:PORT:HOST:PORT",
                        connect_to->items[i]);
            return fault_usage(http->fault);
        }
        if (!add_line(&http->connect_to, connect_to->items[i], http->fault))
            return false;
    }
    if (connect_to->count == 0)
        return true;
    curl_easy_setopt(http->curl, CURLOPT_CONNECT_TO, http->connect_to);
    /* An address given by hand is meant to be reached as it is, not through a proxy. */
    curl_easy_setopt(http->curl, CURLOPT_NOPROXY, "*");
    return true;
}

static void set_ca(struct http *http)
{
    struct curl_blob blob = {http->ca.data, http->ca.len, CURL_BLOB_COPY};
    curl_easy_setopt(http->curl, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(http->curl, CURLOPT_CAPATH, NULL); /* this CI and no other */
    curl_easy_setopt(http->curl, CURLOPT_CERTINFO, 1L);
}

static void set_manners(struct http *http)
{
    CURL *curl = http->curl;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_TLS13_CIPHERS, CIPHERS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, TOTAL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->error);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
}

bool http_init(struct http *http, const char *ca, const struct options_list *connect_to,
               struct fault *fault)
{
    *http = (struct http){.post = http_post, .fault = fault};
    if (ca != NULL && !ca_read(ca, &http->ca, fault))
        return false;
    http->curl = curl_easy_init();
    if (http->curl == NULL)
        return fault_raise(fault, "memory", "there is none left");
    set_manners(http);
    if (ca != NULL)
        set_ca(http);
    return set_connect_to(http, connect_to);
}

void http_finish(struct http *http)
{
    curl_easy_cleanup(http->curl);
    curl_slist_free_all(http->headers);
    curl_slist_free_all(http->connect_to);
    blob_finish(&http->ca);
    *http = (struct http){0};
}

/* Why a server's certificate was not accepted: libcurl has one code for all of it, its TLS library
 * words. */
const char *http_certificate_hint(const char *detail, bool own_ca)
{
    static const char *const late[] = {"has expired", "expiration date has passed"};
    static const char *const early[] = {"not yet valid", "not yet activated"};
    for (size_t i = 0; i < 2; i++) {
        if (strstr(detail, late[i]) != NULL)
            return "the server needs a new certificate, or this machine's clock is wrong";
        if (strstr(detail, early[i]) != NULL)
            return "this machine's clock is wrong, or the server's certificate is for later";
    }
    return own_ca ? "--ca names another CI than the server's, or the name is not the one in its "
                    "certificate"
                  : "--ca names the CI to trust: its certificate, or a folder that emuicc-pki made";
}

/* What to do about libcurl's way of saying no. */
static bool explain(struct http *http, CURLcode code, const char *address)
{
    struct fault *fault = http->fault;
    const char *detail = http->error[0] != '\0' ? http->error : curl_easy_strerror(code);
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return interrupt_none(fault) && fault_raise(fault, "HTTPS", "%s", detail);
    case CURLE_COULDNT_RESOLVE_HOST:
        fault_raise(fault, "HTTPS", "%s: %s", address, detail);
        return fault_next(fault, "for a server without a name in DNS: --connect-to "
                                 "NAME:443:HOST:PORT");
    case CURLE_COULDNT_CONNECT:
        fault_raise(fault, "HTTPS", "%s: %s", address, detail);
        return fault_next(fault, "see whether the server runs (emuicc-smdpp, tools/start)");
    case CURLE_OPERATION_TIMEDOUT:
        fault_raise(fault, "HTTPS", "%s: %s", address, detail);
        return fault_next(fault, "try again later");
    case CURLE_WRITE_ERROR:
        return fault_raise(fault, "HTTPS", "%s sends more than %u bytes", address, HTTP_ANSWER_MAX);
    case CURLE_PEER_FAILED_VERIFICATION:
        fault_raise(fault, "TLS", "the certificate of %s is not accepted: %s", address, detail);
        return fault_next(fault, "%s", http_certificate_hint(detail, http->ca.len > 0));
    case CURLE_SSL_CACERT_BADFILE:
        return fault_raise(fault, "--ca", "the certificate cannot be read: %s", detail);
    default:
        return fault_raise(fault, code == CURLE_SSL_CONNECT_ERROR ? "TLS" : "HTTPS", "%s: %s",
                           address, detail);
    }
}

/* The server's own certificate of the last connection, in PEM, as libcurl lists it. */
static const char *server_certificate(struct http *http)
{
    struct curl_certinfo *chain = NULL;
    if (curl_easy_getinfo(http->curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
        chain->num_of_certs == 0)
        return NULL;
    for (const struct curl_slist *line = chain->certinfo[0]; line != NULL; line = line->next)
        if (strncmp(line->data, "Cert:", 5) == 0)
            return line->data + 5;
    return NULL;
}

/* Takes a certificate in PEM apart; views into der. */
static bool read_pem(const char *pem, struct writer *der, struct certificate *out)
{
    const char *front = pem != NULL ? strstr(pem, "-----BEGIN CERTIFICATE-----") : NULL;
    if (front == NULL)
        return false;
    front += strlen("-----BEGIN CERTIFICATE-----");
    return base64_decode(bytes_of(front, strcspn(front, "-")), der) &&
           certificate_parse(writer_bytes(der), out) == CERTIFICATE_OK;
}

static const struct role {
    enum rsp_role certificate, other;
    const char *server, *name;
} roles[] = {
    [HTTP_SMDP] = {RSP_ROLE_DP_TLS, RSP_ROLE_DP_TLS, "SM-DP+", "DPtls"},
    [HTTP_SMDS] = {RSP_ROLE_DS_TLS, RSP_ROLE_DS_TLS, "SM-DS", "DStls"},
    [HTTP_EITHER] = {RSP_ROLE_DP_TLS, RSP_ROLE_DS_TLS, "SM-DP+ or SM-DS", "DPtls or DStls"},
};

bool http_is_right_server(const char *pem, enum http_role role, const char *address,
                          struct fault *fault)
{
    const struct role *wanted = &roles[role];
    uint8_t memory[CERTIFICATE_MAX];
    struct writer der = writer_on(memory, sizeof(memory));
    struct certificate certificate;
    const bool read = read_pem(pem, &der, &certificate);
    const bool right =
        read && (certificate.role == wanted->certificate || certificate.role == wanted->other);
    if (right && certificate.dns_name.len > 0)
        return true;
    if (right) {
        fault_raise(fault, "TLS", "the certificate of %s names no host in its subjectAltName",
                    address);
        return fault_next(fault, "the common name is none (SGP.22 §4.5.2.1): the server needs "
                                 "another certificate");
    }
    fault_raise(fault, "TLS", "the certificate of %s is not one for an %s's TLS", address,
                wanted->server);
    return fault_next(fault, "the server must show a %s certificate (policy 2.23.146.1.2.1.%u)",
                      wanted->name, (unsigned)wanted->certificate);
}

/* Any certificate of the CI would do for TLS alone; only servers may be talked to. A connection is
 * judged when it is new, and one that was refused is not used again. */
static bool check_role(struct http *http, const char *address)
{
    long new_connections = 0;
    curl_easy_getinfo(http->curl, CURLINFO_NUM_CONNECTS, &new_connections);
    if (http->ca.len == 0 || new_connections == 0)
        return true;
    if (http_is_right_server(server_certificate(http), http->role, address, http->fault))
        return true;
    curl_easy_setopt(http->curl, CURLOPT_FRESH_CONNECT, 1L);
    return false;
}

bool http_post(struct http *http, const char *address, const char *path, const char *json,
               struct http_answer *answer)
{
    char url[URL_SIZE];
    *answer = (struct http_answer){0};
    if (!set_headers(http))
        return false;
    snprintf(url, sizeof(url), "https://%s%s", address, path);
    trace_detail(">> POST %s (%zu bytes)", url, strlen(json));
    http->error[0] = '\0';
    curl_easy_setopt(http->curl, CURLOPT_URL, url);
    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, json);
    curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, answer);
    const CURLcode code = curl_easy_perform(http->curl);
    if (code == CURLE_OK && check_role(http, address)) {
        curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer->status);
        trace_detail("<< HTTP %ld (%zu bytes)", answer->status, answer->len);
        return true;
    }
    if (code != CURLE_OK)
        explain(http, code, address);
    free(answer->body);
    *answer = (struct http_answer){0};
    return false;
}
