#include "tools/smdpp/es9/change_deletion.h"

#include "tools/smdpp/es9/change_session.h"

#define MEMBER "deleteNotificationForDc"
#define DELETION_MAX 1024 /* bytes */

/* Whatever it was told before is no news. */
static int apply(struct smdpp *smdpp, struct call *call, struct change *change, uint32_t sequence)
{
    int result = changes_check_deletion(smdpp->database, change, sequence);
    if (result == 0)
        result = changes_apply(smdpp->database, change, CHANGE_DELETE, NULL);
    if (result != 0)
        return result < 0 ? result : 0;
    change_session_tell(smdpp, change, "deviceChangeDeletion", REFUSAL_NONE, "");
    call_note(call, "profile %s has left its old device and is released", change->iccid);
    return 0;
}

int change_deletion_note(struct smdpp *smdpp, struct call *call, const struct pending *pending,
                         const struct euicc *euicc)
{
    char iccid[ICCID_TEXT_SIZE];
    struct change change;
    if ((pending->metadata.operation & (PENDING_DELETE | PENDING_RPM_DELETE)) == 0)
        return 0;
    pending_iccid(pending, iccid);
    const int found = changes_find_confirmed(smdpp->database, iccid, &change);
    if (found != 0 || memcmp(change.old.eid, euicc->eid, PKI_EID_SIZE) != 0)
        return found < 0 ? found : 0;
    return apply(smdpp, call, &change, pending->metadata.sequence);
}

static int judge(struct smdpp *smdpp, struct call *call, struct bytes whole)
{
    char iccid[ICCID_TEXT_SIZE];
    struct pending pending;
    struct change change;
    if (!pending_read_deletion(whole, &pending))
        return call_refuse(call, REFUSAL_FORMAT, MEMBER " is malformed");
    pending_iccid(&pending, iccid);
    const int found = changes_find_confirmed(smdpp->database, iccid, &change);
    if (found != 0)
        return found < 0 ? found : 0;
    if (!euicc_signed(&change.old, &pending.signed_part, 1, pending.signature))
        return call_refuse(call, REFUSAL_EUICC, MEMBER " is not signed by the old device's eUICC");
    return apply(smdpp, call, &change, pending.metadata.sequence);
}

int change_deletion_take(struct smdpp *smdpp, struct call *call)
{
    struct blob whole;
    if (json_object_get(call->request, MEMBER) == NULL)
        return 0;
    int result = call_bytes(call, MEMBER, DELETION_MAX, &whole);
    if (result != 0)
        return result;
    result = judge(smdpp, call, blob_bytes(&whole));
    blob_finish(&whole);
    return result;
}
