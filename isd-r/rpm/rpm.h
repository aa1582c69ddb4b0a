/* rpm: what remote profile management works on. */
#ifndef EMUICC_ISD_R_RPM_RPM_H
#define EMUICC_ISD_R_RPM_RPM_H

#include "isd-r/profiles/profile_state.h"
#include "isd-r/session/rsp_session.h"

/* Both are borrowed. */
struct rpm {
    const struct rsp_session *session; /* whose server manages */
    struct profile_state *state;       /* of the profiles that it manages */
};

#endif
