/* es10b_iot: what an IPA calls (SGP.32 §5.9): the functions that an IoT eUICC has beside those of
 * SGP.22. A chip that is none does not know their tags. */
#ifndef EMUICC_ISD_R_ES10B_IOT_H
#define EMUICC_ISD_R_ES10B_IOT_H

#include "isd-r/es10_row.h"

/* es10b_eim.c */
es10_handler es10b_get_certs, es10b_add_initial_eim, es10b_get_eim_configuration_data;

#endif
