/* download_request: what the user wants of a download. */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_REQUEST_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_REQUEST_H

#include "tools/lib/download/session.h"

struct download_request {
    struct session_request session;
    const char *confirmation_code; /* NULL: asked for on a terminal, if need be */
    bool keep_notification;        /* do not send the result to the server */
    /* Called with what the server says of the profile, before any of it is loaded. */
    void (*announce)(void *context, const json_t *profile);
    /* Called with the chip's ProfileInstallationResult, whole, before it goes anywhere; or NULL. */
    void (*result)(void *context, struct bytes installation);
    void *context;
};

#endif
