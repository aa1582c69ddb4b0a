/* engine_poll: one poll of an eIM (SGP.32 §3.1). */
#ifndef EMUICC_TOOLS_IPA_ENGINE_POLL_H
#define EMUICC_TOOLS_IPA_ENGINE_POLL_H

#include "tools/ipa/engine.h"

/* Reads EID and eIM configuration; false if the chip cannot be reached or knows no such eIM. */
bool engine_prepare(struct engine *engine, const char *eim);
/* Reads EID and eIM configuration, delivers what waits, and then takes packages until the eIM has
 * none. eim: the eimId to ask, NULL for the first. False if the eIM or the chip cannot be reached,
 * or one of them says what cannot be gone on with: then nothing is lost, all of it waits. */
bool engine_poll(struct engine *engine, const char *eim);

#endif
