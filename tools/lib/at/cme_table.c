/* The texts of the modem's errors (TS 27.007 §9.2). */
#include "tools/lib/at/cme.h"

#include <stddef.h>

/* clang-format off */
static const struct {
    int32_t code;
    const char *text;
} rows[] = {
    {0, "phone failure"},
    {1, "no connection to phone"},
    {CME_NOT_ALLOWED, "operation not allowed"},
    {CME_NOT_SUPPORTED, "operation not supported"},
    {5, "PH-SIM PIN required"},
    {CME_NOT_INSERTED, "SIM not inserted"},
    {CME_PIN_REQUIRED, "SIM PIN required"},
    {CME_PUK_REQUIRED, "SIM PUK required"},
    {CME_FAILURE, "SIM failure"},
    {CME_BUSY, "SIM busy"},
    {15, "SIM wrong"},
    {CME_PASSWORD, "incorrect password"},
    {17, "SIM PIN2 required"},
    {18, "SIM PUK2 required"},
    {CME_MEMORY_FULL, "memory full"},
    {CME_INDEX, "invalid index"},
    {CME_NOT_FOUND, "not found"},
    {23, "memory failure"},
    {CME_TOO_LONG, "text string too long"},
    {CME_CHARACTERS, "invalid characters in text string"},
    {30, "no network service"},
    {CME_PARAMETERS, "Incorrect parameters"},
    {100, "unknown"},
};
/* clang-format on */

const char *cme_text(int32_t code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].text;
    return NULL;
}
