#include "card/personality/dialect.h"

const struct dialect dialect_default = {.channels = APDU_CHANNELS - 1, .extended = 1};

size_t dialect_le_of(const struct dialect *dialect, const struct apdu *apdu)
{
    const bool has_le = apdu->le > 0;
    if (dialect->answers == DIALECT_ANSWERS_FETCHED && apdu->data.len > 0)
        return 0;
    if (dialect->answers == DIALECT_ANSWERS_AT_ONCE && !has_le)
        return APDU_LE_SHORT_MAX;
    return apdu->le;
}
