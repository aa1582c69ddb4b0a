/* Any bytes are faults that are taken or refused; what is taken is written as a line that says the
 * same when it is read again, and none can make a place do what it cannot. */
#include <stdlib.h>

#include "apdu/trace.h"
#include "card/fault/fault_table.h"

static void be_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void look_at(const struct fault *fault)
{
    char text[FAULT_TEXT_MAX], again[FAULT_TEXT_MAX];
    struct fault other;
    need(fault->place < FAULT_PLACES && fault->action < FAULT_ACTIONS && fault->first > 0);
    need(fault_table_refusal(fault) == NULL);
    fault_format(fault, text);
    strcpy(again, text);
    need(fault_parse(again, &other) == NULL);
    fault_format(&other, again);
    need(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct faults faults = {0};
    trace_to(be_silent, NULL);
    const int result = faults_read(&faults, "text", bytes_of(data, size));
    need(result == 0 || faults.count == 0);
    for (size_t i = 0; i < faults.count; i++)
        look_at(&faults.list[i]);
    faults_clear(&faults);
    return 0;
}
