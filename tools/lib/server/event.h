/* event: that something waits for a chip at a server, as an SM-DP+ tells an SM-DS (ES12) and an
 * SM-DS its root (ES15) (SGP.22 §5.10, §6.5.2.12 and on). */
#ifndef EMUICC_TOOLS_LIB_SERVER_EVENT_H
#define EMUICC_TOOLS_LIB_SERVER_EVENT_H

#include "tools/lib/server/call.h"

#define EVENT_EID_SIZE 33      /* 32 digits and an end */
#define EVENT_ID_SIZE 256      /* an event id, end included */
#define EVENT_ADDRESS_SIZE 256 /* a server's address, end included */

struct event {
    char eid[EVENT_EID_SIZE];
    char id[EVENT_ID_SIZE];
    char address[EVENT_ADDRESS_SIZE]; /* where the chip's LPA is to ask: rspServerAddress */
    bool forward;                     /* the SM-DS tells its root */
};

/* "/gsma/rsp2/es12/registerEvent": interface is "es12" or "es15". */
#define EVENT_REGISTER(interface) "/gsma/rsp2/" interface "/registerEvent"
#define EVENT_DELETE(interface) "/gsma/rsp2/" interface "/deleteEvent"

/* How a server reaches an SM-DS. */
struct event_link {
    const char *address; /* what LPAs ask and orders name; NULL: there is none */
    /* Asks and waits; false after a trace line. answer: JSON, the caller's. */
    bool (*ask)(void *context, const char *path, const char *body, struct blob *answer);
    /* Says, and does not wait; takes body over. path lives for ever. */
    void (*send)(void *context, const char *path, char *body);
    void *context;
};

/* The text of a request, on the heap; NULL if memory is short. Deletion: only eid and id count. */
char *event_make(const struct event *event, const char *requester, const char *call_id,
                 bool deletion);
/* An answer that says that it was executed; *known: it was refused because it is so already. */
bool event_executed(struct bytes answer, bool *known);
/* What a call of ES12 or ES15 says. 0 or a refusal. */
int event_read(struct call *call, bool deletion, struct event *out);

#endif
