/* package: the eIM package that a chip's IPA gets when it asks (SGP.32 §5.14.5): the next order's,
 * signed once and kept until its result has come. */
#ifndef EMUICC_TOOLS_EIM_PACKAGE_H
#define EMUICC_TOOLS_EIM_PACKAGE_H

#include "tools/eim/package_check.h"

/* eimPackageError */
#define PACKAGE_NONE 1
#define PACKAGE_EID_NOT_FOUND 2
#define PACKAGE_INVALID_EID 3
#define PACKAGE_MISSING_EID 4
#define PACKAGE_UNDEFINED 127

enum package_kind { PACKAGE_EUICC, PACKAGE_DATA, PACKAGE_TRIGGER };

/* 0 with the whole package appended (BF51, BF52 or BF54); one of the errors above; or a failure. */
int package_next(struct eim *eim, const char *eid, enum package_kind *kind, struct writer *out);

#endif
