/* https_client: a client of emuicc-smdpp over TLS by libcurl, as an LPA or an operator is one. What
 * goes wrong fails the test. */
#ifndef EMUICC_TESTS_TOOLS_HTTPS_CLIENT_H
#define EMUICC_TESTS_TOOLS_HTTPS_CLIENT_H

#include <curl/curl.h>

#include "tests/tools/smdpp_world.h"

struct https_client {
    CURL *curl;
    struct curl_slist *headers, *connect_to;
    char ca[WORLD_PATH_SIZE + 64];
    const char *port;
    long status; /* HTTP's, of the last answer */
    char *type;  /* its Content-Type, or NULL */
};

/* Believes the CI of this PKI; every host is this machine, at the port. */
void https_client_open(struct https_client *client, const char *pki, const char *port);
void https_client_close(struct https_client *client);

/* The answer's text, on the heap; "" without a body. */
char *https_client_post(struct https_client *client, const char *path, const char *text,
                        size_t len);
/* A function of an interface ("es9plus"); gives the request back. NULL for no answer. */
json_t *https_client_call(struct https_client *client, const char *interface, const char *function,
                          json_t *request);
/* A whole download by this chip, its notification included. */
void https_client_download(struct https_client *client, struct mini_card *card,
                           const char *matching_id);

#endif
