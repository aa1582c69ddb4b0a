#include "card/applications.h"

#include "fs/uicc/uicc.h"
#include "isd-r/isd_r.h"

static void open_uicc_channel(void *state, uint8_t channel, uint8_t from)
{
    uicc_open_channel(state, channel, from);
}

void applications_init(struct applications *applications, struct isd_r *isd_r, struct uicc *uicc)
{
    *applications = (struct applications){
        .rows = {[APPLICATIONS_UICC] = {&uicc_application, uicc, open_uicc_channel},
                 {&isd_r_application, isd_r, NULL},
                 {&ecasd_application, isd_r, NULL}},
        .count = 3,
    };
}
