#include "tools/lib/authentication/version.h"

#define OWN_DEFAULT "3.1"
#define LOWEST_DEFAULT "2"
#define MAJOR_LEAST 2 /* that this server can speak */
#define MAJOR_MOST 3

static bool read_version(const char *text, const char *otherwise, struct svn *out)
{
    return svn_from_text(text != NULL ? text : otherwise, out) && svn_major(out) >= MAJOR_LEAST &&
           svn_major(out) <= MAJOR_MOST;
}

const char *version_plan_read(const char *own, const char *lowest, const char *lie,
                              struct version_plan *out)
{
    struct version_plan plan = {.lies = lie != NULL};
    if (!read_version(own, OWN_DEFAULT, &plan.own))
        return "--svn is no version from 2 to 3, as 2.2.2, 2.5 or 3.1";
    if (!read_version(lowest, LOWEST_DEFAULT, &plan.lowest))
        return "--lowest-svn is no version from 2 to 3, as 2.1 or 3.0";
    if (memcmp(plan.lowest.number, plan.own.number, SVN_SIZE) > 0)
        return "--lowest-svn is higher than --svn";
    if (plan.lies && !svn_from_text(lie, &plan.lie))
        return "--answer-svn is no version, as 4.0.0";
    *out = plan;
    return NULL;
}

static bool knows(const struct version_plan *plan, const struct svn *svn)
{
    return svn_major(svn) >= svn_major(&plan->lowest) && svn_major(svn) <= svn_major(&plan->own);
}

bool version_agree(const struct version_plan *plan, const struct euicc_versions *chip,
                   struct version *out)
{
    if (plan->lies)
        *out = (struct version){true, plan->lie};
    else if (knows(plan, &chip->highest))
        *out = (struct version){svn_major(&chip->highest) >= SVN_SESSION_CONTEXT, plan->own};
    else if (knows(plan, &chip->lowest))
        *out = (struct version){false, plan->own};
    else
        return false;
    return true;
}
