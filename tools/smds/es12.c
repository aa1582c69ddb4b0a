#include "tools/smds/es12.h"

#include "apdu/status.h"
#include "tools/smds/events.h"
#include "tools/smds/registrations.h"
#include "tools/smds/smds.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The request of ES15 for an event as the root is to have it: LPAs come here with its id there. */
static char *make_request(struct smds *smds, const struct events_record *record, bool deletion)
{
    char requester[DER_OID_TEXT_SIZE] = "", call_id[SMDS_ID_SIZE];
    struct event event = record->event;
    snprintf(event.id, sizeof(event.id), "%s", record->root_id);
    snprintf(event.address, sizeof(event.address), "%s", smds->address);
    event.forward = false;
    (void)der_oid_to_text(credentials_oid(&smds->credentials), requester, sizeof(requester));
    return smds_draw_id(smds, call_id) == 0 ? event_make(&event, requester, call_id, deletion)
                                            : NULL;
}

static int forward(struct smds *smds, struct call *call, const struct events_record *record)
{
    struct blob answer = {0};
    bool known = false;
    char *body = make_request(smds, record, false);
    if (body == NULL)
        return FAILURE_INTERNAL;
    const bool told = smds->root.ask(smds->root.context, EVENT_REGISTER("es15"), body, &answer) &&
                      event_executed(blob_bytes(&answer), &known);
    blob_finish(&answer);
    free(body);
    return told ? 0 : call_refuse(call, REFUSAL_DISCOVERY, "root SM-DS %s", smds->root.address);
}

static void take_back(struct smds *smds, const struct events_record *record)
{
    char *body = record->root_id[0] != '\0' ? make_request(smds, record, true) : NULL;
    if (body != NULL && smds->root.address != NULL)
        smds->root.send(smds->root.context, EVENT_DELETE("es15"), body);
    else
        free(body);
}

/* Who calls: the key of its certificate, or the name in the header where there is none. */
static const char *owner_of(const struct call *call)
{
    const char *name = json_string_value(
        json_object_get(json_object_get(call->request, "header"), "functionRequesterIdentifier"));
    return call->peer != NULL && call->peer[0] != '\0' ? call->peer : name != NULL ? name : "";
}

static int add(struct smds *smds, struct call *call, const struct events_record *record)
{
    const int result = events_add(smds->database, record, time(NULL));
    if (result == 1)
        return call_refuse(call, REFUSAL_EVENT_IN_USE, "event '%s' of EID %s", record->event.id,
                           record->event.eid);
    if (result > 1)
        return call_refuse(call, REFUSAL_FUNCTION, "EID %s has %d events already",
                           record->event.eid, EVENTS_A_CHIP);
    return result;
}

/* A device that is registered for a push service would hear of it now. */
static void note_event(struct smds *smds, struct call *call, const struct events_record *record)
{
    char service[REGISTRATIONS_SERVICE_SIZE];
    const bool push =
        registrations_find_push(smds->database, record->event.eid, time(NULL), service) == 0;
    call_note(call, "EID %s: event '%s' at %s%s%s%s", record->event.eid, record->event.id,
              record->event.address, record->root_id[0] != '\0' ? ", the root is told" : "",
              push ? ", its device is to be told by push service " : "", push ? service : "");
}

static int register_event(void *program, struct call *call)
{
    struct smds *smds = program;
    struct events_record record = {0}, gone;
    char id[SMDS_ID_SIZE];
    int result = event_read(call, false, &record.event);
    if (result != 0)
        return result;
    snprintf(record.owner, sizeof(record.owner), "%s", owner_of(call));
    const bool forwards = record.event.forward && smds->root.address != NULL;
    if (forwards && smds_draw_id(smds, id) != 0)
        return FAILURE_INTERNAL;
    if (forwards)
        snprintf(record.root_id, sizeof(record.root_id), "%s", id);
    result = add(smds, call, &record);
    if (result == 0 && forwards)
        result = forward(smds, call, &record);
    else if (result != 0)
        return result;
    if (result == 0)
        note_event(smds, call, &record);
    else
        (void)events_remove(smds->database, &record.event, record.owner, &gone);
    return result;
}

static int delete_event(void *program, struct call *call)
{
    struct smds *smds = program;
    struct event event;
    struct events_record gone;
    int result = event_read(call, true, &event);
    if (result != 0)
        return result;
    result = events_remove(smds->database, &event, owner_of(call), &gone);
    if (result > 0)
        return call_refuse(call, REFUSAL_EVENT, "event '%s' of EID %s", event.id, event.eid);
    if (result < 0)
        return result;
    take_back(smds, &gone);
    call_note(call, "EID %s: event '%s' is gone", event.eid, event.id);
    return 0;
}

/* clang-format off */
static const struct function_row rows[] = {
    {EVENT_REGISTER("es12"), "ES12.RegisterEvent", register_event, false, "SGP.22 §5.9.1",  FUNCTION_JSON},
    {EVENT_DELETE("es12"),   "ES12.DeleteEvent",   delete_event,   false, "SGP.22 §5.9.2",  FUNCTION_JSON},
    {EVENT_REGISTER("es15"), "ES15.RegisterEvent", register_event, false, "SGP.22 §5.10.1", FUNCTION_JSON},
    {EVENT_DELETE("es15"),   "ES15.DeleteEvent",   delete_event,   false, "SGP.22 §5.10.2", FUNCTION_JSON},
};
/* clang-format on */

const struct function_table es12_functions = {rows, sizeof(rows) / sizeof(rows[0])};
