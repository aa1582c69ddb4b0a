/* rpm: remote profile management: an operator's commands for profiles on the card, which its SM-DP+
 * holds ready and the card carries out where a profile's metadata allow it (SGP.22 v3 §3.7). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_RPM_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_RPM_H

#include "tools/lib/download/session.h"

/* Gives the card the package that the server offers in this session, and the signed result to the
 * server. `document` gets "commands", each with its "result", and "notifications". True if the card
 * has carried the package out, whatever came of single commands; *more: the server has another one.
 * The session is over then. */
bool rpm_execute(struct session *session, bool keep_notification, bool *more);

/* What the server offers in this session, unexecuted: `document` gets "commands". */
bool rpm_look(struct session *session);

/* Opens a session that asks for RPM alone and executes what the server offers. */
bool rpm_run(const struct session_context *context, const struct session_request *request,
             bool keep_notification, json_t *document, bool *more);

#endif
