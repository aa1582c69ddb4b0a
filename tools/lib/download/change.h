/* change: a profile leaves the card for another device, by the word of its server (SGP.22 v3
 * §3.11.1): the old device's half. The other half is a download. */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_CHANGE_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_CHANGE_H

#include "tools/lib/download/session.h"

struct change_outcome {
    char
        activation_code[ACTIVATION_WHOLE_SIZE]; /* for the new device, the deletion's proof in it */
    bool deleted;
    bool recoverable;
    char recoverable_until[32]; /* GeneralizedTime; "": not said */
};

struct change_request {
    struct session_request session; /* purpose, ICCID, what is known of the new device */
    const char *confirmation_code;  /* as in a download_request */
    /* The user's strong confirmation; message: the operator's word to them, "" for none. False,
     * perhaps after a fault: the profile stays. */
    bool (*agree)(void *context, const char *message);
    /* Called when the server has given its word and before the card hears of it, which may delete
     * the profile. False after a fault: the profile stays. */
    bool (*ready)(void *context);
    /* Called when the card has let the profile go, with what is known then: all but the deletion's
     * proof in the code. False after a fault, which ends the run. */
    bool (*left)(void *context, const struct change_outcome *outcome);
    void *context;
};

/* All steps; what fails before the card has deleted the profile cancels the session on both sides.
 * `document` gets "version", "message", "deleted" and "cancelled", as far as it came. What
 * the card has to tell of the deletion is the caller's to send. */
bool change_run(const struct session_context *context, const struct change_request *request,
                json_t *document, struct change_outcome *out);

/* SmdpSigned4 of this session. code: the activation code of a recovery, or empty. False after a
 * fault. */
bool change_read_signed4(const struct session *session, bool *code_wanted, struct bytes *code);

#endif
