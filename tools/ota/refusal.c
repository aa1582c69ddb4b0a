#include "tools/ota/refusal.h"

#include <stdio.h>

#include "apdu/trace.h"

static void keep(void *context, enum trace_level level, const char *text)
{
    struct refusal *refusal = context;
    if (level == TRACE_ERROR) {
        snprintf(refusal->text, sizeof(refusal->text), "cannot be used: %s", text);
        return;
    }
    trace_here(NULL, NULL);
    trace_notice("%s", text);
    trace_here(keep, refusal);
}

void refusal_begin(struct refusal *refusal)
{
    trace_here(keep, refusal);
}

void refusal_end(void)
{
    trace_here(NULL, NULL);
}
