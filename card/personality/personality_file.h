/* personality_file: where texts of personalities lie: files of the user's, and those that ship. */
#ifndef EMUICC_CARD_PERSONALITY_PERSONALITY_FILE_H
#define EMUICC_CARD_PERSONALITY_PERSONALITY_FILE_H

#include <stdio.h>

#include "card/personality/personality.h"

/* Reads the text of a shipped personality, by its name, or else of a file: appended to *text, which
 * needs PERSONALITY_TEXT_MAX bytes. 0, or a failure after one trace line. */
int personality_file_read(const char *asked, struct writer *text);

/* The shipped ones: a line each, its name and the first comment in it. */
void personality_file_list(FILE *out);
/* The keys, as the table has them. */
void personality_file_keys(FILE *out);

#endif
