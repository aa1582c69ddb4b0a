#include "tools/lib/iot/esipa_server.h"

#include "apdu/status.h"
#include "tools/lib/iot/esipa_json.h"

int esipa_server_binary(esipa_server_answer *answer, void *program, struct call *call)
{
    const int result = answer(program, call->body, &call->answer);
    if (result > 0)
        return call_refuse(call, REFUSAL_FORMAT, "no message of ESipa, or one that cannot be read");
    if (result == 0)
        call_note(call, "%zu bytes in, %zu out", call->body.len, call->answer.len);
    return result;
}

int esipa_server_json(esipa_server_answer *answer, void *program, enum esipa_function function,
                      struct call *call)
{
    const struct esipa_message *message = &esipa_messages[function];
    const char *name = NULL;
    struct blob request = {0}, answered = {0};
    if (!esipa_json_read_request(message, call->request, &request, &name))
        return call_refuse(call, REFUSAL_FORMAT, "%s", name != NULL ? name : message->name);
    int result = answer(program, blob_bytes(&request), &answered);
    if (result > 0)
        result = call_refuse(call, REFUSAL_FORMAT, "%s cannot be read", message->name);
    if (result == 0 && answered.len > 0) {
        json_t *response = esipa_json_write_answer(message, blob_bytes(&answered));
        result = json_object_update(call->response, response) == 0 ? 0 : FAILURE_INTERNAL;
        json_decref(response);
    }
    if (result == 0)
        call_note(call, "%zu bytes in, %zu out", request.len, answered.len);
    blob_finish(&request);
    blob_finish(&answered);
    return result;
}
