/* remote: orders in words as scripts: GlobalPlatform commands to a security domain, and an
 * operator's UpdateMetadata (SGP.22 §5.4.1). */
#ifndef EMUICC_TOOLS_OTA_REMOTE_H
#define EMUICC_TOOLS_OTA_REMOTE_H

#include <jansson.h>

#include "tools/lib/transport/fault.h"
#include "tools/ota/keys.h"
#include "tools/ota/psk.h"
#include "tools/ota/script_text.h"

/* What a registry has entries of: domains, applications, load files. */
#define REMOTE_KINDS 3
/* GET STATUS of one kind, and of what may not fit its answer. The expanded form is wanted: each
 * command's answer matters. */
void remote_put_list(struct script_text *script, size_t kind);
/* Appends what its answers say: {"aid", "kind", "state", "privileges"} each. */
void remote_read_list(const json_t *report, size_t kind, json_t *list);
/* Whether the first answer is one: entries, or that there is none. */
bool remote_is_list(const json_t *report);
/* DELETE by AID. False after a fault. */
bool remote_put_delete(struct script_text *script, const char *aid, struct fault *fault);
/* INSTALL [for install and make selectable]. privileges: one byte or three in hexadecimal. False
 * after a fault. */
struct remote_instance {
    const char *package, *module, *aid, *privileges;
};
bool remote_put_install(struct script_text *script, const struct remote_instance *instance,
                        struct fault *fault);
/* PUT KEY of a set of three, ciphered with the third key of the set that the order is made with.
 * replaced: the version that it takes the place of; 0: it is another. False after a fault. */
bool remote_put_key(struct script_text *script, const struct keys *keys, const struct keys *added,
                    uint8_t replaced, struct fault *fault);
/* PUT KEY of a pre-shared key, ciphered likewise, with identifier 1; the key's version says where.
 * False after a fault. */
bool remote_put_psk(struct script_text *script, const struct keys *keys, const struct psk *added,
                    struct fault *fault);
/* UpdateMetadataRequest from words `key=value`: provider, name. False after a fault. */
bool remote_put_metadata(struct script_text *script, int count, char **words, struct fault *fault);

#endif
