/* state: all that the ISD-R knows between two commands. isd_r.c owns it; the functions work on it,
 * and hand each wing what it works on. */
#ifndef EMUICC_ISD_R_STATE_H
#define EMUICC_ISD_R_STATE_H

#include "isd-r/assembly.h"
#include "isd-r/download/download.h"
#include "isd-r/info/credentials.h"
#include "isd-r/iot/immediate.h"
#include "isd-r/iot/iot_memory.h"
#include "isd-r/isd_r_settings.h"
#include "isd-r/profiles/profile_state.h"
#include "isd-r/session/rsp_session.h"
#include "isd-r/session/server_auth.h"

struct isd_r {
    struct store *store;
    struct random *random;
    const struct isd_r_settings *settings;
    const struct euicc_info *info; /* the settings' */
    struct credentials credentials;
    struct registry registry;
    struct notification notification;
    struct profile_state profiles;
    struct rsp_session session;
    struct server_auth_trust trust; /* by which servers are judged */
    struct download download;
    struct assembly assembly; /* of STORE DATA's blocks */
    struct terminal terminal;
    struct iot_memory iot_memory; /* of an IoT eUICC, as the next */
    struct immediate_download downloaded;
    bool locked;                          /* by ISD_R_QUIRK_LOCKED_BY_ENABLE, until a reset */
    const struct checkpoint_watch *watch; /* NULL: nobody watches */
};

#endif
