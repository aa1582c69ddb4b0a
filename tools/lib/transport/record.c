#include "tools/lib/transport/record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool record_open(const char *path, FILE **record, struct fault *fault)
{
    *record = NULL;
    if (path == NULL)
        return true;
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    *record = file >= 0 ? fdopen(file, "w") : NULL;
    if (*record != NULL)
        return true;
    const int reason = errno;
    if (file >= 0)
        close(file);
    return fault_raise(fault, "--record", "%s: %s", path, strerror(reason));
}

void record_close(FILE *record)
{
    if (record != NULL)
        fclose(record);
}

void record_bytes(FILE *record, const char *function, char direction, struct bytes bytes,
                  bool secret)
{
    if (record == NULL)
        return;
    fprintf(record, "%s %c ", function, direction);
    if (secret)
        fprintf(record, "(%zu secret bytes)", bytes.len);
    for (size_t i = 0; !secret && i < bytes.len; i++)
        fprintf(record, "%02X", bytes.data[i]);
    fputc('\n', record);
}

void record_text(FILE *record, const char *function, char direction, const char *text)
{
    if (record == NULL)
        return;
    fprintf(record, "%s %c ", function, direction);
    for (; *text != '\0'; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, record); /* a line it stays */
    fputc('\n', record);
}
