/* package_run: the operations of a package, one after the other until one fails or the package
 * ends (SGP.32 §2.11.1.1). */
#ifndef EMUICC_ISD_R_IOT_PACKAGE_RUN_H
#define EMUICC_ISD_R_IOT_PACKAGE_RUN_H

#include "isd-r/iot/operation.h"

/* Appends a result for each operation that was reached. results: room for PACKAGE_RESULT_MAX bytes.
 * 0 or a failure. */
int package_run(struct operation_run *run, const struct tlv *list, struct writer *results);

#endif
