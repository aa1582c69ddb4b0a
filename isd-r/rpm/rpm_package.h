/* rpm_package: an RPM package, its commands carried out one after the other until one fails or the
 * package ends (SGP.22 §3.7, §5.7.23). */
#ifndef EMUICC_ISD_R_RPM_RPM_PACKAGE_H
#define EMUICC_ISD_R_RPM_RPM_PACKAGE_H

#include "isd-r/rpm/rpm.h"

#define RPM_PACKAGE_MAX 16384 /* bytes of the commands together */

/* rpmProcessingTerminated */
enum rpm_package_end {
    RPM_PACKAGE_RESULT_OVERFLOW = 1,
    RPM_PACKAGE_DAMAGED = 2, /* unknownOrDamagedCommand */
    RPM_PACKAGE_INTERRUPTION = 3,
    RPM_PACKAGE_REFRESH_EXCEEDED = 4,
    RPM_PACKAGE_AFTER_CONTACT = 5,
    RPM_PACKAGE_TOO_LARGE = 6,
};

/* Writes an RpmCommandResult for each command that was reached, and one that says why not all were
 * if it was not by a failure. results: room for RPM_RESULT_MAX bytes. 0 or a failure. */
int rpm_package_execute(struct rpm *rpm, struct bytes package, struct writer *results);
void rpm_package_put_end(enum rpm_package_end end, struct writer *results);

#endif
