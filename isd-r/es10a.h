/* es10a: the addresses that the chip knows (SGP.22 §5.7.3, §5.7.4). */
#ifndef EMUICC_ISD_R_ES10A_H
#define EMUICC_ISD_R_ES10A_H

#include "isd-r/es10_row.h"

es10_handler es10a_get_euicc_configured_addresses, es10a_set_default_dp_address,
    es10a_iot_set_default_dp_address;

#endif
