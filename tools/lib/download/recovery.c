#include "tools/lib/download/recovery.h"

#include <stdio.h>

#include "tools/lib/download/change.h"
#include "tools/lib/es10/es10b_change.h"

static bool take_code(struct session *session, char code[ACTIVATION_WHOLE_SIZE])
{
    struct bytes found;
    bool code_wanted;
    if (!change_read_signed4(session, &code_wanted, &found))
        return false;
    if (found.len == 0 || found.len >= ACTIVATION_WHOLE_SIZE)
        return fault_raise(session->context->fault, es9_name(ES9_AUTHENTICATE_CLIENT),
                           "the server names no activation code for the recovery");
    snprintf(code, ACTIVATION_WHOLE_SIZE, "%.*s", (int)found.len, (const char *)found.data);
    if (!es10b_verify_recovery(session->context->es10,
                               es9_field(&session->offered, ES9_SMDP_SIGNED4),
                               es9_field(&session->offered, ES9_SMDP_SIGNATURE4)))
        return false;
    session->authenticated = false; /* the card has ended the session */
    return true;
}

bool recovery_run(const struct session_context *context, const struct session_request *request,
                  json_t *document, char code[ACTIVATION_WHOLE_SIZE])
{
    struct session session = {.context = context, .request = request, .document = document};
    const bool good = session_open(&session) && take_code(&session, code);
    if (!good && session.authenticated)
        session_cancel(&session);
    progress_end(context->progress);
    session_finish(&session);
    return good;
}
