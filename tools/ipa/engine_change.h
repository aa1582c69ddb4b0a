/* engine_change: which eIM has not heard yet that the chip's state was changed by something else
 * than its own packages, and why (stateChangeCause, SGP.32 §5.14.5). Each eIM is told once. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_CHANGE_H
#define EMUICC_TOOLS_IPA_ENGINE_CHANGE_H

#include <jansson.h>

#include "tools/lib/iot/eim_configuration.h"

enum engine_cause {
    ENGINE_CAUSE_NONE = -1,
    ENGINE_CAUSE_OTHER_EIM = 0,
    ENGINE_CAUSE_FALLBACK = 1,
    ENGINE_CAUSE_EMERGENCY = 2,
    ENGINE_CAUSE_RESET = 4,
    ENGINE_CAUSE_IMMEDIATE = 5,
};

#define ENGINE_CHANGE_EIMS_MAX 8
#define ENGINE_CHANGE_NAME_SIZE (EIM_CONFIGURATION_ID_MAX + 1)
struct engine_changes {
    enum engine_cause cause; /* of a change since the chip's eIMs were last looked at */
    struct engine_change {
        char eim[ENGINE_CHANGE_NAME_SIZE];
        enum engine_cause cause; /* that it is to be told */
    } eims[ENGINE_CHANGE_EIMS_MAX];
    size_t count;
};

void engine_change_init(struct engine_changes *changes);
/* The eIMs that the chip has now: others are forgotten, new ones hear of what comes. */
void engine_change_know(struct engine_changes *changes, const struct bytes *eims, size_t count);
/* A change by the device itself: every eIM is to hear of it. */
void engine_change_note(struct engine_changes *changes, enum engine_cause cause);
/* A change by this eIM's package: the others are. */
void engine_change_by(struct engine_changes *changes, const char *eim);
/* What this one is to be told; and that it has been. */
enum engine_cause engine_change_for(const struct engine_changes *changes, const char *eim);
void engine_change_told(struct engine_changes *changes, const char *eim);

/* To and from {"stateChangeCause": -1, "eims": {"eim.example.com": 1}}; what cannot be read is
 * none.
 */
json_t *engine_change_json(const struct engine_changes *changes);
bool engine_change_is(const json_t *from); /* that, whatever its values */
void engine_change_read(struct engine_changes *changes, const json_t *from);

#endif
