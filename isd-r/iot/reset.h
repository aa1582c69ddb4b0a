/* reset: eUICCMemoryReset of SGP.32 (§5.9.5), and of its v1.0, whose bits are others. */
#ifndef EMUICC_ISD_R_IOT_RESET_H
#define EMUICC_ISD_R_IOT_RESET_H

#include "isd-r/iot/iot.h"

/* What is to go. */
struct reset_request {
    uint32_t profiles; /* PROFILE_STATE_RESET_* */
    bool eims;         /* with their counters, results, and the authorisation of rollback */
    bool immediate;    /* the configuration of immediate enabling */
};
/* What has become of it: resetResult, resetEimResult, resetImmediateEnableConfigResult. */
struct reset_results {
    int profiles, eims, immediate;
};
#define RESET_NOTHING 1 /* nothingToDelete, nothingToReset */

/* To be committed. 0 or a failure. */
int reset_carry_out(const struct iot *iot, const struct reset_request *request,
                    struct reset_results *out);

#endif
