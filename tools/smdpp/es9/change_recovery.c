#include "tools/smdpp/es9/change_recovery.h"

#include "apdu/status.h"
#include "crypto/pki/pki_eid.h"
#include "tools/smdpp/es9/change_session.h"

#include <time.h>

static int judge(struct call *call, const struct change *change)
{
    if (change->state == CHANGE_REQUESTED || change->state == CHANGE_CONFIRMED)
        return call_refuse(call, REFUSAL_ICCID_TRANSITION,
                           "profile %s: no chip has told of its deletion", change->iccid);
    if ((change->state != CHANGE_RELEASED && change->state != CHANGE_RECOVERING) ||
        !change->deletes)
        return call_refuse(call, REFUSAL_ICCID_NOT_ALLOWED, "profile %s: the change is %s",
                           change->iccid, changes_state_text(change->state));
    if (time(NULL) > change->recoverable)
        return call_refuse(call, REFUSAL_ORDER_EXPIRED, "profile %s: the time for it is over",
                           change->iccid);
    return 0;
}

/* An answer that was lost is given again as it was. */
static int choose_matching_id(struct smdpp *smdpp, const struct change *change,
                              char out[ORDERS_TEXT_SIZE])
{
    struct order order;
    if (change->state != CHANGE_RECOVERING)
        return smdpp_draw_matching_id(smdpp, out);
    const int found = orders_find(smdpp->database, change->order, &order);
    memcpy(out, order.matching_id, ORDERS_TEXT_SIZE);
    return found > 0 ? FAILURE_INTERNAL : found;
}

static int give_back(struct smdpp *smdpp, struct call *call, struct change *change,
                     char code[CHANGE_ACTIVATION_CODE_SIZE])
{
    char matching_id[ORDERS_TEXT_SIZE];
    struct order order;
    int result = choose_matching_id(smdpp, change, matching_id);
    if (result == 0)
        result = changes_apply(smdpp->database, change, CHANGE_RECOVER, matching_id);
    if (result > 0)
        return call_refuse(call, REFUSAL_ICCID_NOT_ALLOWED,
                           "profile %s is in the new device, or may be", change->iccid);
    if (result == 0)
        result = orders_find(smdpp->database, change->order, &order);
    if (result == 0)
        change_session_activation_code(smdpp, &order, code);
    return result;
}

int change_recovery_offer(struct smdpp *smdpp, struct call *call, struct session *session,
                          const struct chip_authentication *chip)
{
    char eid[PKI_EID_DIGITS + 1], iccid[ICCID_TEXT_SIZE], code[CHANGE_ACTIVATION_CODE_SIZE];
    if (!session_is_v3(session))
        return call_refuse(call, REFUSAL_FORMAT, "a session of v2 has no recovery");
    pki_eid_to_text(session->common.euicc.eid, eid);
    (void)iccid_swapped_text(chip->iccid, iccid);
    int result = changes_find(smdpp->database, eid, iccid, &session->change);
    if (result > 0)
        return call_refuse(call, REFUSAL_ICCID, "profile %s has not left EID %s", iccid, eid);
    session->change.has_code = false;
    if (result == 0)
        result = judge(call, &session->change);
    if (result == 0)
        result = give_back(smdpp, call, &session->change, code);
    if (result == 0)
        result = change_session_put_signed4(smdpp, call, session, code, chip->signature1);
    if (result != 0)
        return result;
    session->state = SESSION_RECOVERY;
    change_session_tell(smdpp, &session->change, "profileRecovery", REFUSAL_NONE, "");
    call_note(call, "EID %s gets profile %s back", eid, iccid);
    return 0;
}
