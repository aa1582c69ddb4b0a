/* download: a profile from an SM-DP+ onto the card (SGP.22 §3.1.3). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_DOWNLOAD_H

#include "tools/lib/download/download_request.h"

/* If the request allows for remote profile management and the server has some, that is executed in
 * the profile's stead. Runs all steps. If one fails after the card has authenticated the server,
 * the session is cancelled on both sides; if the card has given a result, that goes to the server.
 * `document` gets "version", "profile" or "commands", "result", "notifications" and "cancelled", as
 * far as it came. A request to either kind of server that an SM-DS answers gives its "events"
 * (discovery_read()), and nothing is loaded.
 */
bool download_run(const struct session_context *context, const struct download_request *request,
                  json_t *document);

/* What the server would give: `document` gets "profile", or "commands" of an RPM package. It is
 * told that the download is postponed. */
bool download_look(const struct session_context *context, const struct session_request *request,
                   json_t *document);

#endif
