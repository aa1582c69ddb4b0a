#include "tools/smdpp/es9/authentication_client.h"

#include "apdu/status.h"
#include "fs/profile/iccid.h"
#include "tools/lib/authentication/chip_answer.h"
#include "tools/smdpp/es9/change_deletion.h"
#include "tools/smdpp/es9/change_recovery.h"
#include "tools/smdpp/es9/change_session.h"
#include "tools/smdpp/es9/rpm_session.h"
#include "tools/smdpp/es9/selection.h"

#include <time.h>

#define SIGNED2_SIZE 160
/* SmdpSigned2 */
#define TRANSACTION_ID 0x80
#define ONE_TIME_PUBLIC_KEY 0x5F49
#define SIGNATURE 0x5F37

/* Of a profile that this server has sent to the chip. */
static int find_owner(struct smdpp *smdpp, struct session *session, struct bytes iccid)
{
    char eid[PKI_EID_DIGITS + 1], digits[ICCID_TEXT_SIZE];
    struct order order;
    if (!iccid_swapped_text(iccid, digits))
        return 0;
    pki_eid_to_text(session->common.euicc.eid, eid);
    const int found = orders_find_sent(smdpp->database, eid, digits, &order);
    if (found == 0)
        memcpy(session->owner, order.requester, sizeof(session->owner));
    return found < 0 ? found : 0;
}

static void put_signed2(const struct session *session, bool rpm_pending, struct writer *out)
{
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, session_id(session));
    der_put_boolean(out, DER_BOOLEAN, session->order.has_code);
    if (session->binding.body.len > 0)
        tlv_put(out, ONE_TIME_PUBLIC_KEY, bytes_of(session->binding.euicc_otpk, EC_POINT_SIZE));
    if (rpm_pending)
        tlv_put(out, DER_NULL, (struct bytes){0});
    tlv_close(out, sequence);
}

static int respond(struct smdpp *smdpp, struct call *call, struct session *session,
                   struct bytes signature1)
{
    uint8_t memory[SIGNED2_SIZE], element_memory[EC_SIGNATURE_SIZE + TLV_HEADER_MAX];
    struct writer signed2 = writer_on(memory, sizeof(memory));
    struct writer element = writer_on(element_memory, sizeof(element_memory));
    bool rpm_pending = false;
    if (session_is_v3(session) &&
        rpm_orders_wait(smdpp->database, session->order.eid, session->owner, 0, &rpm_pending) != 0)
        return FAILURE_INTERNAL;
    put_signed2(session, rpm_pending, &signed2);
    const struct pki_entity *server = session_dp_pb(session);
    const struct bytes parts[] = {writer_bytes(&signed2), signature1};
    if (signed2.overflow ||
        ec_sign(server->key, &smdpp->random, parts, 2, session->signature2) != 0)
        return FAILURE_INTERNAL;
    tlv_put(&element, SIGNATURE, bytes_of(session->signature2, sizeof(session->signature2)));
    if (field_set_transaction_id(call->response, "transactionId", session_id(session)) != 0 ||
        field_set_bytes(call->response, "profileMetadata", blob_bytes(&session->metadata)) != 0 ||
        field_set_bytes(call->response, "smdpSigned2", parts[0]) != 0 ||
        field_set_bytes(call->response, "smdpSignature2", writer_bytes(&element)) != 0 ||
        field_set_bytes(call->response, "smdpCertificate", server->certificate.whole) != 0)
        return FAILURE_INTERNAL;
    return 0;
}

static void note(struct call *call, const struct session *session)
{
    char eid[PKI_EID_DIGITS + 1];
    pki_eid_to_text(session->common.euicc.eid, eid);
    call_note(call, "EID %s gets profile %s (%s)%s%s", eid, session->order.iccid,
              session->order.package, session->order.has_code ? ", with confirmation code" : "",
              session->binding.body.len > 0 ? ", as bound before" : "");
}

/* A session of v2 is about a download, whatever the chip says of it; and no RPM is for a chip that
 * knows none. */
static uint32_t operation_of(const struct smdpp *smdpp, const struct session *session,
                             const struct chip_authentication *chip)
{
    if (!session_is_v3(session))
        return CHIP_ANSWER_DOWNLOAD;
    const bool has_rpm = smdpp->any_chip || (chip->info2.capability & EUICC_INFO_RPM) != 0;
    return chip->operation & ~(has_rpm ? 0u : CHIP_ANSWER_RPM);
}

static int choose(struct smdpp *smdpp, struct call *call, struct session *session,
                  const struct chip_authentication *chip)
{
    const uint32_t asked = operation_of(smdpp, session, chip);
    const bool download = asked & CHIP_ANSWER_DOWNLOAD;
    char eid[PKI_EID_DIGITS + 1];
    int result = 0;
    if (asked & CHIP_ANSWER_RPM)
        result = rpm_session_find(smdpp, session, chip->matching_id, download);
    if (result != 0 || session->rpm.id != 0)
        return result;
    if (!download) {
        pki_eid_to_text(session->common.euicc.eid, eid);
        return call_refuse(call, chip->matching_id.len > 0 ? REFUSAL_MATCHING_ID : REFUSAL_EID,
                           asked & CHIP_ANSWER_RPM ? "no RPM order waits for EID %s"
                                                   : "EID %s has no remote profile management",
                           eid);
    }
    result = selection_choose(smdpp, call, session, chip);
    /* whether it could be served or not */
    smdpp_tell_session(smdpp, call, session, PROGRESS_ELIGIBILITY, result);
    return result;
}

/* What the chip has asked for is a download, or remote profile management. */
static int serve(struct smdpp *smdpp, struct call *call, struct session *session,
                 const struct chip_authentication *chip)
{
    int result = session_is_v3(session) ? find_owner(smdpp, session, chip->iccid) : 0;
    if (result == 0)
        result = choose(smdpp, call, session, chip);
    if (result == 0 && session->rpm.id != 0)
        return rpm_session_respond(smdpp, call, session, chip->signature1);
    if (result == 0)
        result = respond(smdpp, call, session, chip->signature1);
    if (result != 0)
        return result;
    session->state = SESSION_AUTHENTICATED;
    note(call, session);
    return 0;
}

int authentication_client(struct smdpp *smdpp, struct call *call, struct session *session,
                          struct bytes answer)
{
    struct chip_authentication chip;
    const struct authentication_server self = smdpp_authentication(smdpp);
    int result = authentication_finish(&self, call, &session->common, answer, &chip);
    if (result == 0 && session_is_v3(session))
        result = change_deletion_take(smdpp, call);
    if (result != 0)
        return result;
    if (chip.purpose == CHIP_PURPOSE_CHANGE)
        return change_session_offer(smdpp, call, session, &chip);
    if (chip.purpose == CHIP_PURPOSE_RECOVERY)
        return change_recovery_offer(smdpp, call, session, &chip);
    if (chip.purpose == CHIP_PURPOSE_PUSH)
        return call_refuse(call, REFUSAL_FUNCTION, "push services are an SM-DS's");
    return serve(smdpp, call, session, &chip);
}
