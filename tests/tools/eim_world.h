/* eim_world: an eIM without a socket, and the chip's half of the PKI, for tests. Whatever does not
 * hold ends the test. */
#ifndef EMUICC_TESTS_TOOLS_EIM_WORLD_H
#define EMUICC_TESTS_TOOLS_EIM_WORLD_H

#include "tests/crypto/folder.h"
#include "tools/eim/front.h"
#include "tools/eim/package.h"
#include "tools/eim/rest_orders.h"
#include "tools/lib/iot/esipa.h"

#define EID "89049032123451234512345678901235"
#define ICCID "8988211000000000011"
#define ROOM 8192

/* An eIM and the chip's half of the PKI. */
struct eim_world {
    struct folder folder;
    char store[sizeof(((struct folder *)0)->path) + 16];
    struct eim_plan plan;
    struct eim *eim;
    struct pki_entity eum, euicc;
    struct random random;
    int64_t token;
};

extern struct eim_world eim_world;

/* What the eIM has handed out: a package's counter and transaction id. */
struct handed {
    uint32_t counter;
    uint8_t transaction[ORDERS_TRANSACTION_SIZE];
    bool signed_right; /* by the eIM's key with the chip's token */
};

void eim_world_make(void);
void eim_world_end(void);
/* The server goes away without a word and comes back. */
void eim_world_restart(void);
/* An order for the chip, with this content (JSON). */
void eim_world_order(enum order_facility facility, const char *content,
                     char name[ORDERS_NAME_SIZE]);
/* What became of it, as JSON text (the caller's), if it is in this state. */
char *eim_world_outcome(const char *name, const char *state);
/* A message of ESipa, and its answer (the caller's). */
struct blob eim_world_send(struct bytes request);
struct blob eim_world_ask(void);                     /* GetEimPackage */
struct blob eim_world_provide(struct bytes element); /* ProvideEimPackageResult */
/* These give the answer back. */
void eim_world_expect_error(struct blob answer, uint32_t error);
void eim_world_expect(struct blob answer, const char *digits);
struct handed eim_world_take_package(struct blob answer);
/* The chip's result: signed data with this inside (hexadecimal digits). */
void eim_world_sign(const struct handed *handed, uint32_t choice, const char *rest,
                    const struct ec_private *key, struct writer *out);
/* The eIM asks for certificates before anything: the chip's answer, and giving it. */
struct bytes eim_world_certificates(struct writer *out);
void eim_world_tell_certificates(void);

#define EXPECT_OUTCOME(name, state, json)                                                          \
    do {                                                                                           \
        char *said = eim_world_outcome(name, state);                                               \
        cr_expect_str_eq(said, json);                                                              \
        free(said);                                                                                \
    } while (0)

#endif
