/* ef_words: contents of elementary files in words, of those that people ask for (TS 31.102 §4.2,
 * TS 31.103 §4.2, TS 102 221 §13). */
#ifndef EMUICC_FS_FILES_EF_WORDS_H
#define EMUICC_FS_FILES_EF_WORDS_H

#include "fs/profile/file.h"

/* A list "decoded" of {"label", "value"}, a file's or all its records'; nothing where its content
 * has no words here. Content that is not what its specification says shows as far as it can be
 * read. */
void ef_words_put(struct file *file, struct writer *out);

/* The same of one file's or record's bytes, by the file's name ("EF.IMSI"); nothing is written
 * where no content of that name is known. */
void ef_words_put_content(const char *name, struct bytes content, struct writer *out);

#endif
