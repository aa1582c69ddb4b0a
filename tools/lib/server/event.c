#include "tools/lib/server/event.h"

#include <stdio.h>

#define DIGITS "0123456789"
#define EID_DIGITS (EVENT_EID_SIZE - 1)

char *event_make(const struct event *event, const char *requester, const char *call_id,
                 bool deletion)
{
    json_t *body =
        json_pack("{s:{s:s,s:s},s:s,s:s}", "header", "functionRequesterIdentifier", requester,
                  "functionCallIdentifier", call_id, "eid", event->eid, "eventId", event->id);
    int result = body != NULL ? 0 : -1;
    if (result == 0 && !deletion)
        result = field_set_text(body, "rspServerAddress", event->address);
    if (result == 0 && !deletion)
        result = json_object_set_new(body, "forwardingIndicator", json_boolean(event->forward));
    char *text = result == 0 ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

static bool says(const json_t *object, const char *name, const char *text)
{
    const char *found = json_string_value(json_object_get(object, name));
    return found != NULL && strcmp(found, text) == 0;
}

bool event_executed(struct bytes answer, bool *known)
{
    const struct refusal_row *in_use = refusal_row(REFUSAL_EVENT_IN_USE);
    json_t *json = json_loadb((const char *)answer.data, answer.len, 0, NULL);
    const json_t *status =
        json_object_get(json_object_get(json, "header"), "functionExecutionStatus");
    const json_t *data = json_object_get(status, "statusCodeData");
    const bool good = says(status, "status", "Executed-Success") ||
                      says(status, "status", "Executed-WithWarning");
    *known = !good && says(data, "subjectCode", in_use->subject) &&
             says(data, "reasonCode", in_use->reason);
    json_decref(json);
    return good;
}

static int take(struct call *call, const char *name, char *out, size_t size)
{
    const char *text;
    const int result = call_text(call, name, size - 1, &text);
    if (result == 0 && text[0] == '\0')
        return call_refuse(call, REFUSAL_FORMAT, "%s is empty", name);
    if (result == 0)
        snprintf(out, size, "%s", text);
    return result;
}

int event_read(struct call *call, bool deletion, struct event *out)
{
    *out = (struct event){0};
    if (!json_is_object(json_object_get(call->request, "header")))
        return call_refuse(call, REFUSAL_MISSING, "header is missing");
    int result = take(call, "eid", out->eid, sizeof(out->eid));
    if (result == 0)
        result = take(call, "eventId", out->id, sizeof(out->id));
    if (result == 0 && !deletion)
        result = take(call, "rspServerAddress", out->address, sizeof(out->address));
    if (result == 0 && !deletion &&
        field_boolean(call->request, "forwardingIndicator", &out->forward) == FIELD_INVALID)
        return call_refuse(call, REFUSAL_FORMAT, "forwardingIndicator is no boolean");
    if (result == 0 &&
        (strlen(out->eid) != EID_DIGITS || out->eid[strspn(out->eid, DIGITS)] != '\0'))
        return call_refuse(call, REFUSAL_FORMAT, "eid is not of 32 digits");
    return result;
}
