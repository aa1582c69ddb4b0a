/* domain_commands: what the instructions of a security domain share (GlobalPlatform §11). Each is a
 * domain_handler; what it needs has been checked by its row in domain.c. Private to the wing. */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_COMMANDS_H
#define EMUICC_FS_DOMAIN_DOMAIN_COMMANDS_H

#include "fs/domain/domain_context.h"

/* Returns what a command_handler returns. */
typedef int domain_handler(struct domain_context *context, const struct apdu *apdu,
                           struct writer *response);

domain_handler domain_initialize_update, domain_external_authenticate;
domain_handler domain_get_data, domain_get_status, domain_set_status;
domain_handler domain_put_key, domain_delete, domain_install, domain_load, domain_store_data;

/* What the domain may do to others of its registry: its root, or with this privilege. */
bool domain_may(const struct domain_entry *domain, uint32_t privilege);
/* The domain is the entry itself, or the entry is associated with it. */
bool domain_is_of(const struct domain_entry *entry, const struct domain_entry *domain);
/* Privileges as they are sent: one byte or three; false if it is neither. */
bool domain_read_privileges(struct bytes value, uint32_t *out);

/* DELETE by key identifier and version. 0 for either: any. */
int domain_delete_keys(struct domain_context *context, uint8_t identifier, uint8_t version);
/* Deciphers whole blocks with the context's DEK; without one they come as they are. 0,
 * SW_WRONG_DATA or a failure. room has in.len bytes. */
int domain_decipher(const struct domain_context *context, struct bytes in, uint8_t *room);

#endif
