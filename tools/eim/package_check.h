/* package_check: what an order's JSON has to be, so that a package can be made of it. */
#ifndef EMUICC_TOOLS_EIM_PACKAGE_CHECK_H
#define EMUICC_TOOLS_EIM_PACKAGE_CHECK_H

#include "tools/eim/eim.h"
#include "tools/lib/iot/euicc_package.h"

#define PACKAGE_SIZE 16384 /* bytes of the largest package */
#define PACKAGE_OPERATIONS_SIZE (PACKAGE_SIZE - EUICC_PACKAGE_OVERHEAD - EIM_CONFIGURATION_ID_MAX)

/* The list that a facility's operations are of. */
static inline enum operation_list package_check_list(enum order_facility facility)
{
    return facility == ORDER_PSMO ? OPERATION_PSMO : OPERATION_ECO;
}

/* What an order's JSON says to an eIM of this release; false with what is wrong in `detail`. Used
 * when it is placed, so that nothing is kept that cannot be sent. */
bool package_check(enum eim_release release, enum order_facility facility, const json_t *content,
                   char *detail, size_t size);

#endif
