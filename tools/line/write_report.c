#include "tools/line/write_report.h"

static const char *const outcome_texts[WRITE_OUTCOMES] = {"written", "failed", "left", "refused"};

const char *write_outcome_text(enum write_outcome outcome)
{
    return outcome_texts[outcome];
}
