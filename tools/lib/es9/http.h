/* http: HTTPS as RSP servers speak it (SGP.22 §6.1, §6.5.1), by libcurl. */
#ifndef EMUICC_TOOLS_LIB_ES9_HTTP_H
#define EMUICC_TOOLS_LIB_ES9_HTTP_H

#include <curl/curl.h>

#include "apdu/options.h"
#include "fs/profile/blob.h"
#include "tools/lib/transport/record.h"

#define HTTP_ANSWER_MAX (8u << 20) /* a package of several megabytes in base64 fits */

struct http_answer {
    long status; /* 200, 204 and so on */
    char *body;  /* heap; may be NULL when empty */
    size_t len;
};

/* Whose certificate a server is to show. */
enum http_role {
    HTTP_SMDP,
    HTTP_SMDS,
    HTTP_EITHER,
};

struct http {
    /* http_post() itself, or what a test puts in its place. */
    bool (*post)(struct http *http, const char *address, const char *path, const char *json,
                 struct http_answer *answer);
    CURL *curl;
    struct curl_slist *headers, *connect_to;
    struct blob ca; /* PEM; empty: what this machine trusts */
    enum http_role role;
    bool v3; /* X-Admin-Protocol names v3.1.0, or else v2.2.2 */
    struct fault *fault;
    const char *requester; /* who a server that asks another one is, for the header of its requests
                              (SGP.22 §6.5.1.3); borrowed; NULL: an LPA, which sends none */
    FILE *record;          /* the caller's; NULL: none */
    char error[CURL_ERROR_SIZE];
};

/* ca: as ca_read() takes it, or NULL; connect_to: NAME:PORT:HOST:PORT each. After a failure
 * http_finish() is still due. */
bool http_init(struct http *http, const char *ca, const struct options_list *connect_to,
               struct fault *fault);
void http_finish(struct http *http);

/* The check of --connect-to as an option (options_row). */
bool http_check_connect_to(const char *text);

/* The pure parts of http_post(). Whether a server's certificate (PEM) is one for it, with a fault
 * where not; and what to do when TLS has refused it with these words. */
bool http_is_right_server(const char *pem, enum http_role role, const char *address,
                          struct fault *fault);
const char *http_certificate_hint(const char *detail, bool own_ca);

/* POST of a JSON text to https://address/path. True if any HTTP answer came, from a server whose
 * certificate leads to the CA and, if one was given, is of the role (SGP.22 §4.5.2.1) and bears the
 * name in its subjectAltName. The body is the caller's to free().
 * Ends with a fault when interrupt_seen(). */
bool http_post(struct http *http, const char *address, const char *path, const char *json,
               struct http_answer *answer);

#endif
