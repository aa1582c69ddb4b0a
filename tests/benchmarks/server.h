/* server: an SM-DP+ in this process, made of crypto/ and the binder, that gives a chip one good
 * session after another. Its signatures are those of the chip's own PKI. */
#ifndef EMUICC_TESTS_BENCHMARKS_SERVER_H
#define EMUICC_TESTS_BENCHMARKS_SERVER_H

#include "crypto/pki/pki.h"

#define SERVER_TRANSACTION_ID_SIZE 16
#define SERVER_REQUEST_MAX 4096
#define SERVER_BOUND_MAX 131072

struct server {
    struct random random;
    struct pki_entity ci, euicc, auth, binding;
    uint8_t eid[PKI_EID_SIZE]; /* of the chip, at first that of the PKI's eUICC certificate */
    uint8_t transaction_id[SERVER_TRANSACTION_ID_SIZE];
    uint8_t request_room[SERVER_REQUEST_MAX], bound_room[SERVER_BOUND_MAX];
};

void server_init(struct server *server, const char *pki);
void server_finish(struct server *server);

/* Each takes the chip's last answer and returns the next request, borrowed until the next call. */
struct bytes server_authenticate(struct server *server, struct bytes challenge_answer);
struct bytes server_prepare(struct server *server, struct bytes authenticate_answer);
/* A BoundProfilePackage with profile protection keys. iccid: as EF.ICCID codes it. */
struct bytes server_bind(struct server *server, struct bytes prepare_answer, struct bytes package,
                         struct bytes iccid);

#endif
