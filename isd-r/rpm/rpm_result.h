/* rpm_result: LoadRpmPackageResult, how an RPM package ended (SGP.22 §5.7.23, Annex H).
 *
 * ASN.1's automatic tags make of it, and of the notification that it is kept as,
 *
 *   BF44 { A0 signed | A1 { 80 transactionId, 02 error } }      the answer
 *   A1   signed                                                 PendingNotification
 *   signed: A0 { 80 transactionId, BF2F metadata, 06 smdpOid,
 *                A2 { A0 RpmCommandResults | 81 error } }, 81 euiccSignRPR
 *
 * where the signature is over the whole of A0, tag and length included. */
#ifndef EMUICC_ISD_R_RPM_RPM_RESULT_H
#define EMUICC_ISD_R_RPM_RPM_RESULT_H

#include "isd-r/profiles/notification.h"
#include "isd-r/session/rsp_session.h"

#define RPM_RESULT_MAX 16384 /* bytes of the commands' results together */

/* LoadRpmPackageErrorCodeSigned, LoadRpmPackageErrorCodeNotSigned */
enum rpm_result_error {
    RPM_RESULT_NO_ERROR = 0,
    RPM_RESULT_INVALID_SIGNATURE = 2,
    RPM_RESULT_NO_SESSION = 4, /* not signed */
    RPM_RESULT_INVALID_TRANSACTION_ID = 5,
};

/* Signs the commands' results, or the error, under the session, and keeps them as a notification;
 * answers them too unless response is NULL. The session ends. 0 or a failure. */
int rpm_result_conclude(struct rsp_session *session, struct notification *notification,
                        struct bytes results, enum rpm_result_error error, struct writer *response);

#endif
