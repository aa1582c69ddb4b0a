#include "tools/line/line.h"

#include <time.h>

int line_start(struct line *line, const struct line_plan *plan)
{
    *line = (struct line){0};
    int result = ec_start();
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
