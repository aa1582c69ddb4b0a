/* names: what the specifications call a file, looked up in the package format's templates. */
#ifndef EMUICC_FS_FILES_NAMES_H
#define EMUICC_FS_FILES_NAMES_H

#include "fs/profile/profile.h"
#include "fs/saip/template.h"

/* The template's row for a file; NULL if it is of none. */
const struct template_file *names_row(const struct file *file);
/* "EF.IMSI"; of a link that no template has, what it leads to; else "". */
const char *names_of_file(const struct file *file);
/* "linear fixed" */
const char *names_of_type(enum file_type type);
/* "Milenage" */
const char *names_of_algorithm(enum aka_algorithm algorithm);

#endif
