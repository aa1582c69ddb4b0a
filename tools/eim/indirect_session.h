/* indirect_session: what the eIM keeps of an indirect download between two messages of the IPA, and
 * its calls of the SM-DP+ or SM-DS. Inside tools/eim only. */
#ifndef EMUICC_TOOLS_EIM_INDIRECT_SESSION_H
#define EMUICC_TOOLS_EIM_INDIRECT_SESSION_H

#include "tools/eim/downloads.h"
#include "tools/eim/eim.h"
#include "tools/lib/es9/es9.h"

struct indirect_session {
    struct session_entry entry; /* its id begins with the SM-DP+'s transaction id */
    struct http http;
    struct fault fault;
    struct download download;
    struct blob server_signed1;
    uint8_t hash_cc[32]; /* of the order's confirmation code; has_hash_cc: there is one */
    bool has_hash_cc;
    bool smds;             /* the server is an SM-DS, by the role of its certificate */
    const char *procedure; /* what the server has refused, as results name it; NULL: nothing */
};

/* The table that holds them. 0 or a failure. */
int indirect_session_table(struct session_table **out);

/* 0 or a failure. The session is the caller's until indirect_session_put(). */
int indirect_session_create(struct eim *eim, struct indirect_session **out);
void indirect_session_destroy(struct indirect_session *session);
/* Gives it to the table, by the transaction id in its download. */
void indirect_session_put(struct eim *eim, struct indirect_session *session);
/* NULL if there is none. */
struct indirect_session *indirect_session_take(struct eim *eim, struct bytes transaction_id);

/* Calls the SM-DP+. 0 with *answer, which is to be finished in any case; or the error of ESipa that
 * the server's codes stand for, 127 where they stand for none: its words are kept with the order.
 */
int indirect_session_call(struct eim *eim, struct indirect_session *session,
                          enum es9_function function, const struct es9_argument *arguments,
                          size_t count, struct es9_answer *answer);

#endif
