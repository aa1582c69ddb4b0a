/* shipped: files that come with the program, wherever it was built or installed. */
#ifndef EMUICC_CARD_TEXT_SHIPPED_H
#define EMUICC_CARD_TEXT_SHIPPED_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "apdu/bytes.h"

/* One kind of them. */
#define SHIPPED_FOLDERS 4
struct shipped {
    const char *folders[SHIPPED_FOLDERS]; /* seen from the program's own, or absolute */
    const char *suffix;                   /* of the files' names */
    const char *about_suffix;             /* of the file that says what one is */
    const char *about;                    /* how the line in it begins that does */
};
extern const struct shipped shipped_personalities, shipped_faults, shipped_profiles;

/* The nth folder in which they may be; false if it cannot be told. */
bool shipped_folder(const struct shipped *kind, size_t which, char path[PATH_MAX]);
/* The path of one, by its name without the suffix; false if none bears it. */
bool shipped_find(const struct shipped *kind, const char *name, char path[PATH_MAX]);

/* Reads the text of this name, or else the file: appended to *text, which bounds it. 0, or a
 * failure after one trace line, in which the option is named that asked for it. */
int shipped_read(const struct shipped *kind, const char *option, const char *asked,
                 struct writer *text);
/* A line each: its name and what is said of it. */
void shipped_list(const struct shipped *kind, FILE *out);

#endif
