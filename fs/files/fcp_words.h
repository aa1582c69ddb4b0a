/* fcp_words: what SELECT says of a file, in words (TS 102 221 §11.1.1.4). */
#ifndef EMUICC_FS_FILES_FCP_WORDS_H
#define EMUICC_FS_FILES_FCP_WORDS_H

#include "fs/profile/file.h"

/* A list "words". */
void fcp_words_put(struct file *file, struct writer *out);

#endif
