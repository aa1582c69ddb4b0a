/* access_words: the rule in a record of EF.ARR in words (TS 102 221 §9.2, ISO/IEC 7816-4 §9.3). */
#ifndef EMUICC_FS_FILES_ACCESS_WORDS_H
#define EMUICC_FS_FILES_ACCESS_WORDS_H

#include "fs/profile/profile.h"

/* A list "rules" of {"mode": "read, search", "needs": "PIN1 or ADM1"}; empty where there is none
 * that can be found. */
void access_words_put(struct profile *profile, struct file *file, struct writer *out);

/* The same of the bytes of one record. */
void access_words_put_record(struct bytes record, bool directory, struct writer *out);

#endif
