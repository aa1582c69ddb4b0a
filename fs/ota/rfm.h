/* rfm: remote file management: commands on files in a context of its own, which begins anew with
 * each script and knows no PIN that a terminal has presented (TS 102 226 §7, TCA §8.8). */
#ifndef EMUICC_FS_OTA_RFM_H
#define EMUICC_FS_OTA_RFM_H

#include "fs/ota/script.h"
#include "fs/uicc/uicc.h"

struct rfm {
    struct uicc *uicc;
    struct uicc_remote remote;
    struct uicc_gsm terminal; /* what class A0 has announced to the terminal */
    struct chain_link link;
};

/* Begins for an instance, of which this is the PE-RFM's value; its commands are carried out by
 * rfm_target(). False if it names an ADF that is not there. rfm_end() is due after true. link: the
 * chain it may be in. */
bool rfm_begin(struct rfm *rfm, struct uicc *uicc, struct bytes parameters,
               const struct chain_link *link);
/* 0, or a failure. */
int rfm_end(struct rfm *rfm);

/* Borrows the rfm. */
struct script_target rfm_target(struct rfm *rfm);

#endif
