/* uicc_gsm: class A0, for terminals that know 2G only (TS 51.011). Served as long as the profile
 * has a DF.GSM below its MF; without, each command is answered SW_CLASS. */
#ifndef EMUICC_FS_UICC_UICC_GSM_H
#define EMUICC_FS_UICC_UICC_GSM_H

#include "fs/uicc/uicc_commands.h"

command_handler uicc_gsm_select, uicc_gsm_get_response, uicc_gsm_status, uicc_gsm_read_binary,
    uicc_gsm_update_binary, uicc_gsm_read_record, uicc_gsm_update_record, uicc_gsm_verify_chv,
    uicc_gsm_run_algorithm;

#endif
