/* change: functions of SGP.32 that enable another profile without a package: immediate enabling,
 * rollback, fallback and emergency (SGP.32 §5.9.15, §5.9.16, §5.9.20 to §5.9.23). For each a row
 * with the reasons to refuse, in the order in which they are looked at. */
#ifndef EMUICC_ISD_R_IOT_CHANGE_H
#define EMUICC_ISD_R_IOT_CHANGE_H

#include "isd-r/iot/iot.h"

/* The functions' results: each has some of them. */
enum change_result {
    CHANGE_OK = 0,
    CHANGE_NOT_AVAILABLE = 1, /* immediateEnableNotAvailable, rollbackNotAllowed */
    CHANGE_WRONG_STATE = 2,   /* profileNotInDisabledState, profileNotInEnabledState */
    CHANGE_NO_SESSION = 4,    /* noSessionContext */
    CHANGE_CAT_BUSY = 5,
    CHANGE_NO_FALLBACK = 6, /* fallbackNotAvailable */
    CHANGE_COMMAND_ERROR = 7,
    CHANGE_NO_ECALL = 8, /* ecallNotAvailable */
    CHANGE_ECALL_ACTIVE = 104,
    CHANGE_UNDEFINED = 127,
};

/* Carries out the change that this event is, or says in *out why not. To be committed; the
 * registry is loaded anew. 0 or a failure. */
int change_carry_out(const struct iot *iot, enum iot_event event, bool refresh, int *out);

#endif
