/* access_rules: ARA-M, the rules by which a device lets its applications talk to the card
 * (GlobalPlatform Secure Element Access Control §4, §5). A profile's rules are kept and told byte
 * for byte, the newest first. */
#ifndef EMUICC_FS_DOMAIN_ACCESS_RULES_H
#define EMUICC_FS_DOMAIN_ACCESS_RULES_H

#include "apdu/application.h"
#include "fs/domain/domain_context.h"

#define ACCESS_RULES_TAG 0xFF40 /* of the object that keeps them */
#define ACCESS_RULES_MAX 16384  /* bytes of a profile's rules */

extern const struct domain_aid access_rules_aid;

/* This is its AID, and it is there: by the enabled profile's package, or by the chip's making. */
bool access_rules_are_there(struct domains *domains, const struct domain_aid *aid);

/* What STORE DATA brings for it (Command-DOs), from whoever may: 0, a status word or a failure. */
int access_rules_store(struct domains *domains, struct bytes commands);

/* state: struct domains *. */
extern const struct application access_rules_application;

/* All rules of the enabled profile as they are kept, REF-AR-DOs in order; empty if there are none.
 * 0 or a failure. */
int access_rules_all(struct domains *domains, struct bytes *out);

#endif
