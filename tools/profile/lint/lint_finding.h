/* lint_finding: what a finding is, and what is known of each kind of them. */
#ifndef EMUICC_TOOLS_PROFILE_LINT_LINT_FINDING_H
#define EMUICC_TOOLS_PROFILE_LINT_LINT_FINDING_H

#include "tools/profile/package/trial.h"

enum lint_severity {
    LINT_ERROR,   /* the profile will not work */
    LINT_WARNING, /* a specification demands something else */
    LINT_NOTE,    /* allowed, and seldom meant */
};
/* "error" */
const char *lint_severity_name(enum lint_severity severity);

struct lint_row;

/* One finding; texts are gone after the visit. */
struct lint_finding {
    const struct lint_row *row;
    unsigned element;        /* that made the file, from 1; 0: none */
    const struct file *file; /* NULL: it is about no file */
    const char *text;        /* what stands there, and what should */
};

typedef int lint_visitor(void *context, const struct lint_finding *finding);

struct lint; /* one run */
typedef void lint_rule(struct lint *lint);

struct lint_row {
    const char *name; /* "dir-aid-missing" */
    enum lint_severity severity;
    const char *section; /* "TS 102 221 §13.1" */
    bool whole; /* an element behind can still mend it: asked of packages that are not refused */
    lint_rule *find;
    const char *about; /* for the list of them */
};

#endif
