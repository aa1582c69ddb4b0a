/* doctor_finding: what the doctor has found so far, each finding with the line to run. */
#ifndef EMUICC_TOOLS_CTL_DOCTOR_FINDING_H
#define EMUICC_TOOLS_CTL_DOCTOR_FINDING_H

#include <stdint.h>

#include "tools/ctl/command.h"

#define DOCTOR_VPCD_PORT 35963 /* of Debian's vpcd, first slot */
#define DOCTOR_VPCD_SLOTS 2
#define DOCTOR_ENTRIES_MAX 64
#define DOCTOR_PATH_MAX 512

/* What has been found so far, written as it comes. */
struct doctor {
    const struct ctl_options *options;
    struct writer *out;
    bool wrong;                   /* something was */
    bool has_service;             /* pcscd runs, or something that serves its clients */
    bool is_emuicc;               /* an emuicc or a farm does (--pcsc): there are no readers */
    char config[DOCTOR_PATH_MAX]; /* file or folder of the readers that pcscd is told of */
    uint16_t ports[DOCTOR_ENTRIES_MAX]; /* first slots of vpcd, as configured */
    size_t port_count;
};

/* A finding; run: the line that fixes it, NULL if nothing has to be fixed. */
__attribute__((format(printf, 4, 5))) void doctor_say(struct doctor *doctor, const char *check,
                                                      const char *run, const char *format, ...);

/* A path below --root. */
void doctor_path(const struct doctor *doctor, const char *path, char out[DOCTOR_PATH_MAX]);

#endif
