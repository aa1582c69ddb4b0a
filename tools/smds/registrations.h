/* registrations: what an SM-DS keeps of a chip beside its events, from v3 on: the id under which it
 * is asked whether there are any (event checking), and where its device wants to be told (push
 * service) (SGP.22 v3 §3.6.2, §3.6.5). */
#ifndef EMUICC_TOOLS_SMDS_REGISTRATIONS_H
#define EMUICC_TOOLS_SMDS_REGISTRATIONS_H

#include "tools/lib/common/database.h"
#include "tools/smds/smds.h"

#define REGISTRATIONS_EC_ID_SIZE 16
#define REGISTRATIONS_SECONDS (30LL * 24 * 3600) /* that each stands */
#define REGISTRATIONS_SERVICE_SIZE 128           /* an OID in dots, end included */
#define REGISTRATIONS_TOKEN_MAX 1024             /* bytes */

/* The chip's id for event checking: the one that it has, for another while, or a fresh one. 0 or a
 * failure. */
int registrations_ec_id(struct smds *smds, const char *eid, int64_t now,
                        uint8_t out[REGISTRATIONS_EC_ID_SIZE]);
/* *pending: an event waits for the chip of this id. 0; 1 if there is no such id; 2 if its time is
 * over; or a failure. */
int registrations_check(struct database *database, struct bytes ec_id, int64_t now, bool *pending);

/* In the stead of the one that the chip's device had. 0 or a failure. */
int registrations_push(struct database *database, const char *eid, const char *service,
                       struct bytes token, int64_t now);
/* The service by which the chip's device wants to be told: 0, 1 if by none, or a failure. */
int registrations_find_push(struct database *database, const char *eid, int64_t now,
                            char service[REGISTRATIONS_SERVICE_SIZE]);

#endif
