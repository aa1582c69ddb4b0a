#include "tools/lib/server/refusal.h"

#define REFUSAL_ROW(name, subject, reason, goes_on, text) [name] = {subject, reason, goes_on, text},
static const struct refusal_row rows[REFUSAL_COUNT] = {REFUSAL_TABLE(REFUSAL_ROW)};

const struct refusal_row *refusal_row(enum refusal refusal)
{
    return &rows[refusal];
}
