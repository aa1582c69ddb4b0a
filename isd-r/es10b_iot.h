/* es10b_iot: what an IPA calls (SGP.32 §5.9): the functions that an IoT eUICC has beside those of
 * SGP.22. A chip that is none does not know their tags. */
#ifndef EMUICC_ISD_R_ES10B_IOT_H
#define EMUICC_ISD_R_ES10B_IOT_H

#include "isd-r/es10_row.h"
#include "isd-r/iot/iot.h"

/* es10b_eim.c */
es10_handler es10b_get_certs, es10b_add_initial_eim, es10b_get_eim_configuration_data;
/* es10b_package.c */
es10_handler es10b_load_euicc_package, es10b_profile_rollback;
/* The answer of a package that somebody wants refused with this error. */
int es10b_refuse_euicc_package(struct isd_r *isd_r, struct bytes request, int error,
                               struct writer *response);
/* es10b_change.c */
es10_handler es10b_immediate_enable, es10b_configure_immediate_enable,
    es10b_execute_fallback_mechanism, es10b_return_from_fallback, es10b_enable_emergency_profile,
    es10b_disable_emergency_profile;
/* es10b_iot.c */
es10_handler es10b_iot_memory_reset, es10b_iot_memory_reset_1_0, es10b_get_connectivity_parameters,
    es10b_ipae_activation;
/* ES10c changes profiles: not while an eIM is associated, on chips with this quirk. */
es10_guard es10b_iot_allows_es10c;

/* What the functions of SGP.32 work on. */
struct iot es10b_iot(struct isd_r *isd_r);
/* Something has happened elsewhere that may end what is remembered; nothing on a chip that is no
 * IoT eUICC. */
int es10b_iot_happened(struct isd_r *isd_r, enum iot_event event);
/* refreshFlag; false where none can be read. Before v1.1 functions have none: it is false. */
bool es10b_iot_take_refresh(const struct isd_r *isd_r, struct bytes *from, bool *out);

#endif
