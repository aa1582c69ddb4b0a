/* rules: whether the card's Rules Authorisation Table allows a profile's policy rules (SGP.22
 * §2.9.2, §2.9.3.1). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_RULES_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_RULES_H

#include "apdu/tlv.h"

enum rules_verdict {
    RULES_ALLOWED,
    RULES_CONSENT, /* allowed if the user agrees */
    RULES_FORBIDDEN,
};

/* The profile comes with policy rules: only then the table matters. */
bool rules_wanted(struct bytes metadata);

/* table: the ProfilePolicyAuthorisationRule elements; metadata: the content of the profile's
 * StoreMetadataRequest. The strictest verdict over all its rules; a malformed table forbids. */
enum rules_verdict rules_judge(struct bytes table, struct bytes metadata);

#endif
