/* change_request: an operator is asked whether a profile may leave for another device
 * (ES2+.HandleDeviceChangeRequest, SGP.22 v3 §5.3). No text of its JSON is at hand: the members
 * have the names of the function's parameters, and the rest is as in the other functions of ES2+.
 */
#ifndef EMUICC_TOOLS_SMDPP_STATE_CHANGE_REQUEST_H
#define EMUICC_TOOLS_SMDPP_STATE_CHANGE_REQUEST_H

#include "crypto/primitives/hash.h"
#include "fs/profile/iccid.h"
#include "tools/lib/server/call.h"

#define CHANGE_REQUEST_PATH "/gsma/rsp2/es2plus/handleDeviceChangeRequest"
#define CHANGE_MESSAGE_SIZE 321 /* 80 characters and an end */
#define CHANGE_LANGUAGE_SIZE 16

struct change_question {
    const char *iccid; /* digits */
    const char *eid;   /* of the new device; "": not known */
    struct bytes tac;  /* the same; empty: not known */
};

struct change_answer {
    char new_iccid[ICCID_TEXT_SIZE]; /* of the profile for the new device; "": the same one */
    char message[CHANGE_MESSAGE_SIZE], language[CHANGE_LANGUAGE_SIZE]; /* to the user; "": none */
    bool has_code;
    uint8_t code[SHA256_SIZE]; /* digest of the confirmation code */
};

/* The request's text, on the heap; NULL if memory is short. */
char *change_request_make(const struct change_question *question, const char *requester,
                          const char *call_id);
/* The operator's answer (JSON). 0; REFUSAL_ICCID_NOT_ALLOWED if it says no; REFUSAL_FUNCTION if it
 * is no answer; or a failure. */
int change_request_read(struct bytes answer, struct change_answer *out);

#endif
