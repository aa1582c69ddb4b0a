/* package: the eIM package that a chip's IPA gets when it asks (SGP.32 §5.14.5): the next order's,
 * signed once and kept until its result has come. */
#ifndef EMUICC_TOOLS_EIM_PACKAGE_H
#define EMUICC_TOOLS_EIM_PACKAGE_H

#include "tools/eim/eim.h"
#include "tools/lib/iot/euicc_package.h"

/* eimPackageError */
#define PACKAGE_NONE 1
#define PACKAGE_EID_NOT_FOUND 2
#define PACKAGE_INVALID_EID 3
#define PACKAGE_MISSING_EID 4
#define PACKAGE_UNDEFINED 127

#define PACKAGE_SIZE 16384 /* bytes of the largest one */
#define PACKAGE_OPERATIONS_SIZE (PACKAGE_SIZE - EUICC_PACKAGE_OVERHEAD - EIM_CONFIGURATION_ID_MAX)

enum package_kind { PACKAGE_EUICC, PACKAGE_DATA, PACKAGE_TRIGGER };

/* 0 with the whole package appended (BF51, BF52 or BF54); one of the errors above; or a failure. */
int package_next(struct eim *eim, const char *eid, enum package_kind *kind, struct writer *out);

/* The list that a facility's operations are of. */
static inline enum operation_list package_list(enum order_facility facility)
{
    return facility == ORDER_PSMO ? OPERATION_PSMO : OPERATION_ECO;
}

/* What an order's JSON says to an eIM of this release; false with what is wrong in `detail`. Used
 * when it is placed, so that nothing is kept that cannot be sent. */
bool package_check(enum eim_release release, enum order_facility facility, const json_t *content,
                   char *detail, size_t size);

#endif
