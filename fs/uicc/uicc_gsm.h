/* uicc_gsm: class A0, for terminals that know 2G only (TS 51.011). Served as long as the profile
 * has a DF.GSM below its MF; without, each command is answered SW_CLASS. */
#ifndef EMUICC_FS_UICC_UICC_GSM_H
#define EMUICC_FS_UICC_UICC_GSM_H

#include "fs/uicc/uicc_commands.h"

command_handler uicc_gsm_select, uicc_gsm_get_response, uicc_gsm_status, uicc_gsm_read_binary,
    uicc_gsm_update_binary, uicc_gsm_read_record, uicc_gsm_update_record, uicc_gsm_run_algorithm;
command_handler uicc_gsm_terminal_profile, uicc_gsm_envelope, uicc_gsm_fetch,
    uicc_gsm_terminal_response;
/* uicc_gsm_file */
command_handler uicc_gsm_seek, uicc_gsm_increase, uicc_gsm_invalidate, uicc_gsm_rehabilitate,
    uicc_gsm_sleep;
/* uicc_gsm_chv */
command_handler uicc_gsm_verify_chv, uicc_gsm_change_chv, uicc_gsm_disable_chv, uicc_gsm_enable_chv,
    uicc_gsm_unblock_chv;

/* The 2G word for what a UICC's handler said. */
int uicc_gsm_translate(int status);
/* 2G is there with DF.GSM and not without. */
bool uicc_gsm_is_served(struct uicc *uicc);
/* Says that the answer, which stands in uicc->gsm, waits for GET RESPONSE, as T=0 wants it in 2G.
 */
int uicc_gsm_announce(struct uicc *uicc, const struct writer *answer);

#endif
