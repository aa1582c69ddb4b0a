/* rules: the Rules Authorisation Table, which says whose profiles may bring which policy rules, and
 * the check against it (SGP.22 §2.9). */
#ifndef EMUICC_ISD_R_PROFILES_RULES_H
#define EMUICC_ISD_R_PROFILES_RULES_H

#include "fs/store/store.h"
#include "isd-r/profiles/metadata.h"

#define RULES_TABLE_MAX 1024 /* bytes of the entries together: some 40 of them */

/* Appends the entries (SEQUENCE OF ProfilePolicyAuthorisationRule without its own tag): the
 * store's, or those that the chip was made with. */
int rules_put_table(struct store *store, struct bytes otherwise, struct writer *out);

/* Every rule that the metadata sets is allowed to the owner that it names. */
bool rules_allow(struct bytes table, const struct metadata *metadata);

#endif
