#include "tools/lib/server/function.h"

#include "apdu/trace.h"

#include <stdlib.h>

#include "tools/lib/common/json_text.h"

#define STATUS_SUCCESS "Executed-Success"
#define STATUS_FAILED "Failed"

const struct function_row *function_find(const struct function_table *table, const char *path)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].path, path) == 0)
            return &table->rows[i];
    return NULL;
}

static json_t *make_header(enum refusal refusal, const char *detail)
{
    if (refusal == REFUSAL_NONE)
        return json_pack("{s:{s:s}}", "functionExecutionStatus", "status", STATUS_SUCCESS);
    const struct refusal_row *row = refusal_row(refusal);
    return json_pack("{s:{s:s,s:{s:s,s:s,s:s}}}", "functionExecutionStatus", "status",
                     STATUS_FAILED, "statusCodeData", "subjectCode", row->subject, "reasonCode",
                     row->reason, "message", detail[0] != '\0' ? detail : row->text);
}

static void log_call(const struct function_row *row, const struct call *call, int result)
{
    const char *transaction = call->transaction[0] != '\0' ? call->transaction : "-";
    if (result < 0)
        trace_error("%s %s: internal failure", transaction, row->name);
    else if (result == 0 && row->quiet)
        trace_detail("%s %s: %s", transaction, row->name, call->detail);
    else if (result == 0)
        trace_notice("%s %s: %s", transaction, row->name, call->detail);
    else
        trace_notice("%s %s: refused %s/%s, %s%s%s", transaction, row->name,
                     refusal_row((enum refusal)result)->subject,
                     refusal_row((enum refusal)result)->reason,
                     refusal_row((enum refusal)result)->text, call->detail[0] != '\0' ? ": " : "",
                     call->detail);
}

/* A refused notification tells so by its HTTP status, as it has no answer (SGP.22 §6.3). */
static unsigned status_of(const struct function_row *row, int result)
{
    if (result < 0)
        return FUNCTION_HTTP_FAILURE;
    if (!row->notification && (result == 0 || row->binding == FUNCTION_JSON))
        return FUNCTION_HTTP_OK;
    return result == 0 ? FUNCTION_HTTP_NO_CONTENT : FUNCTION_HTTP_BAD_REQUEST;
}

/* Header first, then what the handler has put there; NULL when memory is short. */
static json_t *make_response(enum refusal refusal, const struct call *call)
{
    json_t *response = json_object();
    if (json_object_set_new(response, "header", make_header(refusal, call->detail)) == 0 &&
        (refusal != REFUSAL_NONE || json_object_update(response, call->response) == 0))
        return response;
    json_decref(response);
    return NULL;
}

json_t *function_call(void *program, const struct function_row *row, const char *peer,
                      const json_t *request, unsigned *http_status)
{
    struct call call = {.peer = peer, .request = request, .response = json_object()};
    const int result = json_is_object(request)
                           ? row->handle(program, &call)
                           : call_refuse(&call, REFUSAL_FORMAT, "body is no JSON object");
    log_call(row, &call, result);
    *http_status = status_of(row, result);
    if (result < 0)
        call.detail[0] = '\0';
    json_t *response = NULL;
    if (*http_status != FUNCTION_HTTP_NO_CONTENT)
        response = make_response(result < 0 ? REFUSAL_FUNCTION : (enum refusal)result, &call);
    json_decref(call.response);
    return response;
}

/* Text of a response, which is given back. */
static char *to_text(json_t *response, unsigned *http_status)
{
    char *text = json_text(response);
    json_decref(response);
    if (text == NULL && *http_status != FUNCTION_HTTP_NO_CONTENT)
        *http_status = FUNCTION_HTTP_FAILURE;
    return text;
}

char *function_answer(void *program, const struct function_row *row, const char *peer,
                      struct bytes body, unsigned *http_status)
{
    json_t *request = json_loadb(body.len > 0 ? (const char *)body.data : "", body.len,
                                 JSON_REJECT_DUPLICATES, NULL);
    json_t *response = function_call(program, row, peer, request, http_status);
    json_decref(request);
    return to_text(response, http_status);
}

struct blob function_answer_binary(void *program, const struct function_row *row, const char *peer,
                                   struct bytes body, unsigned *http_status)
{
    struct call call = {.peer = peer, .body = body};
    const int result = row->handle(program, &call);
    log_call(row, &call, result);
    *http_status = status_of(row, result);
    if (result != 0)
        blob_finish(&call.answer);
    else if (call.answer.len == 0)
        *http_status = FUNCTION_HTTP_NO_CONTENT;
    return call.answer;
}

char *function_refuse(const struct function_row *row, enum refusal refusal, const char *detail,
                      unsigned *http_status)
{
    struct call call = {0};
    const int result = call_refuse(&call, refusal, "%s", detail);
    log_call(row, &call, result);
    *http_status = status_of(row, result);
    return row->binding == FUNCTION_JSON ? to_text(make_response(refusal, &call), http_status)
                                         : NULL;
}
