#include "card/fault/timing.h"

#include <string.h>

#include "isd-r/es10.h"

#define MS 1000u

/* Public measurements of real eUICCs: GetEUICCChallenge 6 ms, GetEUICCInfo1 41 ms,
 * AuthenticateServer 3.1 s, PrepareDownload 3.75 s, a package of 18 segments 18.3 s, over PC/SC
 * 1.07 ms a command and 62 us a byte. Nobody has published the others: what reads or writes a
 * little is taken for GetEUICCInfo1; what makes one signature, or writes its notification, for a
 * third of AuthenticateServer, which checks a certificate and a signature and makes one. */
#define SIGNS (1033 * MS)

/* clang-format off */
static const struct timing real = {
    .command_us = 1070,
    .byte_us = 62,
    .segment_us = 18300 * MS / 18,
    .other_us = 41 * MS,
    .functions = {
        {ES10_GET_EUICC_CHALLENGE,         6 * MS},
        {ES10_GET_EUICC_INFO1,             41 * MS},
        {ES10_AUTHENTICATE_SERVER,         3100 * MS},
        {ES10_PREPARE_DOWNLOAD,            3750 * MS},
        {ES10_LOAD_BOUND_PROFILE_PACKAGE,  0}, /* its segments */
        {ES10_LOAD_CRL,                    SIGNS},
        {ES10_ENABLE_PROFILE,              SIGNS},
        {ES10_DISABLE_PROFILE,             SIGNS},
        {ES10_DELETE_PROFILE,              SIGNS},
        {ES10_EUICC_MEMORY_RESET,          SIGNS},
        {ES10_CANCEL_SESSION,              SIGNS},
    },
};
/* clang-format on */

void timing_init(struct timing *timing)
{
    *timing = real;
}

/* The place of the function with this tag, or the first that is free, or TIMING_FUNCTIONS. */
static size_t find(const struct timing *timing, uint32_t tag)
{
    size_t i = 0;
    while (i < TIMING_FUNCTIONS && timing->functions[i].tag != tag && timing->functions[i].tag != 0)
        i++;
    return i;
}

uint32_t timing_cost_of(const struct timing *timing, uint32_t tag)
{
    const size_t place = find(timing, tag);
    return place < TIMING_FUNCTIONS && timing->functions[place].tag == tag
               ? timing->functions[place].us
               : timing->other_us;
}

bool timing_set(struct timing *timing, uint32_t tag, uint32_t us)
{
    const size_t place = find(timing, tag);
    if (place == TIMING_FUNCTIONS)
        return false;
    timing->functions[place] = (struct timing_cost){tag, us};
    return true;
}
