/* recovery: a profile that has left for another device, and is in none, comes back (SGP.22 v3
 * §3.11.2). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_RECOVERY_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_RECOVERY_H

#include "tools/lib/download/session.h"

/* Asks the server how this card gets the profile back (request->iccid, purpose recovery), and has
 * the card verify it. code: what a download then takes. `document` gets "version", "cancelled". */
bool recovery_run(const struct session_context *context, const struct session_request *request,
                  json_t *document, char code[ACTIVATION_WHOLE_SIZE]);

#endif
