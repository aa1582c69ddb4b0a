#include "tools/ipa/engine_change.h"

#include <stdio.h>

#define CAUSE "stateChangeCause"
#define EIMS "eims"

void engine_change_init(struct engine_changes *changes)
{
    *changes = (struct engine_changes){.cause = ENGINE_CAUSE_NONE};
}

static struct engine_change *find(const struct engine_changes *changes, struct bytes eim)
{
    for (size_t i = 0; i < changes->count; i++)
        if (bytes_equal(bytes_of_text(changes->eims[i].eim), eim))
            return (struct engine_change *)&changes->eims[i];
    return NULL;
}

static void add(struct engine_changes *changes, struct bytes eim, enum engine_cause cause)
{
    if (changes->count == ENGINE_CHANGE_EIMS_MAX || eim.len >= ENGINE_CHANGE_NAME_SIZE)
        return;
    struct engine_change *change = &changes->eims[changes->count++];
    *change = (struct engine_change){.cause = cause};
    memcpy(change->eim, eim.data, eim.len);
}

void engine_change_know(struct engine_changes *changes, const struct bytes *eims, size_t count)
{
    const struct engine_changes before = *changes;
    engine_change_init(changes);
    for (size_t i = 0; i < count; i++) {
        const struct engine_change *known = find(&before, eims[i]);
        const bool waits = known != NULL && before.cause == ENGINE_CAUSE_NONE;
        add(changes, eims[i], waits ? known->cause : before.cause);
    }
}

void engine_change_note(struct engine_changes *changes, enum engine_cause cause)
{
    changes->cause = cause;
    for (size_t i = 0; i < changes->count; i++)
        changes->eims[i].cause = cause;
    if (changes->count > 0)
        changes->cause = ENGINE_CAUSE_NONE;
}

void engine_change_by(struct engine_changes *changes, const char *eim)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->eims[i].eim, eim) != 0)
            changes->eims[i].cause = ENGINE_CAUSE_OTHER_EIM;
}

enum engine_cause engine_change_for(const struct engine_changes *changes, const char *eim)
{
    const struct engine_change *change = find(changes, bytes_of_text(eim));
    return change != NULL ? change->cause : changes->cause;
}

void engine_change_told(struct engine_changes *changes, const char *eim)
{
    struct engine_change *change = find(changes, bytes_of_text(eim));
    if (change != NULL)
        change->cause = ENGINE_CAUSE_NONE;
}

json_t *engine_change_json(const struct engine_changes *changes)
{
    json_t *eims = json_object();
    for (size_t i = 0; i < changes->count; i++)
        if (changes->eims[i].cause != ENGINE_CAUSE_NONE)
            json_object_set_new(eims, changes->eims[i].eim, json_integer(changes->eims[i].cause));
    return json_pack("{s:i, s:o}", CAUSE, (int)changes->cause, EIMS, eims);
}

bool engine_change_is(const json_t *from)
{
    return json_object_get(from, CAUSE) != NULL && json_object_get(from, EIMS) != NULL;
}

void engine_change_read(struct engine_changes *changes, const json_t *from)
{
    const char *eim;
    json_t *value;
    const json_t *cause = json_object_get(from, CAUSE);
    engine_change_init(changes);
    if (json_is_integer(cause))
        changes->cause = (enum engine_cause)json_integer_value(cause);
    json_object_foreach(json_object_get(from, EIMS), eim, value) if (json_is_integer(value))
        add(changes, bytes_of_text(eim), (enum engine_cause)json_integer_value(value));
}
