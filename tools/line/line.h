/* line: what all threads of a production line share while they write. Everything here may be used
 * by several threads at once. */
#ifndef EMUICC_TOOLS_LINE_LINE_H
#define EMUICC_TOOLS_LINE_LINE_H

#include <stdatomic.h>

#include "tools/lib/batch/batch.h"
#include "tools/line/identity.h"

#define LINE_AID_MIN 5
#define LINE_AID_MAX 16

struct line {
    struct identity identity;
    struct token *token;
    struct diversify root; /* in the token */
    struct batch *batch;
    uint8_t isd_r[LINE_AID_MAX]; /* its AID */
    size_t isd_r_len;
    atomic_bool stop; /* no more chips after those at hand */
};

struct line_plan {
    const char *batch, *token, *pki, *dpauth_key, *dppb_key; /* borrowed */
    const char *isd_r; /* AID in hexadecimal digits; NULL: SGP.22's */
};
/* 0, or a failure after one trace line; line_finish() after both. */
int line_start(struct line *line, const struct line_plan *plan);
void line_finish(struct line *line);

#endif
