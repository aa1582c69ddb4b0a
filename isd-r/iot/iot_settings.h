/* iot_settings: what may differ from one maker's IoT eUICC to the next where SGP.32's public texts
 * and the programs that read them do not agree. The release itself stands in struct euicc_info. */
#ifndef EMUICC_ISD_R_IOT_IOT_SETTINGS_H
#define EMUICC_ISD_R_IOT_IOT_SETTINGS_H

#include <stdint.h>

/* What follows an operation of an eUICC package that fails. */
enum iot_package_errors {
    IOT_STOP,            /* nothing: its result is the last */
    IOT_STOP_TERMINATED, /* processingTerminated */
    IOT_CONTINUE,        /* the next operation */
};

/* Bits of quirks */
#define IOT_QUIRK_ES10C_REFUSED (1u << 0) /* ES10c changes nothing while an eIM is associated */
/* A package result asked for by its number is answered by the notifications of that package. */
#define IOT_QUIRK_RESULT_NOTIFICATIONS (1u << 1)
#define IOT_QUIRK_LASTING_ROLLBACK                                                                 \
    (1u << 2)                                /* ProfileRollback also after its result is removed   \
                                              */
#define IOT_QUIRK_OLD_MEMORY_RESET (1u << 3) /* BF34 beside BF64 */
#define IOT_QUIRK_EIM_SIGNATURE (1u << 4)    /* euiccSignEPR over eimSignature, as v1.0 has it */
#define IOT_QUIRK_EMPTY_ERROR (1u << 5)      /* an unreadable package: { A2 { 80 } }, no 6A80 */

struct iot_settings {
    int package_errors; /* enum iot_package_errors */
    uint32_t quirks;    /* IOT_QUIRK_* */
};

#endif
