/* es10c: what the user does with profiles through the LPA (SGP.22 §5.7.15 to §5.7.21). */
#ifndef EMUICC_ISD_R_ES10C_H
#define EMUICC_ISD_R_ES10C_H

#include "isd-r/es10_row.h"

es10_handler es10c_get_profiles_info, es10c_enable_profile, es10c_disable_profile,
    es10c_delete_profile, es10c_euicc_memory_reset, es10c_get_eid, es10c_set_nickname;

#endif
