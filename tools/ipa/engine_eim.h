/* engine_eim: the engine's messages to the eIM. Inside tools/ipa only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_EIM_H
#define EMUICC_TOOLS_IPA_ENGINE_EIM_H

#include "tools/ipa/engine.h"

/* One message and its answer, whose values borrow from *blob. False if the eIM cannot be reached or
 * says what is no answer; *error is the answer's, 0 for none. */
bool engine_eim_call(struct engine *engine, enum esipa_function function,
                     const struct esipa_values *request, struct blob *blob,
                     struct esipa_values *answer, uint32_t *error);

/* ProvideEimPackageResult with this element, and NotificationSent for each number that the answer
 * acknowledges. False if it could not be delivered, or is not taken. */
bool engine_eim_provide(struct engine *engine, struct bytes element);
/* The same, but what the eIM does not take is no failure: it stays where it is. */
bool engine_eim_offer(struct engine *engine, struct bytes element, bool *taken);
/* NotificationSent for each number in EimAcknowledgements (BF53 whole). */
void engine_eim_acknowledged(struct engine *engine, struct bytes acknowledgements);
/* HandleNotification with this PendingNotification. */
bool engine_eim_notify(struct engine *engine, struct bytes pending);

#endif
