#include "apdu/trace.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 512

static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "%s\n", text);
}

static struct {
    trace_sink *sink;
    void *context;
} trace = {to_standard_error, NULL};

void trace_to(trace_sink *sink, void *context)
{
    trace.sink = sink != NULL ? sink : to_standard_error;
    trace.context = context;
}

#define TRACE_AT(level, format)                                                                    \
    do {                                                                                           \
        char line[LINE_SIZE];                                                                      \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        vsnprintf(line, sizeof(line), format, arguments);                                          \
        va_end(arguments);                                                                         \
        trace.sink(trace.context, level, line);                                                    \
    } while (0)

void trace_error(const char *format, ...)
{
    TRACE_AT(TRACE_ERROR, format);
}

void trace_notice(const char *format, ...)
{
    TRACE_AT(TRACE_NOTICE, format);
}

void trace_detail(const char *format, ...)
{
    TRACE_AT(TRACE_DETAIL, format);
}
