/* session: card and server make sure of each other, which every dealing with an SM-DP+ begins with
 * (SGP.22 §3.0.1), and the end of a session before its time (§3.0.2). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_SESSION_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_SESSION_H

#include "tools/lib/common/euicc_info.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es9/es9.h"
#include "tools/lib/download/progress.h"

/* What a session needs of the program. */
struct session_context {
    struct es10 *es10;
    struct http *http;
    struct progress *progress;
    struct fault *fault;
};

/* What kind of server is asked: the address of an event may be either's (SGP.22 §3.6.2). */
enum session_peer {
    SESSION_SMDP,
    SESSION_SMDS,
    SESSION_EITHER,
};

struct session_request {
    struct activation code;
    enum session_peer peer;
    struct bytes smds_oid; /* of the SM-DS that has named the matching id, coded; empty: none has */
    /* To be registered with an SM-DS of v3 for a push service; empty: events are asked for. */
    struct bytes push_service, push_token;
    struct es10b_device device;
    /* ES10B_DOWNLOAD, ES10B_RPM: what the server may give. A server of v2 gives downloads only. */
    uint32_t operation;
    struct bytes iccid;                  /* of the profile that is asked for; empty: of any */
    enum es10b_purpose purpose;          /* a profile leaves, or comes back: no operation counts */
    struct bytes target_eid, target_tac; /* of the device it leaves for; empty: not said */
};

struct session {
    const struct session_context *context;
    const struct session_request *request;
    json_t *document;
    struct euicc_versions versions; /* the card's */
    uint32_t capability;            /* its EuiccRspCapability */
    bool smds;                      /* the server is an SM-DS */
    bool v3;                        /* the server has named its version, and it is 3 or more */
    struct es9_answer opened, offered;
    struct blob card_answer;         /* what the server gets next */
    bool authenticated;              /* the card has a session to cancel */
    enum es10b_cancel_reason reason; /* if it has to be cancelled now */
};

/* All steps until the server has offered something: a profile, an RPM package or, an SM-DS, events.
 * `document` gets "version", the server's, if it
 * named one. False after a fault; session_finish() is due in any case. */
bool session_open(struct session *session);
void session_finish(struct session *session);

static inline struct bytes session_transaction_id(const struct session *session)
{
    return es9_field(&session->opened, ES9_TRANSACTION_ID);
}
/* What it has offered is an RPM package and no profile. */
static inline bool session_offers_rpm(const struct session *session)
{
    return es9_field(&session->offered, ES9_SMDP_SIGNED3).len > 0;
}

/* What it has offered is that a profile leaves or comes back. */
static inline bool session_offers_change(const struct session *session)
{
    return es9_field(&session->offered, ES9_SMDP_SIGNED4).len > 0;
}

/* The names under which the server is called, once it is known what it is. */
enum es9_function session_initiation(const struct session *session);
enum es9_function session_authentication(const struct session *session);

struct session_step {
    const char *text; /* "installing" */
    bool (*run)(void *context);
};
/* Runs the steps up to the first that fails, or the user's wish to stop. */
bool session_run(struct session *session, const struct session_step *steps, size_t count,
                 void *context);

/* Keeps a card's answer beyond its next one. */
bool session_keep(const struct session *session, struct bytes answer, struct blob *out);

/* Both sides learn that nothing more comes; `document` gets "cancelled". What fails now is traced
 * only. */
void session_cancel(struct session *session);

/* The fault is that card and server have no version of SGP.22 in common: another address may help.
 */
bool session_versions_differ(const struct fault *fault);
/* The fault is that nothing waits: so a server says it that was asked without a matching id, and an
 * SM-DS also for an event that is gone. */
bool session_nothing_waits(const struct fault *fault, const char *matching_id);

#endif
