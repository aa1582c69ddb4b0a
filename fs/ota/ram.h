/* ram: remote application management: GlobalPlatform commands to the security domain that has the
 * TAR, without a secure channel of their own, since the packet was one (TS 102 226 §8), and
 * ES6.UpdateMetadata among them (SGP.22 §5.4.1). */
#ifndef EMUICC_FS_OTA_RAM_H
#define EMUICC_FS_OTA_RAM_H

#include "fs/domain/domain_context.h"
#include "fs/ota/script.h"
#include "fs/toolkit/proactive.h"

/* UpdateMetadataRequest of the enabled profile, the value. 0, a status word or a failure. */
typedef int ram_metadata_handler(void *context, struct bytes request);

struct ram {
    struct domain_context context;
    ram_metadata_handler *update; /* NULL: metadata cannot be changed */
    void *update_context;
    struct proactive *proactive;
    struct chain_link link;
};

/* version: of the key set that the script came under, dek: identifier of the key in it that keys
 * are ciphered with; 0: none. The domain is one of the enabled profile, or the chip's own.
 * ram_end() is due. The ram's other members are the caller's to set. */
void ram_begin(struct ram *ram, struct domains *domains, const struct domain_aid *domain,
               uint8_t version, uint8_t dek);
/* 0, or a failure. */
int ram_end(struct ram *ram);

/* Borrows the ram. */
struct script_target ram_target(struct ram *ram);

#endif
