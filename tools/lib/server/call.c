#include "tools/lib/server/call.h"

#include "apdu/hex.h"

#include <stdarg.h>
#include <stdio.h>

/* The detail goes into a log and into JSON: what a client sent stays on its line there. */
__attribute__((format(printf, 2, 0))) static void set_detail(struct call *call, const char *format,
                                                             va_list arguments)
{
    vsnprintf(call->detail, sizeof(call->detail), format, arguments);
    for (char *at = call->detail; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

int call_refuse(struct call *call, enum refusal refusal, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_detail(call, format, arguments);
    va_end(arguments);
    return (int)refusal;
}

void call_note(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_detail(call, format, arguments);
    va_end(arguments);
}

static int judge(struct call *call, const char *name, enum field_result result)
{
    if (result == FIELD_OK)
        return 0;
    if (result == FIELD_ABSENT)
        return call_refuse(call, REFUSAL_MISSING, "%s is missing", name);
    return call_refuse(call, REFUSAL_FORMAT, "%s is malformed or too long", name);
}

int call_text(struct call *call, const char *name, size_t max, const char **out)
{
    return judge(call, name, field_text(call->request, name, max, out));
}

int call_bytes(struct call *call, const char *name, size_t max, struct blob *out)
{
    return judge(call, name, field_bytes(call->request, name, max, out));
}

int call_optional_text(struct call *call, const char *name, size_t max, const char **out)
{
    const enum field_result result = field_text(call->request, name, max, out);
    return result == FIELD_ABSENT ? 0 : judge(call, name, result);
}

int call_transaction_id(struct call *call, struct writer *out)
{
    const size_t before = out->len;
    const int result =
        judge(call, "transactionId", field_transaction_id(call->request, "transactionId", out));
    if (result == 0)
        hex_encode(bytes_of(out->data + before, out->len - before), call->transaction);
    return result;
}
