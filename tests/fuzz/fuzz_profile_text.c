/* Any bytes are a package that dump writes as a text of which build makes the same bytes; any bytes
 * are a text that build takes or refuses. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/trace.h"
#include "tools/profile/text/build.h"
#include "tools/profile/text/dump.h"
#include "tools/profile/text/lines.h"
#include "tools/profile/lint/lint.h"
#include "tools/profile/package/verdict.h"

#define ROOM (1u << 20)

static uint8_t room[ROOM];

static void be_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static int look_for_fault(void *context, const struct element_row *row)
{
    char text[VERDICT_FAULT_SIZE];
    size_t offset;
    (void)context;
    if (verdict_fault(row, text, &offset) && offset > row->whole.len)
        abort();
    return 0;
}

static int look_at(void *context, const struct lint_finding *finding)
{
    (void)context;
    if (finding->text[0] == '\0')
        abort();
    return 0;
}

/* Whatever the card makes of it, the linter reads nothing beyond. */
static void judge(struct bytes package)
{
    static struct trial trial;
    if (trial_run(package, &trial) != 0)
        return;
    (void)lint_package(package, &trial, look_at, NULL);
    trial_finish(&trial);
}

static void come_back(struct bytes package)
{
    char *text = NULL;
    size_t len = 0;
    struct writer out = writer_on(room, ROOM);
    FILE *file = open_memstream(&text, &len);
    if (file == NULL)
        abort();
    dump_package(package, file);
    fclose(file);
    if (build_package("text", bytes_of(text, len), &out) != 0 ||
        !bytes_equal(writer_bytes(&out), package))
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lines lines;
    struct writer out = writer_on(room, ROOM);
    trace_to(be_silent, NULL);
    if (size > ROOM)
        return 0;
    if (build_package("text", bytes_of(data, size), &out) == 0)
        judge(writer_bytes(&out));
    judge(bytes_of(data, size));
    come_back(bytes_of(data, size));
    elements_each(bytes_of(data, size), look_for_fault, NULL);
    if (lines_of(bytes_of(data, size), &lines) == 0)
        lines_finish(&lines);
    return 0;
}
