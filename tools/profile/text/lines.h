/* lines: a package as lines that can be compared, one for each value: the path of names that leads
 * to it, and the value as text. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_LINES_H
#define EMUICC_TOOLS_PROFILE_TEXT_LINES_H

#include <stdio.h>

#include "apdu/bytes.h"

struct line {
    char *text; /* "ef-imsi/fillFileContent '0809...'H"; the element's own line is its name */
    uint64_t hash;
    unsigned element; /* number of the profile element, from 1 */
    const char *name; /* of the profile element: "usim" */
};

struct lines {
    struct line *items;
    size_t count;
};

/* 0 or a failure (out of memory, traced). */
int lines_of(struct bytes package, struct lines *out);
void lines_finish(struct lines *lines);

static inline bool lines_equal(const struct line *a, const struct line *b)
{
    return a->hash == b->hash && strcmp(a->text, b->text) == 0 && strcmp(a->name, b->name) == 0;
}

#endif
