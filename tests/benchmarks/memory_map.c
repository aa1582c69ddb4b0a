#include "tests/benchmarks/memory_map.h"

#include <stdio.h>
#include <string.h>

#include "tests/benchmarks/measure.h"

/* By how the file's name begins, the first that fits. */
static const struct kind {
    const char *front, *text;
} kinds[] = {
    {"[heap]", "heap"},
    {"[stack]", "stack"},
    {"emuicc", "tables that are relocated, variables"},
    {"null_card", "tables that are relocated, variables"},
    {"libcrypto", "the same of OpenSSL"},
    {"libssl", "the same of OpenSSL's TLS"},
    {"libsqlite3", "the same of SQLite"},
    {"lib", "the same of other libraries"},
    {"ld-", "the same of other libraries"},
    {"", "mapped without a file: threads' stacks, large blocks"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static size_t kind_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t i = 0;
    while (strncmp(name, kinds[i].front, strlen(kinds[i].front)) != 0)
        i++;
    for (size_t same = 0; same < i; same++)
        if (strcmp(kinds[same].text, kinds[i].text) == 0)
            return same;
    return i;
}

static void add_up(FILE *file, unsigned long kibibytes[KINDS])
{
    char line[512], path[256];
    unsigned long begin, end, amount;
    size_t kind = KINDS - 1;
    while (fgets(line, sizeof(line), file) != NULL) {
        path[0] = '\0';
        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %255s", &begin, &end, path) >= 2)
            kind = kind_of(path);
        else if (sscanf(line, "Anonymous: %lu", &amount) == 1)
            kibibytes[kind] += amount;
    }
}

void memory_map_print(pid_t process, const char *title)
{
    char path[64];
    unsigned long kibibytes[KINDS] = {0}, whole = 0;
    snprintf(path, sizeof(path), "/proc/%d/smaps", (int)process);
    FILE *file = fopen(path, "r");
    MEASURE_NEED(file != NULL);
    add_up(file, kibibytes);
    fclose(file);
    for (size_t i = 0; i < KINDS; i++)
        whole += kibibytes[i];
    MEASURE_NEED(whole > 0);
    measure_title(title, "KiB", "share");
    for (size_t i = 0; i < KINDS; i++)
        if (kibibytes[i] > 0)
            measure_row(kinds[i].text, (double)kibibytes[i], (double)kibibytes[i] / (double)whole,
                        MEASURE_NO_GOAL);
}
