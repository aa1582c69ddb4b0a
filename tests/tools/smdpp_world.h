/* smdpp_world: a folder with a PKI and packages of our own, a server on it without a socket, and
 * the calls of an LPA. */
#ifndef EMUICC_TESTS_TOOLS_SMDPP_WORLD_H
#define EMUICC_TESTS_TOOLS_SMDPP_WORLD_H

#include "tests/tools/mini_card.h"
#include "tools/smdpp/es9/es9.h"
#include "tools/smdpp/state/smdpp.h"

#define WORLD_ADDRESS "testsmdpplus1.example.com"
#define WORLD_PATH_SIZE 256
#define WORLD_EID "89049032123451234512345678901235"
/* Names of the packages in the folder. */
#define WORLD_SMALL "SMALL"
#define WORLD_LARGE "LARGE" /* several segments, metadata of several segments too */
#define WORLD_CODE "CODE"   /* confirmation code 12345678 */
#define WORLD_RULES "RULES" /* PPR1 */

struct world {
    char folder[WORLD_PATH_SIZE], pki[WORLD_PATH_SIZE], profiles[WORLD_PATH_SIZE];
    enum pki_variant variant; /* of the server's chain at its next restart */
    const struct options_list *crls;
    const char *svn;   /* the server's at its next restart; NULL: the default */
    bool all_variants; /* set before world_make(): the PKI has those of v3 as well */
    struct smdpp *smdpp;
};

void world_make(struct world *world);
/* The same server started anew, on this file of orders (NULL: in memory). */
void world_restart(struct world *world, const char *orders);
void world_end(struct world *world);

/* A package of at least this many bytes with an ICCID that ends with `number`; appended. */
void world_put_package(unsigned number, size_t len, struct writer *out);
void world_write(const char *folder, const char *name, struct bytes content);

/* Calls a function of ES9+ ("initiateAuthentication") or ES2+ ("downloadOrder"); gives the request
 * back. NULL for an answer without content; the HTTP status goes to *status if it is not NULL. */
json_t *world_call(struct world *world, const char *function, json_t *request, unsigned *status);

/* "8.1/6.1" for a refusal, "" for success. */
const char *world_codes(const json_t *response, char out[32]);
#define cr_assert_codes(response, expected)                                                        \
    do {                                                                                           \
        char codes_[32];                                                                           \
        cr_assert_str_eq(world_codes(response, codes_), expected);                                 \
    } while (0)

/* Steps that are expected to succeed; each gives what it used back. */
void world_authenticate(struct world *world, struct mini_card *card, const char *matching_id);
void world_initiate(struct world *world, struct mini_card *card);
void world_download(struct world *world, struct mini_card *card, struct mini_card_installed *out);

#endif
