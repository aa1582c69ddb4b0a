/* table: which chip gets which package, as text: a line each with an EID of 32 digits and the
 * package's name, between them blanks or a comma. Empty lines and those that begin with # are
 * skipped. */
#ifndef EMUICC_TOOLS_LINE_TABLE_H
#define EMUICC_TOOLS_LINE_TABLE_H

#include "crypto/pki/pki.h"

#define TABLE_NAME_SIZE 256
#define TABLE_MAX (16u << 20) /* bytes of a file */

struct table_row {
    unsigned line;
    char eid[PKI_EID_DIGITS + 1]; /* with right check digits */
    char name[TABLE_NAME_SIZE];
};

/* Takes rows off the front of the text. 0; 1 at its end; a failure after a trace line that names
 * the file and the line that is wrong. row->line counts, from 0 before the first. */
int table_take(const char *file, struct bytes *rest, struct table_row *row);

#endif
