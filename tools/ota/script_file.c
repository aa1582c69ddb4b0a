#include "tools/ota/script_file.h"

#include <errno.h>
#include <stdio.h>

bool script_file_line(struct script_text *script, const char *where, int number, const char *line,
                      struct fault *fault)
{
    const char *wrong = script_text_line(script, line);
    return wrong == NULL ||
           fault_raise(fault, "script", "%s:%d: '%s' %s", where, number, line, wrong);
}

bool script_file_read(struct script_text *script, const char *path, struct fault *fault)
{
    char line[SCRIPT_TEXT_LINE_MAX];
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    bool good = true;
    if (file == NULL)
        return fault_raise(fault, "script", "%s: %s", path, strerror(errno));
    for (int number = 1; good && fgets(line, sizeof(line), file) != NULL; number++) {
        line[strcspn(line, "\n")] = '\0';
        good = script_file_line(script, path, number, line, fault);
    }
    if (file != stdin)
        fclose(file);
    return good;
}
