/* remote: orders in words as scripts: GlobalPlatform commands to a security domain, and an
 * operator's UpdateMetadata (SGP.22 §5.4.1). */
#ifndef EMUICC_TOOLS_OTA_REMOTE_H
#define EMUICC_TOOLS_OTA_REMOTE_H

#include <jansson.h>

#include "tools/lib/transport/fault.h"
#include "tools/ota/script_text.h"

/* GET STATUS of domains, applications and load files. */
void remote_put_list(struct script_text *script);
/* What its answers say: {"aid", "kind", "state", "privileges"} each. */
json_t *remote_read_list(const json_t *report);
/* DELETE by AID. False after a fault. */
bool remote_put_delete(struct script_text *script, const char *aid, struct fault *fault);
/* INSTALL [for install and make selectable]. False after a fault. */
bool remote_put_install(struct script_text *script, const char *package, const char *module,
                        const char *aid, struct fault *fault);
/* UpdateMetadataRequest from words `key=value`: provider, name. False after a fault. */
bool remote_put_metadata(struct script_text *script, int count, char **words, struct fault *fault);

#endif
