/* smdpp: the server's state, whatever the transport. Handlers may run at the same time. */
#ifndef EMUICC_TOOLS_SMDPP_STATE_SMDPP_H
#define EMUICC_TOOLS_SMDPP_STATE_SMDPP_H

#include "apdu/options.h"
#include "tools/smdpp/orders/catalogue_cache.h"
#include "tools/lib/server/credentials.h"
#include "tools/lib/common/database.h"
#include "tools/lib/server/event.h"
#include "tools/smdpp/state/change_request.h"
#include "tools/smdpp/state/progress.h"
#include "tools/smdpp/state/session.h"

#define SMDPP_ADDRESS_SIZE METADATA_TEXT_ADDRESS_SIZE

struct smdpp {
    struct random random;
    struct credentials credentials;
    struct version_plan version;
    struct blob crls;                 /* to be stapled: CertificateList, one after the other */
    const char *profiles;             /* folder; the caller's text */
    struct catalogue_cache *packages; /* of that */
    char address[SMDPP_ADDRESS_SIZE]; /* serverAddress: what is signed */
    struct session_table *sessions;
    struct database *database;
    bool any_chip;           /* what a chip says it cannot take is sent all the same */
    int64_t order_lifetime;  /* seconds from ConfirmOrder on; 0: for ever */
    unsigned order_tries;    /* downloads that an operator's order may begin */
    progress_sink *progress; /* NULL: no operator wants to hear */
    void *progress_context;
    /* Asks an operator and waits, as event_link's; NULL: there is none to ask. */
    bool (*ask_operator)(void *context, const char *path, const char *body, struct blob *answer);
    void *operator_context;
    struct event_link discovery; /* the SM-DS; address NULL: there is none */
};

#define SMDPP_ORDER_TRIES 10
struct smdpp_plan {
    const char *pki, *profiles; /* folders; borrowed */
    const char *address;        /* NULL: the name in the DPtls certificate */
    const char *orders;         /* SQLite file; NULL: in memory */
    struct version_plan version;
    enum pki_variant variant;        /* of the chain for chips that take one; O: none */
    const struct options_list *crls; /* files to be stapled; NULL: none */
    bool any_chip;
    int64_t order_lifetime;
    unsigned order_tries; /* 0: SMDPP_ORDER_TRIES */
};

/* 0, or a failure after one trace line that says what is wrong with what. */
int smdpp_create(const struct smdpp_plan *plan, struct smdpp **out);
void smdpp_destroy(struct smdpp *smdpp);

/* The server as chips authenticate it; it borrows. */
struct authentication_server smdpp_authentication(struct smdpp *smdpp);

/* A matching id of 20 characters that nobody guesses. 0 or a failure. */
int smdpp_draw_matching_id(struct smdpp *smdpp, char out[ORDERS_TEXT_SIZE]);

/* Registers what waits for the order's chip at the SM-DS, so that it finds its way here, and takes
 * that back; nothing is done for an order without one. The first is 0, REFUSAL_DISCOVERY without a
 * detail, or a failure; the second does not wait. */
int smdpp_register_event(struct smdpp *smdpp, const struct order *order);
void smdpp_forget_event(struct smdpp *smdpp, const struct order *order);

/* Tells the operator, if the order is an operator's and one listens. A failure stays here: a
 * download does not depend on who hears of it. */
void smdpp_tell(struct smdpp *smdpp, const struct progress *progress);
/* The same of a call in a session: result is what it ended with; of failures nobody hears. */
void smdpp_tell_session(struct smdpp *smdpp, const struct call *call, const struct session *session,
                        enum progress_point point, int result);
void smdpp_tell_rpm(struct smdpp *smdpp, const struct progress_rpm *progress);
void smdpp_tell_change(struct smdpp *smdpp, const struct order *order,
                       const struct progress_change *progress);

/* May this profile of the operator's leave for another device (ES2+.HandleDeviceChangeRequest)?
 * Yes where there is no operator to ask. *out is set. A refusal without a detail, a failure, or 0.
 */
int smdpp_ask_change(struct smdpp *smdpp, const struct order *order, const struct change_question *,
                     struct change_answer *out);

#endif
