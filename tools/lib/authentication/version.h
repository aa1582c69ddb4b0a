/* version: which release of SGP.22 a server speaks with a chip (SGP.22 v3 §3.0.1, §5.6.1). */
#ifndef EMUICC_TOOLS_LIB_AUTHENTICATION_VERSION_H
#define EMUICC_TOOLS_LIB_AUTHENTICATION_VERSION_H

#include "tools/lib/common/euicc_info.h"

/* What the server speaks. */
struct version_plan {
    struct svn lowest, own; /* own: the highest, which it names */
    bool lies;              /* a test server: names this one, whatever the chip has offered */
    struct svn lie;
};

/* The texts of --svn, --lowest-svn and --answer-svn, each NULL for its default. NULL with *out, or
 * what is wrong with which of them. */
const char *version_plan_read(const char *own, const char *lowest, const char *lie,
                              struct version_plan *out);

/* What a session goes by. */
struct version {
    bool told; /* the chip is told the server's version: functions of v3 may be used */
    struct svn svn;
};

/* The highest that the chip offers, if the server knows it; else the lowest. False if it knows
 * neither. */
bool version_agree(const struct version_plan *plan, const struct euicc_versions *chip,
                   struct version *out);

#endif
