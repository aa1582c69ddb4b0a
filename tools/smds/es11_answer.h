/* es11_answer: what an SM-DS tells a chip that it has authenticated: events, in v2's form or signed
 * in v3's, or that its device is registered for a push service (SGP.22 §5.8.2). */
#ifndef EMUICC_TOOLS_SMDS_ES11_ANSWER_H
#define EMUICC_TOOLS_SMDS_ES11_ANSWER_H

#include "tools/smds/smds.h"

struct es11_answer {
    const struct authentication *session;
    struct bytes signature1; /* the chip's, whole */
    const char *eid;
    int64_t now;
};

/* The chip, its LPA and the session allow for v3's form. */
bool es11_answer_is_signed(const struct authentication *session);

/* Set the answer's members. 0 or a failure. */
int es11_answer_events(struct smds *smds, struct call *call, const struct es11_answer *answer,
                       const struct event *events, size_t count);
int es11_answer_registration(struct smds *smds, struct call *call,
                             const struct es11_answer *answer);

#endif
