/* codes: the result and error codes of a card, by their names in SGP.22 and in words. */
#ifndef EMUICC_TOOLS_LIB_ES10_CODES_H
#define EMUICC_TOOLS_LIB_ES10_CODES_H

#include <stddef.h>
#include <stdint.h>

enum codes_set {
    CODES_NONE,
    CODES_PROFILES_INFO, /* ProfileInfoListError */
    CODES_ENABLE,
    CODES_DISABLE,
    CODES_DELETE,
    CODES_NICKNAME,
    CODES_NOTIFICATIONS, /* of ListNotification and RetrieveNotificationsList */
    CODES_NOTIFICATION_SENT,
    CODES_AUTHENTICATE,
    CODES_DOWNLOAD, /* of PrepareDownload */
    CODES_RPM,      /* LoadRpmPackageErrorCodeNotSigned and …Signed */
    CODES_SMDS,     /* of VerifySmdsResponse */
    CODES_CHANGE,   /* of VerifyDeviceChange */
    CODES_CANCEL,
    CODES_BPP_COMMAND,
    CODES_BPP_REASON,
    CODES_PE_STATUS, /* TCA Profile Package: Interoperable Format §8.11 */
};

struct codes_row {
    enum codes_set set;
    uint32_t code;
    const char *name; /* as the specification spells it */
    const char *text; /* what it means */
    const char *next; /* what the user can do; NULL: nothing in particular */
};

/* NULL if the set has no such code. */
const struct codes_row *codes_find(enum codes_set set, uint32_t code);

#endif
