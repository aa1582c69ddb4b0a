#include "tools/line/line.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#include <time.h>

#define ISD_R "A0000005591010FFFFFFFF8900000100" /* SGP.22 §2.2.3 */

static int read_aid(struct line *line, const char *text)
{
    struct writer aid = writer_on(line->isd_r, sizeof(line->isd_r));
    const bool right = hex_decode(text, &aid) && aid.len >= LINE_AID_MIN;
    line->isd_r_len = aid.len;
    if (!right)
        trace_error("--isd-r '%.40s': it is not 10 to 32 hexadecimal digits", text);
    return right ? 0 : FAILURE_INTERNAL;
}

int line_start(struct line *line, const struct line_plan *plan)
{
    *line = (struct line){0};
    int result = read_aid(line, plan->isd_r != NULL ? plan->isd_r : ISD_R);
    if (result == 0)
        result = ec_start();
    if (result == 0)
        result =
            identity_read(plan->pki, plan->dpauth_key, plan->dppb_key, time(NULL), &line->identity);
    if (result == 0)
        result = token_open(plan->token, TOKEN_ROOT, &line->token);
    line->root = (struct diversify){token_cmac, line->token};
    if (result == 0)
        result = batch_open(plan->batch, &line->root, &line->batch);
    return result;
}

void line_finish(struct line *line)
{
    batch_close(line->batch);
    token_close(line->token);
    identity_finish(&line->identity);
}
