/* pending: a notification that an IPA hands on, whole or in one of the compact forms, whose signed
 * bytes the eIM makes again (SGP.32 §5.14.7, SGP.22 §2.5.6, §3.5). */
#ifndef EMUICC_TOOLS_EIM_PENDING_H
#define EMUICC_TOOLS_EIM_PENDING_H

#include "tools/eim/downloads.h"
#include "tools/eim/eim.h"

struct pending_notification {
    struct blob whole; /* as its receiver is to get it */
    uint32_t sequence;
    char address[DOWNLOADS_ADDRESS_SIZE];
    bool installation;        /* a ProfileInstallationResult */
    struct download download; /* that it ends; transaction_len 0: none that is known */
};

/* eid: of the chip, or "". 0 with *out, which is to be finished; PACKAGE_UNDEFINED if it is
 * malformed, or compact and of no download that is known; or a failure. */
int pending_read(struct eim *eim, const char *eid, struct bytes pending,
                 struct pending_notification *out);
void pending_finish(struct pending_notification *notification);

/* Ends the order of the download that this installation result ends. 0 or a failure. */
int pending_end_order(struct eim *eim, const char *eid, const struct pending_notification *it);

/* [{"profileInstallationResult": {"finalResult": "successResult", "iccid": "…"}}] of BF37 whole;
 * NULL if it is malformed. */
json_t *pending_outcome(struct bytes installation);

#endif
