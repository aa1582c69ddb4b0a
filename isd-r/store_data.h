/* store_data: STORE DATA, the command that carries every ES10 function in blocks of up to 255 bytes
 * (SGP.22 §5.7.2). A function's blocks are put together; a bound package's go on as they come. */
#ifndef EMUICC_ISD_R_STORE_DATA_H
#define EMUICC_ISD_R_STORE_DATA_H

#include "apdu/command.h"

/* state: struct isd_r *. */
command_handler store_data_handle;

#endif
