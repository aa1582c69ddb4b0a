/* rpm_session: a session that hands an RPM package over in the stead of a profile (SGP.22 v3
 * §3.7.2, §5.6.3), and its end. */
#ifndef EMUICC_TOOLS_SMDPP_ES9_RPM_SESSION_H
#define EMUICC_TOOLS_SMDPP_ES9_RPM_SESSION_H

#include "tools/lib/common/rpm.h"
#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* Sets session->rpm to the order that waits for session->common.euicc under this matching id; its
 * id stays 0 if there is none, or if the chip takes a download too and one waits for it. 0 or a
 * failure. */
int rpm_session_find(struct smdpp *smdpp, struct session *session, struct bytes matching_id,
                     bool download_too);

/* The answer of AuthenticateClient: what DPauth signs of the order. */
int rpm_session_respond(struct smdpp *smdpp, struct call *call, struct session *session,
                        struct bytes signature1);

/* The user or the chip did not want it: the order ends, unless it may be tried again. */
int rpm_session_cancel(struct smdpp *smdpp, struct session *session, const char *reason,
                       bool order_goes_on);

/* HandleNotification of a chip's signed result: verified, kept, told to the operator. One of an
 * order that is unknown here is acknowledged and only logged. whole: as the notification has it. */
int rpm_session_conclude(struct smdpp *smdpp, struct call *call, const struct rpm_signed *result,
                         uint32_t sequence, struct bytes whole);

#endif
