/* uicc_aka: what the contexts of AUTHENTICATE share (TS 31.102 §7.1). */
#ifndef EMUICC_FS_UICC_UICC_AKA_H
#define EMUICC_FS_UICC_UICC_AKA_H

#include "fs/uicc/uicc_keep.h"
#include "fs/usim/usim.h"

#define UICC_AKA_SUCCESS 0xDB

/* A byte of length and as many bytes. */
void uicc_aka_put_lv(struct writer *out, const uint8_t *value, size_t len);
bool uicc_aka_take_lv(struct bytes *from, struct bytes *out);

/* Authenticates the network by the RAND and AUTN in data. 0 with the keys in *answer; 0 with AUTS
 * in the response, and answer->auts_len set, if the sequence number is not fresh; a status word or
 * a failure. The caller wipes the keys. */
int uicc_aka_network(struct uicc *uicc, struct aka *aka, enum usim_purpose purpose,
                     struct bytes data, struct usim_answer *answer, struct writer *response);

#endif
