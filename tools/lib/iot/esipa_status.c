#include "tools/lib/iot/esipa_status.h"

#define FUNCTION_FAILED "1.6/4.2"

static const struct {
    enum esipa_function function;
    const char *codes;
    uint32_t error;
} rows[] = {
    {ESIPA_INITIATE_AUTHENTICATION, "8.8.1/3.8", 1},
    {ESIPA_INITIATE_AUTHENTICATION, "8.8.3/3.1", 2},
    {ESIPA_INITIATE_AUTHENTICATION, "8.8.2/3.1", 3},
    {ESIPA_INITIATE_AUTHENTICATION, "8.8.4/3.7", 3},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1.2/6.1", 1},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1.2/6.3", 2},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1.3/6.1", 3},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1.3/6.3", 4},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1/6.1", 5},
    {ESIPA_AUTHENTICATE_CLIENT, "8.2.6/3.8", 6},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1.1/3.8", 7},
    {ESIPA_AUTHENTICATE_CLIENT, "8.2.5/4.3", 8},
    {ESIPA_AUTHENTICATE_CLIENT, "8.2/1.2", 8},
    {ESIPA_AUTHENTICATE_CLIENT, "8.11.1/3.9", 9},
    {ESIPA_AUTHENTICATE_CLIENT, "8.10.1/3.9", 10},
    {ESIPA_AUTHENTICATE_CLIENT, "8.1/4.8", 11},
    {ESIPA_AUTHENTICATE_CLIENT, "8.9.5/3.9", 56},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.1/6.1", 1},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.2.7/2.2", 2},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.2.7/3.8", 3},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.2.7/6.4", 4},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.2/3.7", 5},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.8.5/4.10", 6},
    {ESIPA_GET_BOUND_PROFILE_PACKAGE, "8.10.1/3.9", 95},
    {ESIPA_CANCEL_SESSION, "8.10.1/3.9", 1},
    {ESIPA_CANCEL_SESSION, "8.1/6.1", 2},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

uint32_t esipa_status_error(enum esipa_function function, const char *codes)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].function == function && strcmp(rows[i].codes, codes) == 0)
            return rows[i].error;
    return ESIPA_UNDEFINED_ERROR;
}

const char *esipa_status_codes(enum esipa_function function, uint32_t error)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].function == function && rows[i].error == error)
            return rows[i].codes;
    return FUNCTION_FAILED;
}
