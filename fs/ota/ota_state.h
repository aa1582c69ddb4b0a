/* ota_state: what is kept between two messages over the air. For the sources of the wing, and for
 * whoever brings scripts by another way. */
#ifndef EMUICC_FS_OTA_OTA_STATE_H
#define EMUICC_FS_OTA_OTA_STATE_H

#include "apdu/checkpoint.h"
#include "fs/domain/domain_context.h"
#include "fs/ota/ram.h"
#include "fs/ota/reassembly.h"
#include "fs/uicc/uicc.h"

/* A packet asks a security domain to be administered over HTTP (GlobalPlatform Amendment B §3.7):
 * 0, a status word to be reported, or a failure. */
typedef int ota_trigger_handler(void *context, const struct domain_aid *domain, struct bytes data);

struct ota {
    struct domains *domains;
    struct uicc *uicc;
    ram_metadata_handler *update_metadata; /* NULL: nobody can */
    void *update_context;
    ota_trigger_handler *trigger; /* NULL: there is no such administration */
    void *trigger_context;
    struct uicc_listener listener;
    struct reassembly reassembly;
    struct chain chain;
    const struct checkpoint_watch *watch; /* NULL: nobody watches */
    uint8_t reference; /* of the next message in several parts that the card sends */
};

#endif
