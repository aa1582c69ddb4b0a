#include "tools/smdpp/es9/change_session.h"

#include "apdu/status.h"
#include "crypto/pki/pki_eid.h"
#include "tools/smdpp/es9/server_signature.h"

#include <stdio.h>
#include <time.h>

/* SmdpSigned4 */
#define TRANSACTION_ID 0x80
#define ACTIVATION_CODE 0x81
#define SIGNED4_SIZE 800
/* LocalisedTextMessage */
#define LANGUAGE 0x80
#define MESSAGE 0x81
#define MESSAGE_MAX 400
#define DAY_SECONDS 86400

void change_session_tell(struct smdpp *smdpp, const struct change *change, const char *event,
                         enum refusal refusal, const char *message)
{
    char eid[PKI_EID_DIGITS + 1];
    struct order order;
    pki_eid_to_text(change->old.eid, eid);
    const struct progress_change progress = {eid, change->iccid, event, refusal, message};
    if (orders_find(smdpp->database, change->order, &order) == 0)
        smdpp_tell_change(smdpp, &order, &progress);
}

void change_session_activation_code(const struct smdpp *smdpp, const struct order *order,
                                    char out[CHANGE_ACTIVATION_CODE_SIZE])
{
    snprintf(out, CHANGE_ACTIVATION_CODE_SIZE, "1$%s$%s%s", smdpp->address, order->matching_id,
             order->has_code ? "$$1" : "");
}

int change_session_put_signed4(struct smdpp *smdpp, struct call *call, struct session *session,
                               const char *activation_code, struct bytes signature1)
{
    uint8_t memory[SIGNED4_SIZE];
    struct writer signed4 = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&signed4, DER_SEQUENCE);
    tlv_put(&signed4, TRANSACTION_ID, session_id(session));
    der_put_boolean(&signed4, DER_BOOLEAN, session->change.has_code);
    if (activation_code[0] != '\0')
        tlv_put(&signed4, ACTIVATION_CODE, bytes_of_text(activation_code));
    tlv_close(&signed4, sequence);
    if (signed4.overflow ||
        field_set_transaction_id(call->response, "transactionId", session_id(session)) != 0)
        return FAILURE_INTERNAL;
    return server_signature_set(smdpp, call, session, "smdpSigned4", writer_bytes(&signed4),
                                "smdpSignature4", signature1, session->signature4);
}

static int put_message(struct call *call, const struct change_answer *answer)
{
    uint8_t memory[MESSAGE_MAX];
    struct writer message = writer_on(memory, sizeof(memory));
    if (answer->message[0] == '\0')
        return 0;
    const size_t sequence = tlv_open(&message, DER_SEQUENCE);
    if (answer->language[0] != '\0')
        tlv_put(&message, LANGUAGE, bytes_of_text(answer->language));
    tlv_put(&message, MESSAGE, bytes_of_text(answer->message));
    tlv_close(&message, sequence);
    return field_set_bytes(call->response, "serviceProviderMessageForDc", writer_bytes(&message));
}

/* The order by which the chip has the profile: it was sent, or held for a change that did not come
 * to its end. */
static int find_source(struct smdpp *smdpp, struct call *call, const char *eid, const char *iccid,
                       struct order *out)
{
    struct change before;
    int result = orders_find_sent(smdpp->database, eid, iccid, out);
    if (result == 0)
        return 0;
    if (result > 0)
        result = changes_find(smdpp->database, eid, iccid, &before);
    if (result == 0 && before.state == CHANGE_RELEASED)
        return call_refuse(call, REFUSAL_ICCID_NOT_ALLOWED, "profile %s has left EID %s", iccid,
                           eid);
    if (result == 0 && (before.state == CHANGE_REQUESTED || before.state == CHANGE_CONFIRMED))
        result = orders_find(smdpp->database, before.source, out);
    else if (result == 0)
        result = 1;
    return result > 0
               ? call_refuse(call, REFUSAL_ICCID, "profile %s was not sent to EID %s", iccid, eid)
               : result;
}

int change_session_read_package(struct smdpp *smdpp, struct call *call, const struct order *order,
                                struct catalogue_entry *entry)
{
    const int found = catalogue_cache_read(smdpp->packages, order->package, entry);
    return found > 0 ? call_refuse(call, REFUSAL_FUNCTION, "there is no package '%s' any more",
                                   order->package)
                     : found;
}

static int check_allowed(struct smdpp *smdpp, struct call *call, const struct order *order,
                         const struct chip_authentication *chip, struct metadata_text_v3 *out)
{
    struct catalogue_entry entry;
    const int result = change_session_read_package(smdpp, call, order, &entry);
    if (result != 0)
        return result;
    *out = entry.metadata.v3;
    catalogue_finish_entry(&entry);
    if (out->device_change_address[0] == '\0' || out->device_change_code[0] != '\0')
        return call_refuse(call, REFUSAL_FUNCTION, "profile %s has no device-change in %s.metadata",
                           order->iccid, order->package);
    if (out->change_asks_eid && chip->target_eid.len == 0)
        return call_refuse(call, REFUSAL_EID_MISSING, "profile %s: the new device's EID is needed",
                           order->iccid);
    if (out->change_asks_tac && chip->target_tac.len == 0)
        return call_refuse(call, REFUSAL_CONDITION, "profile %s: the new device's TAC is needed",
                           order->iccid);
    return 0;
}

