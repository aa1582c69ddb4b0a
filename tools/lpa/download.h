/* download: a profile from an SM-DP+ onto the card (SGP.22 §3.1.3). */
#ifndef EMUICC_TOOLS_LPA_DOWNLOAD_H
#define EMUICC_TOOLS_LPA_DOWNLOAD_H

#include "tools/lpa/session.h"

struct download_wish {
    struct session_wish session;
    const char *confirmation_code; /* NULL: asked for on a terminal, if need be */
    bool keep_notification;        /* do not send the result to the server */
    /* Called with what the server says of the profile, before any of it is loaded. */
    void (*announce)(void *context, const json_t *profile);
    void *context;
};

/* If the wish allows for remote profile management and the server has some, that is executed in the
 * profile's stead.
 * Runs all steps. If one fails after the card has authenticated the server, the session is
 * cancelled on both sides; if the card has given a result, that goes to the server. `document` gets
 * "version", "profile" or "commands", "result", "notifications" and "cancelled", as far as it came.
 */
bool download_run(const struct session_means *means, const struct download_wish *wish,
                  json_t *document);

#endif
