/* result: what an IPA brings back: results of packages, data, what became of a download, and
 * notifications (SGP.32 §5.14.6, §5.14.7). Nothing counts that its chip has not signed. */
#ifndef EMUICC_TOOLS_EIM_RESULT_H
#define EMUICC_TOOLS_EIM_RESULT_H

#include "tools/eim/eim.h"

#define RESULT_ACKNOWLEDGED_MAX 64

/* Sequence numbers that the chip may forget. */
struct result_acknowledged {
    uint32_t sequence[RESULT_ACKNOWLEDGED_MAX];
    size_t count;
    bool notified; /* there were notifications, which now wait for the notifier */
};

#define RESULT_ACKNOWLEDGEMENTS_SIZE (RESULT_ACKNOWLEDGED_MAX * 7 + 8)
/* EimAcknowledgements, BF53 whole. */
void result_put_acknowledgements(const struct result_acknowledged *list, struct writer *out);

/* Takes an eimPackageResult: the one element in ProvideEimPackageResult beside the EID. eid: as the
 * IPA says, or "" where it does not. 0; one of PACKAGE_EID_NOT_FOUND, PACKAGE_MISSING_EID,
 * PACKAGE_UNDEFINED (malformed); or a failure. */
int result_take(struct eim *eim, const char *eid, struct bytes element,
                struct result_acknowledged *out);

/* A PendingNotification (the one element, perhaps compact): kept for its receiver, and the download
 * that it ends ended, both or neither. 0, PACKAGE_UNDEFINED if it is malformed, or a failure. */
int result_notification(struct eim *eim, const char *eid, struct bytes pending,
                        struct result_acknowledged *out);

#endif
