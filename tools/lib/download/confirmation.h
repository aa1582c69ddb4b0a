/* confirmation: the confirmation code that an operator gives beside an activation code (SGP.22
 * §4.7). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_CONFIRMATION_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_CONFIRMATION_H

#include "tools/lib/download/session.h"

#define CONFIRMATION_CODE_SIZE 64

/* A secret: wiped by confirmation_wipe(). */
struct confirmation {
    char code[CONFIRMATION_CODE_SIZE]; /* "": none is known */
};

/* Takes what stands on the command line (NULL: nothing). False after a fault. */
bool confirmation_take(struct confirmation *confirmation, const char *given, struct fault *fault);
/* Asks on a terminal, if none is known. False after a fault; the session's reason is set then. */
bool confirmation_need(struct confirmation *confirmation, struct session *session);
/* SHA256(SHA256(code) | transaction id) (SGP.22 §3.1.3.2). False after a fault. */
bool confirmation_hash(const struct confirmation *confirmation, const struct session *session,
                       uint8_t hash[ES10B_HASH_LEN]);
void confirmation_wipe(struct confirmation *confirmation);

#endif
