#include "tools/profile/lint/lint.h"

#include "tools/profile/lint/lint_rule.h"

const char *lint_severity_name(enum lint_severity severity)
{
    static const char *const names[] = {
        [LINT_ERROR] = "error", [LINT_WARNING] = "warning", [LINT_NOTE] = "note"};
    return names[severity];
}

int lint_package(struct bytes package, const struct trial *trial, lint_visitor *visit,
                 void *context)
{
    struct lint lint = {.package = package,
                        .trial = trial,
                        .profile = trial->profile,
                        .visit = visit,
                        .context = context};
    for (size_t i = 0; i < lint_row_count && lint.result == 0; i++) {
        lint.row = &lint_rows[i];
        if (trial->installed || !lint.row->whole)
            lint.row->find(&lint);
    }
    return lint.result;
}
