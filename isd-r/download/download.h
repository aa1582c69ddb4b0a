/* download: what LoadBoundProfilePackage works on. */
#ifndef EMUICC_ISD_R_DOWNLOAD_DOWNLOAD_H
#define EMUICC_ISD_R_DOWNLOAD_DOWNLOAD_H

#include "apdu/checkpoint.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/info/terminal.h"
#include "isd-r/profiles/notification.h"
#include "isd-r/profiles/registry.h"
#include "isd-r/session/rsp_session.h"

struct bpp_package; /* heap; one while a package comes in */

/* All but the package is borrowed. */
struct download {
    struct rsp_session *session;
    struct registry *registry;
    struct notification *notification;
    const struct euicc_info *info;
    const struct terminal *terminal;
    const uint8_t *eid;        /* CREDENTIALS_EID_SIZE bytes */
    uint32_t segment_max;      /* bytes of the longest segment that this chip takes */
    const struct bytes *rules; /* the Rules Authorisation Table, unless the store has another */
    const struct checkpoint_watch *watch; /* NULL: nobody watches */
    struct bpp_package *package;          /* NULL: none is coming in */
};

#endif
