/* Any bytes are a table of EIDs and packages that is read or refused; what is read is an EID with
 * right check digits and a name without blanks, and the reading comes to an end. */
#include <stdlib.h>

#include "apdu/trace.h"
#include "tools/line/table.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = bytes_of(data, size);
    struct table_row row = {0};
    uint8_t eid[PKI_EID_SIZE];
    trace_to(be_silent, NULL);
    for (unsigned lines = 0; table_take("table", &rest, &row) == 0; lines = row.line) {
        need(row.line > lines && row.line <= size);
        need(pki_eid_from_text(row.eid, eid));
        need(row.name[0] != '\0' && strpbrk(row.name, " \t,\n") == NULL);
    }
    return 0;
}
