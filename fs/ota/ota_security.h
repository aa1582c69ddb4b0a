/* ota_security: whether a command packet may do what it asks for: keys, counter, security level, in
 * the order of TS 102 225 §5.1.4. */
#ifndef EMUICC_FS_OTA_OTA_SECURITY_H
#define EMUICC_FS_OTA_OTA_SECURITY_H

#include "crypto/primitives/scp80.h"
#include "fs/domain/domain_context.h"

struct ota_access {
    const struct domain_entry *application; /* that has the TAR */
    const struct domain_aid *domain;        /* whose keys are used */
    uint8_t level;                          /* SPI that is demanded, first byte */
    uint8_t version;                        /* of the key set; 0: none was needed */
    struct scp80_keys keys;                 /* borrowed from the registry */
};

/* Finds application and keys by the header. SCP80_OK or the status to refuse it with. */
enum scp80_status ota_security_find(const struct domain_registry *registry,
                                    const struct scp80_header *header, struct ota_access *out);

/* The TAR is the chip's own domain's, bytes 13 to 15 of its AID (TS 101 220 Annex D). */
bool ota_security_is_for_chip(const struct domains *domains, const struct scp80_header *header);

/* Judges the counter of an opened packet, and takes it. SCP80_OK, the status to refuse the packet
 * with, or a failure. */
int ota_security_count(struct domain_registry *registry, const struct ota_access *access,
                       const struct scp80_command *command);

/* SPI has at least what the application demands. */
bool ota_security_is_enough(uint8_t spi, uint8_t level);

#endif
