#include "card/applications.h"

#include "fs/domain/access_rules.h"
#include "fs/domain/domain.h"
#include "fs/uicc/uicc.h"
#include "isd-r/isd_r.h"

static void open_uicc_channel(void *state, uint8_t channel, uint8_t from)
{
    uicc_open_channel(state, channel, from);
}

void applications_init(struct applications *applications, struct isd_r *isd_r, struct uicc *uicc,
                       struct domains *domains)
{
    *applications = (struct applications){
        .rows = {[APPLICATIONS_UICC] = {&uicc_application, uicc, open_uicc_channel,
                                        APPLICATIONS_NO_DOMAIN, true},
                 [APPLICATIONS_ISD_R] = {&isd_r_application, isd_r, NULL, APPLICATIONS_CHIP, false},
                 {&ecasd_application, isd_r, NULL, APPLICATIONS_NO_DOMAIN, false},
                 [APPLICATIONS_DOMAIN] = {&domain_application, domains, NULL, APPLICATIONS_PROFILE,
                                          true},
                 {&access_rules_application, domains, NULL, APPLICATIONS_NO_DOMAIN, true}},
        .count = 5,
        .domains = domains,
    };
}
