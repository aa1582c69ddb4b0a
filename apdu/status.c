#include "apdu/status.h"

#include <stddef.h>

static const struct {
    uint16_t status;
    const char *text;
} statuses[] = {
#define STATUS_ROW(name, value, text) {value, text},
    STATUS_TABLE(STATUS_ROW)
#undef STATUS_ROW
};

/* The family whose second byte carries a number. */
static uint16_t family(uint16_t status)
{
    switch (status & 0xFF00) {
    case SW_BYTES_AVAILABLE:
    case SW_WRONG_LENGTH:
    case SW_WRONG_LE:
    case SW_PROACTIVE:
    case SW_GSM_RESPONSE:
        return status & 0xFF00;
    }
    return (status & 0xFFF0) == SW_COUNTER ? SW_COUNTER : status;
}

const char *status_text(uint16_t status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].status == family(status))
            return statuses[i].text;
    return "unknown status word";
}
