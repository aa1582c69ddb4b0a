/* file: packages and texts in and out. */
#ifndef EMUICC_TOOLS_PROFILE_PACKAGE_FILE_H
#define EMUICC_TOOLS_PROFILE_PACKAGE_FILE_H

#include "fs/profile/blob.h"

/* All of a package, or of a text; a missing file is a failure too. 0, or a failure, traced. A text
 * is refused as a package, whatever else is in it. */
int file_read_package(const char *path, struct blob *out);
/* The same, and a failure with what the file is unless it begins as a package does. */
int file_read_real_package(const char *path, struct blob *out);
int file_read_text(const char *path, struct blob *out);

/* Whole or not at all: what was at the path stays there until all is written. */
int file_write(const char *path, struct bytes content);

#endif
