/* ota_run: carries a script out in an application of the enabled profile, however it came. */
#ifndef EMUICC_FS_OTA_OTA_RUN_H
#define EMUICC_FS_OTA_OTA_RUN_H

#include "fs/ota/ota_state.h"

struct ota_script {
    const struct domain_entry *application;
    uint8_t version; /* of the key set that it came under; 0: none */
    uint8_t dek;     /* identifier of the key in it that keys are ciphered with */
    struct bytes commands;
};

/* By the kind of application. Appends what is answered: at most SCRIPT_RESPONSE_MAX bytes. 0, or a
 * failure, after which nothing of it may stay. */
int ota_run(struct ota *ota, const struct ota_script *script, struct writer *out);

#endif
