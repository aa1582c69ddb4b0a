#include "tools/lib/download/confirmation.h"

#include <string.h>

#include "crypto/primitives/hash.h"
#include "crypto/primitives/secret.h"
#include "tools/lib/download/prompt.h"
#include "tools/lib/transport/interrupt.h"

bool confirmation_take(struct confirmation *confirmation, const char *given, struct fault *fault)
{
    *confirmation = (struct confirmation){0};
    if (given != NULL && strlen(given) >= CONFIRMATION_CODE_SIZE)
        return fault_raise(fault, "--confirmation-code", "it is too long");
    if (given != NULL)
        strcpy(confirmation->code, given);
    return true;
}

bool confirmation_need(struct confirmation *confirmation, struct session *session)
{
    struct fault *fault = session->context->fault;
    if (confirmation->code[0] != '\0')
        return true;
    progress_end(session->context->progress);
    if (prompt_secret("confirmation code", confirmation->code, sizeof(confirmation->code)))
        return true;
    if (!interrupt_none(fault))
        return false;
    session->reason = ES10B_END_USER_REJECTION;
    fault_raise(fault, "confirmation code", "the server wants one for this profile");
    return fault_next(fault, "give it with --confirmation-code");
}

bool confirmation_hash(const struct confirmation *confirmation, const struct session *session,
                       uint8_t hash[ES10B_HASH_LEN])
{
    const struct bytes code = bytes_of_text(confirmation->code);
    uint8_t inner[SHA256_SIZE];
    const bool good =
        sha256(&code, 1, inner) == 0 &&
        sha256((struct bytes[]){bytes_of(inner, sizeof(inner)), session_transaction_id(session)}, 2,
               hash) == 0;
    wipe(inner, sizeof(inner));
    return good || fault_raise(session->context->fault, "memory", "there is none left");
}

void confirmation_wipe(struct confirmation *confirmation)
{
    wipe(confirmation->code, sizeof(confirmation->code));
}
