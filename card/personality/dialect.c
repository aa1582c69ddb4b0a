#include "card/personality/habits.h"

const struct habits habits_default = {.channels = APDU_CHANNELS - 1, .extended = 1};

size_t habits_le_of(const struct habits *habits, const struct apdu *apdu)
{
    const bool has_le = apdu->le > 0;
    if (habits->answers == HABITS_ANSWERS_FETCHED && apdu->data.len > 0)
        return 0;
    if (habits->answers == HABITS_ANSWERS_AT_ONCE && !has_le)
        return APDU_LE_SHORT_MAX;
    return apdu->le;
}