static int ask_operator(struct smdpp *smdpp, struct call *call, const struct order *order,
                        const struct chip_authentication *chip, const char *target,
                        struct change_answer *answer)
{
    const struct change_question question = {order->iccid, target, chip->target_tac};
    const int result = smdpp_ask_change(smdpp, order, &question, answer);
    return result > 0 ? call_refuse(call, (enum refusal)result, "%s",
                                    result == REFUSAL_FUNCTION
                                        ? "the profile's operator gives no usable answer"
                                        : "the profile's operator does not allow it")
                      : result;
}

/* The profile that the operator wants in the new device, if it is another one: it has ordered it.
 */
static int find_other(struct smdpp *smdpp, struct call *call, const struct order *source,
                      const char *iccid, struct change *change)
{
    struct order other;
    if (iccid[0] == '\0' || strcmp(iccid, source->iccid) == 0)
        return 0;
    const int found = orders_find_by_iccid(smdpp->database, iccid, &other);
    if (found < 0)
        return found;
    const unsigned waits = ORDER_IN(ORDER_CONFIRMED) | ORDER_IN(ORDER_RELEASED);
    if (found > 0 || (waits & ORDER_IN(other.state)) == 0 || other.matching_id[0] == '\0' ||
        strcmp(other.requester, source->requester) != 0)
        return call_refuse(call, REFUSAL_FUNCTION,
                           "operator's profile %s for the new device is not confirmed", iccid);
    change->other = other.id;
    return 0;
}

static struct change make_change(const struct session *session, const struct order *source,
                                 const struct change_answer *answer, const char *target)
{
    struct change change = {.old = session->common.euicc,
                            .time = time(NULL),
                            .source = source->id,
                            .has_code = answer->has_code};
    memcpy(change.iccid, source->iccid, sizeof(change.iccid));
    memcpy(change.code, answer->code, sizeof(change.code));
    snprintf(change.target_eid, sizeof(change.target_eid), "%s", target);
    return change;
}

/* The same profile in two devices is none of the choices. */
static void set_rules(struct change *change, const struct metadata_text_v3 *metadata)
{
    const uint32_t days =
        metadata->has_change_days ? metadata->change_days : METADATA_TEXT_CHANGE_DAYS;
    change->deletes = change->other == 0 || !metadata->change_keeps_old;
    change->recoverable =
        change->deletes && days > 0 ? change->time + (int64_t)days * DAY_SECONDS : 0;
}

static int begin(struct smdpp *smdpp, struct call *call, struct session *session,
                 const struct chip_authentication *chip, struct change_answer *answer)
{
    char eid[PKI_EID_DIGITS + 1], target[PKI_EID_DIGITS + 1] = "", iccid[ICCID_TEXT_SIZE];
    struct metadata_text_v3 metadata;
    struct order source;
    pki_eid_to_text(session->common.euicc.eid, eid);
    if (chip->target_eid.len > 0)
        pki_eid_to_text(chip->target_eid.data, target);
    (void)iccid_swapped_text(chip->iccid, iccid);
    int result = find_source(smdpp, call, eid, iccid, &source);
    if (result == 0)
        result = check_allowed(smdpp, call, &source, chip, &metadata);
    if (result == 0)
        result = ask_operator(smdpp, call, &source, chip, target, answer);
    if (result != 0)
        return result;
    session->change = make_change(session, &source, answer, target);
    result = find_other(smdpp, call, &source, answer->new_iccid, &session->change);
    if (result != 0)
        return result;
    set_rules(&session->change, &metadata);
    result = changes_request(smdpp->database, &session->change);
    return result > 0 ? call_refuse(call, REFUSAL_ICCID_NOT_ALLOWED, "profile %s has left EID %s",
                                    iccid, eid)
                      : result;
}

int change_session_offer(struct smdpp *smdpp, struct call *call, struct session *session,
                         const struct chip_authentication *chip)
{
    char eid[PKI_EID_DIGITS + 1];
    struct change_answer answer;
    if (!session_is_v3(session))
        return call_refuse(call, REFUSAL_FORMAT, "a session of v2 has no change of device");
    (void)bytes_copy_exact(chip->iccid, session->change_iccid, ICCID_SIZE);
    int result = begin(smdpp, call, session, chip, &answer);
    if (result == 0)
        result = change_session_put_signed4(smdpp, call, session, "", chip->signature1);
    if (result == 0)
        result = put_message(call, &answer);
    if (result != 0)
        return result;
    pki_eid_to_text(session->common.euicc.eid, eid);
    session->state = SESSION_CHANGE;
    change_session_tell(smdpp, &session->change, "deviceChangeRequest", REFUSAL_NONE, "");
    call_note(call, "EID %s may give profile %s away%s", eid, session->change.iccid,
              session->change.has_code ? ", with confirmation code" : "");
    return 0;
}

int change_session_cancel(struct smdpp *smdpp, struct session *session, const char *reason)
{
    const int result = changes_apply(smdpp->database, &session->change, CHANGE_CANCEL, NULL);
    if (result == 0)
        change_session_tell(smdpp, &session->change, "deviceChangeConfirmation",
                            REFUSAL_EUICC_ERROR, reason);
    return result < 0 ? result : 0;
}
