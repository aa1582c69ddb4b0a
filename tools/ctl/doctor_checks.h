/* doctor_checks: what is looked at, a source each. */
#ifndef EMUICC_TOOLS_CTL_DOCTOR_CHECKS_H
#define EMUICC_TOOLS_CTL_DOCTOR_CHECKS_H

#include "tools/ctl/doctor_finding.h"

/* What PC/SC's answer means; on success nothing is said. True on success. */
bool doctor_judge_service(struct doctor *doctor, long code);

/* The socket that PCSCLITE_CSOCK_NAME names; NULL: it names none. */
const char *doctor_own_socket(void);
/* Which pcscd the clients find, and what it has been told: into doctor->config, is_emuicc. */
void doctor_find_pcscd(struct doctor *doctor);

/* One check each, in this order. */
void doctor_check_service(struct doctor *doctor);
void doctor_check_reader_conf(struct doctor *doctor);
void doctor_check_ports(struct doctor *doctor);
void doctor_check_certificates(struct doctor *doctor);

#endif
