#include "tools/smdpp/es9/cancellation.h"

#include "tools/lib/authentication/chip_answer.h"
#include "tools/smdpp/es9/change_session.h"
#include "tools/smdpp/es9/rpm_session.h"

#define END_USER_REJECTION 0
#define POSTPONED 1

/* CancelSessionReason, and whether the order is worth another try (SGP.22 §3.0.2). */
static const struct reason {
    uint32_t code;
    const char *text;
    bool order_goes_on;
} reasons[] = {
    {END_USER_REJECTION, "endUserRejection", false},
    {POSTPONED, "postponed", true},
    {2, "timeout", true},
    {3, "pprNotAllowed", false},
    {4, "metadataMismatch", false},
    {5, "loadBppExecutionError", true},
    {16, "sessionAborted", true},
    {17, "enterpriseProfilesNotSupported", false},
    {18, "enterpriseRulesNotAllowed", false},
    {19, "enterpriseProfileNotAllowed", false},
    {20, "enterpriseOidMismatch", false},
    {21, "enterpriseRulesError", false},
    {22, "enterpriseProfilesOnly", false},
    {23, "lprNotSupported", false},
    {24, "lprNetworkDataNotAllowed", false},
    {25, "emptyProfileOrSpName", false},
    {27, "rpmDisabled", false},
    {28, "invalidRpmPackage", false},
    {29, "loadRpmPackageError", true},
    {127, "undefinedReason", false},
};

static const struct reason *find_reason(uint32_t code)
{
    const size_t count = sizeof(reasons) / sizeof(reasons[0]);
    for (size_t i = 0; i < count; i++)
        if (reasons[i].code == code)
            return &reasons[i];
    return &reasons[count - 1];
}

static int check(const struct smdpp *smdpp, struct call *call, const struct session *session,
                 const struct chip_cancellation *answer)
{
    if (!euicc_signed(&session->common.euicc, &answer->signed_part, 1, answer->signature))
        return call_refuse(call, REFUSAL_EUICC, "euiccCancelSessionSignature is wrong");
    if (!bytes_equal(answer->transaction_id, session_id(session)))
        return call_refuse(call, REFUSAL_TRANSACTION, "signed part bears another transactionId");
    if (!bytes_equal(answer->server_oid, credentials_oid(&smdpp->credentials)))
        return call_refuse(call, REFUSAL_SERVER_OID, "smdpOid is not ours");
    return 0;
}

static void tell(struct smdpp *smdpp, const struct session *session, const char *reason)
{
    char eid[PKI_EID_DIGITS + 1];
    pki_eid_to_text(session->common.euicc.eid, eid);
    const struct progress progress = {.point = PROGRESS_DOWNLOAD,
                                      .order = &session->order,
                                      .eid = eid,
                                      .refusal = REFUSAL_EUICC_ERROR,
                                      .message = reason};
    smdpp_tell(smdpp, &progress);
}

/* An LPA that has no second try at a confirmation code in a session ends it in the user's name: the
 * user has mistyped and not rejected the profile. How often, the count of codes bounds. */
static bool order_goes_on(const struct session *session, const struct reason *reason)
{
    return reason->order_goes_on || (session->code_refused && reason->code == END_USER_REJECTION);
}

static int end_download(struct smdpp *smdpp, const struct session *session,
                        const struct reason *reason)
{
    int result = 0;
    const bool goes_on = order_goes_on(session, reason);
    /* An LPA that looks what waits (discovery) has not tried anything. */
    if (reason->code == POSTPONED && session->state == SESSION_AUTHENTICATED)
        result = orders_uncount_attempt(smdpp->database, session->order.id);
    if (!goes_on)
        result = downloads_forget_binding(smdpp->database, session->order.id);
    if (result == 0 && !goes_on && !session->order.open)
        result =
            orders_move(smdpp->database, session->order.id,
                        ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_DOWNLOADED), ORDER_ERROR, NULL);
    if (result == 0 && !goes_on)
        smdpp_forget_event(smdpp, &session->order);
    tell(smdpp, session, reason->text);
    return result < 0 ? result : 0;
}

/* What the session was about. */
static const char *subject(const struct session *session)
{
    if (session->state == SESSION_RPM)
        return session->rpm.matching_id;
    return session->change.id != 0 ? session->change.iccid : session->order.iccid;
}

static int end(struct smdpp *smdpp, struct session *session, const struct reason *reason)
{
    switch (session->state) {
    case SESSION_RPM:
        return rpm_session_cancel(smdpp, session, reason->text, reason->order_goes_on);
    case SESSION_CHANGE:
    case SESSION_CHANGED:
        return change_session_cancel(smdpp, session, reason->text);
    case SESSION_RECOVERY:
        return 0; /* it may be asked for again */
    default:
        return end_download(smdpp, session, reason);
    }
}

int cancellation_end(struct smdpp *smdpp, struct call *call, struct session *session,
                     struct bytes answer)
{
    struct chip_cancellation chip;
    int result = chip_answer_cancellation(call, answer, &chip);
    if (result == 0)
        result = check(smdpp, call, session, &chip);
    if (result != 0)
        return result;
    const struct reason *reason = find_reason(chip.reason);
    call_note(call, "%s %s, %s (%u)", session->state == SESSION_RPM ? "RPM order" : "profile",
              subject(session), reason->text, (unsigned)chip.reason);
    return end(smdpp, session, reason);
}
