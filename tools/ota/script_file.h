/* script_file: a script's lines out of a file. */
#ifndef EMUICC_TOOLS_OTA_SCRIPT_FILE_H
#define EMUICC_TOOLS_OTA_SCRIPT_FILE_H

#include "tools/lib/transport/fault.h"
#include "tools/ota/script_text.h"

/* Appends one line, which stands there. False after a fault that says what is wrong with it. */
bool script_file_line(struct script_text *script, const char *where, int number, const char *line,
                      struct fault *fault);
/* Appends the lines of a file, "-": of standard input. */
bool script_file_read(struct script_text *script, const char *path, struct fault *fault);

#endif
