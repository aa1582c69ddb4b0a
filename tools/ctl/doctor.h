/* doctor: what usually stands between a card and the programs that look for it, each finding with
 * the line to run. */
#ifndef EMUICC_TOOLS_CTL_DOCTOR_H
#define EMUICC_TOOLS_CTL_DOCTOR_H

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
    bool wrong;                         /* something was */
    bool has_service;                   /* pcscd runs */
    uint16_t ports[DOCTOR_ENTRIES_MAX]; /* first slots of vpcd, as configured */
    size_t port_count;
};

/* A finding; run: the line that mends it, NULL if nothing has to be mended. */
__attribute__((format(printf, 4, 5))) void doctor_say(struct doctor *doctor, const char *check,
                                                      const char *run, const char *format, ...);

/* What PC/SC's answer means; on success nothing is said. True on success. */
bool doctor_judge_service(struct doctor *doctor, long code);

/* One check each, in this order. */
void doctor_check_service(struct doctor *doctor);
void doctor_check_reader_conf(struct doctor *doctor);
void doctor_check_ports(struct doctor *doctor);
void doctor_check_certificates(struct doctor *doctor);

/* A path below --root. */
void doctor_path(const struct doctor *doctor, const char *path, char out[DOCTOR_PATH_MAX]);

/* The command: false if something is wrong. */
bool doctor_work(const struct ctl_options *options, struct writer *out);

#endif
