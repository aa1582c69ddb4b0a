#include "tools/inspect/token.h"

#include <stdio.h>
#include <string.h>

#include "apdu/hex.h"
#include "crypto/primitives/random.h"
#include "crypto/primitives/secret.h"

bool token_make(struct token *token, const char *given, const char *where)
{
    uint8_t bytes[(TOKEN_SIZE - 1) / 2];
    struct random random;
    const char *port = strrchr(where, ':');
    random_init(&random);
    if (random_fill(&random, bytes, sizeof(bytes)) != 0)
        return false;
    hex_encode(bytes_of(bytes, sizeof(bytes)), token->text);
    if (given != NULL)
        snprintf(token->text, sizeof(token->text), "%s", given);
    snprintf(token->cookie, sizeof(token->cookie), "emuicc-inspect-%.5s",
             port != NULL ? port + 1 : "");
    return true;
}

bool token_matches(const struct token *token, const char *said)
{
    return said != NULL && secret_equal(bytes_of_text(token->text), bytes_of_text(said));
}
