/* smds: the state of an SM-DS, whatever the transport. Handlers may run at the same time. */
#ifndef EMUICC_TOOLS_SMDS_SMDS_H
#define EMUICC_TOOLS_SMDS_SMDS_H

#include "apdu/options.h"
#include "tools/lib/authentication/authentication.h"
#include "tools/lib/common/database.h"
#include "tools/lib/server/event.h"

#define SMDS_PUSH_MAX 256 /* bytes of all push services */

struct smds {
    struct random random;
    struct credentials credentials;
    struct version_plan version;
    char address[AUTHENTICATION_ADDRESS_SIZE]; /* what is signed */
    struct session_table *sessions;
    struct database *database;
    struct writer push_services; /* OBJECT IDENTIFIERs by which devices may want to be told */
    uint8_t push_memory[SMDS_PUSH_MAX];
    struct event_link root; /* where events are forwarded to; address NULL: nowhere */
};

struct smds_plan {
    const char *pki;                          /* folder; borrowed */
    const char *address;                      /* NULL: the name in the DStls certificate */
    const char *events;                       /* SQLite file; NULL: in memory */
    const struct options_list *push_services; /* in dots; NULL: none */
    struct version_plan version;
};

/* 0, or a failure after one trace line that says what is wrong with what. */
int smds_create(const struct smds_plan *plan, struct smds **out);
void smds_destroy(struct smds *smds); /* NULL is fine */

/* The server as chips authenticate it; it borrows. */
struct authentication_server smds_authentication(struct smds *smds);

/* A session: what is settled with the chip is all there is to it. */
int smds_open_session(struct smds *smds, struct authentication **out);
void smds_end_session(struct authentication *session);

/* A fresh id, for a call or an event. 0 or a failure. */
#define SMDS_ID_SIZE 33
int smds_draw_id(struct smds *smds, char out[SMDS_ID_SIZE]);

#endif
