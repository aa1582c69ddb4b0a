/* lint: findings in a package that a card takes and that a terminal, a network or a server stumbles
 * over. A finding is a fact about the package, said with the place where the specification wants it
 * otherwise. */
#ifndef EMUICC_TOOLS_PROFILE_LINT_LINT_H
#define EMUICC_TOOLS_PROFILE_LINT_LINT_H

#include "tools/profile/lint/lint_finding.h"

extern const struct lint_row lint_rows[];
extern const size_t lint_row_count;

/* Visits the findings, in the rows' order. Of a package that was refused only what was there
 * before and no element behind could have mended. Return other than 0 ends it and is returned. */
int lint_package(struct bytes package, const struct trial *trial, lint_visitor *visit,
                 void *context);

#endif
