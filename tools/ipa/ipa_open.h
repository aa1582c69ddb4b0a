/* ipa_open: card and client opened, closed, and what is remembered between two runs. */
#ifndef EMUICC_TOOLS_IPA_IPA_OPEN_H
#define EMUICC_TOOLS_IPA_IPA_OPEN_H

#include "tools/ipa/ipa.h"

/* Opens card and client, and reads what is remembered. False after a fault; ipa_close() is due in
 * any case. */
bool ipa_open(struct ipa *ipa, const struct ipa_options *options);
void ipa_close(struct ipa *ipa);
/* What the file of --state holds; nothing where there is none, or an empty one. False after a fault
 * if it is something else. */
bool ipa_recall(const struct ipa_options *options, struct engine_changes *out, struct fault *fault);
/* Remembers what the eIM has not heard of yet, if it could be recalled. */
bool ipa_remember(struct ipa *ipa);

/* Opens the card, works with it, remembers and closes; prints its report with --json. memory: what
 * is remembered from one work to the next; NULL: nothing but what the file of --state holds. */
typedef bool ipa_work(struct ipa *ipa, void *context);
bool ipa_with_card(const struct ipa_options *options, struct engine_changes *memory, ipa_work *work,
                   void *context);

#endif
