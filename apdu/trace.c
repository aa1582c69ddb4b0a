#include "apdu/trace.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 512

static trace_sink to_standard_error;

static struct {
    trace_sink *sink;
    void *context;
    const char *program;
    bool as_json;
    bool no_details;
} trace = {to_standard_error, NULL, NULL, false, false};

static void print_json(const char *text)
{
    fputs("{\"error\": {\"text\": \"", stdout);
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    puts("\"}}");
}

static _Thread_local struct {
    char *room; /* borrowed; NULL: nothing is held */
    size_t size, len;
} held;

static void write_held(void)
{
    if (held.len > 0)
        fwrite(held.room, 1, held.len, stderr);
    held.len = 0;
}

void trace_hold(char *room, size_t size)
{
    held.room = room;
    held.size = size;
    held.len = 0;
}

void trace_release(void)
{
    write_held();
    held.room = NULL;
}

/* False where there is no room, and what was held is written. */
static bool hold_line(const char *program, const char *text)
{
    if (held.room == NULL)
        return false;
    const size_t left = held.size - held.len;
    const int len = snprintf(held.room + held.len, left, "%s%s%s\n", program != NULL ? program : "",
                             program != NULL ? ": " : "", text);
    if (len >= 0 && (size_t)len < left) {
        held.len += (size_t)len;
        return true;
    }
    write_held();
    return false;
}

/* Lines stand alone also when threads write at the same time: one call each. */
static void to_standard_error(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level == TRACE_ERROR && trace.as_json)
        print_json(text);
    else if (level <= TRACE_NOTICE && !hold_line(trace.program, text))
        fprintf(stderr, "%s%s%s\n", trace.program != NULL ? trace.program : "",
                trace.program != NULL ? ": " : "", text);
}

void trace_to(trace_sink *sink, void *context)
{
    trace.sink = sink != NULL ? sink : to_standard_error;
    trace.context = context;
}

struct trace_target {
    trace_sink *sink; /* NULL: none */
    void *context;
};
static _Thread_local struct trace_target here; /* instead of that of all threads */
static _Thread_local struct trace_target also;

void trace_here(trace_sink *sink, void *context)
{
    here.sink = sink;
    here.context = context;
}

void trace_also(trace_sink *sink, void *context)
{
    also = (struct trace_target){sink, context};
}

void trace_details(bool wanted)
{
    trace.no_details = !wanted;
}

bool trace_wants_details(void)
{
    return here.sink != NULL || also.sink != NULL ||
           (trace.sink != to_standard_error && !trace.no_details);
}

void trace_program(const char *name, bool as_json)
{
    trace.program = name;
    trace.as_json = as_json;
}

static _Thread_local const char *whose;

void trace_of(const char *name)
{
    whose = name;
}

static void trace_line(enum trace_level level, const char *format, va_list arguments)
{
    char line[LINE_SIZE];
    int len = 0;
    if (whose != NULL)
        len = snprintf(line, sizeof(line), "%s: ", whose);
    if (len < 0 || len >= LINE_SIZE)
        len = 0;
    vsnprintf(line + len, sizeof(line) - (size_t)len, format, arguments);
    if (also.sink != NULL)
        also.sink(also.context, level, line + len);
    if (whose != NULL && level == TRACE_NOTICE)
        level = TRACE_DETAIL;
    if (here.sink != NULL)
        here.sink(here.context, level, line);
    else
        trace.sink(trace.context, level, line);
}

#define TRACE_AT(level, format)                                                                    \
    do {                                                                                           \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        trace_line(level, format, arguments);                                                      \
        va_end(arguments);                                                                         \
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
    if (!trace_wants_details())
        return;
    TRACE_AT(TRACE_DETAIL, format);
}
