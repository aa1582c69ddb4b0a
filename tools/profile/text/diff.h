/* diff: what two packages differ in, value by value. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_DIFF_H
#define EMUICC_TOOLS_PROFILE_TEXT_DIFF_H

#include "tools/profile/text/lines.h"

/* One value that only one of them has. */
struct diff_change {
    char sign; /* '-': only in the first, '+': only in the second */
    const struct line *line;
};

/* Visits the changes in order; a shortest list of them, unless the packages are so different that
 * it would take too long. Return other than 0 ends it and is returned. */
typedef int diff_visitor(void *context, const struct diff_change *change);
int diff_lines(const struct lines *first, const struct lines *second, diff_visitor *visit,
               void *context);

#endif
