#include "tools/lib/batch/owner.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOOT_ID_SIZE 37
#define START_FIELD 20 /* spaces between a process's name and when it started (proc(5)) */
#define STATUS_SIZE 1024

/* One line of a file of the system's, without its end. */
static bool read_line(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    const bool read = fgets(out, (int)size, file) != NULL;
    fclose(file);
    if (read)
        out[strcspn(out, "\n")] = '\0';
    return read;
}

static bool read_boot(char out[BOOT_ID_SIZE])
{
    return read_line("/proc/sys/kernel/random/boot_id", out, BOOT_ID_SIZE) && out[0] != '\0';
}

/* When a process started, in ticks since the system did: a number that has come again is another's.
 */
static bool read_start(long process, unsigned long long *out)
{
    char path[64], status[STATUS_SIZE];
    snprintf(path, sizeof(path), "/proc/%ld/stat", process);
    if (!read_line(path, status, sizeof(status)))
        return false;
    const char *at = strrchr(status, ')');
    for (int i = 0; at != NULL && i < START_FIELD; i++)
        at = strchr(at + 1, ' ');
    return at != NULL && sscanf(at, " %llu", out) == 1;
}

bool owner_self(unsigned hand, char text[OWNER_SIZE])
{
    char boot[BOOT_ID_SIZE];
    unsigned long long start;
    const long process = (long)getpid();
    if (!read_boot(boot) || !read_start(process, &start))
        return false;
    snprintf(text, OWNER_SIZE, "%s/%ld/%llu/%u", boot, process, start, hand);
    return true;
}

bool owner_lives(const char *text, int64_t since, int64_t now)
{
    char boot[BOOT_ID_SIZE], own_boot[BOOT_ID_SIZE];
    unsigned long long start, found;
    long process;
    if (sscanf(text, "%36[^/]/%ld/%llu/", boot, &process, &start) != 3)
        return false;
    if (!read_boot(own_boot) || strcmp(boot, own_boot) != 0)
        return now - since < OWNER_SECONDS;
    return read_start(process, &found) && found == start;
}
