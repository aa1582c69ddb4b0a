/* state: all that the ISD-R knows between two commands. isd_r.c owns it; the functions work on it.
 */
#ifndef EMUICC_ISD_R_STATE_H
#define EMUICC_ISD_R_STATE_H

#include "isd-r/download/bpp.h"
#include "isd-r/info/credentials.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/isd_r.h"
#include "isd-r/profiles/notification.h"
#include "isd-r/profiles/profile_state.h"
#include "isd-r/profiles/registry.h"
#include "isd-r/session/rsp_session.h"
#include "isd-r/store_data.h"

struct isd_r {
    struct store *store;
    struct random *random;
    const struct isd_r_settings *settings;
    const struct euicc_info *info; /* the settings' */
    struct credentials credentials;
    struct registry registry;
    struct notification notification;
    struct rsp_session session;
    struct bpp_package *package; /* NULL: none is coming in */
    struct store_data assembly;
    struct isd_r_terminal terminal;
    bool locked; /* by ISD_R_QUIRK_LOCKED_BY_ENABLE, until a reset */
    struct profile_state_pending pending;
    struct isd_r_wish wish;
    const struct checkpoint_watch *watch; /* NULL: nobody watches */
};

#endif
