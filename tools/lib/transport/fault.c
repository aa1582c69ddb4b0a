#include "tools/lib/transport/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "apdu/options.h"
#include "apdu/trace.h"

bool fault_raise(struct fault *fault, const char *where, const char *format, ...)
{
    char text[sizeof(fault->text)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fault->fresh = !fault->raised;
    if (fault->fresh) {
        fault->raised = true;
        fault->usage = false;
        snprintf(fault->where, sizeof(fault->where), "%s", where);
        snprintf(fault->text, sizeof(fault->text), "%s", text);
        fault->code[0] = fault->next[0] = '\0';
    } else {
        trace_detail("%s: %s", where, text);
    }
    return false;
}

bool fault_code(struct fault *fault, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (fault->fresh)
        vsnprintf(fault->code, sizeof(fault->code), format, arguments);
    va_end(arguments);
    return false;
}

bool fault_next(struct fault *fault, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (fault->fresh)
        vsnprintf(fault->next, sizeof(fault->next), format, arguments);
    va_end(arguments);
    return false;
}

bool fault_usage(struct fault *fault)
{
    fault->usage |= fault->fresh;
    return false;
}

int fault_status(const struct fault *fault, bool good)
{
    return good ? 0 : fault->usage ? OPTIONS_STATUS_USAGE : OPTIONS_STATUS_NO;
}

static void add_text(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_object_set_new(object, key, json_string(text));
}

json_t *fault_json(const struct fault *fault)
{
    json_t *object = json_object();
    add_text(object, "where", fault->where);
    add_text(object, "code", fault->code);
    add_text(object, "text", fault->text);
    add_text(object, "next", fault->next);
    return object;
}

void fault_print(const struct fault *fault, const char *program)
{
    fprintf(stderr, "%s: %s: %s", program, fault->where, fault->text);
    if (fault->code[0] != '\0')
        fprintf(stderr, " [%s]", fault->code);
    fputc('\n', stderr);
    if (fault->next[0] != '\0')
        fprintf(stderr, "  %s\n", fault->next);
}
