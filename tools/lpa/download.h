/* download: a profile from an SM-DP+ onto the card (SGP.22 §3.1.3). */
#ifndef EMUICC_TOOLS_LPA_DOWNLOAD_H
#define EMUICC_TOOLS_LPA_DOWNLOAD_H

#include "tools/lpa/activation.h"
#include "tools/lpa/es10b.h"
#include "tools/lpa/es9.h"
#include "tools/lpa/progress.h"

struct download_wish {
    struct activation code;
    const char *confirmation_code; /* NULL: asked for on a terminal, if need be */
    struct es10b_device device;
    bool keep_notification; /* do not send the result to the server */
    /* Called with what the server says of the profile, before any of it is loaded. */
    void (*announce)(void *context, const json_t *profile);
    void *context;
};

/* What the download needs of the program. */
struct download_means {
    struct es10 *es10;
    struct http *http;
    struct progress *progress;
    struct fault *fault;
};

/* Runs all steps. If one fails after the card has authenticated the server, the session is
 * cancelled on both sides; if the card has given a result, that goes to the server. `document` gets
 * "profile", "result", "notifications" and "cancelled", as far as it came. */
bool download_run(const struct download_means *means, const struct download_wish *wish,
                  json_t *document);

#endif
