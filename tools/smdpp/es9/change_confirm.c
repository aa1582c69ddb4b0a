#include "tools/smdpp/es9/change_confirm.h"

#include "apdu/status.h"
#include "tools/lib/binder/binder.h"
#include "tools/smdpp/es9/change_data.h"
#include "tools/smdpp/es9/change_session.h"
#include "tools/smdpp/es9/server_signature.h"

#include <time.h>

#define SIGNATURE 0x5F37
/* SmdpSigned5 */
#define TRANSACTION_ID 0x80
#define RESPONSE 0xA1
#define PLAIN_DATA 0xA0

static int check_signed3(struct call *call, const struct session *session,
                         const struct chip_change *answer)
{
    uint8_t memory[EC_SIGNATURE_SIZE + TLV_HEADER_MAX];
    struct writer signature4 = writer_on(memory, sizeof(memory));
    tlv_put(&signature4, SIGNATURE, bytes_of(session->signature4, sizeof(session->signature4)));
    const struct bytes parts[] = {answer->signed3, writer_bytes(&signature4)};
    if (!euicc_signed(&session->common.euicc, parts, 2, answer->signature3))
        return call_refuse(call, REFUSAL_EUICC, "euiccSignature3 is wrong");
    if (!bytes_equal(answer->transaction_id, session_id(session)))
        return call_refuse(call, REFUSAL_TRANSACTION, "euiccSigned3 bears another transactionId");
    if (answer->otpk.len != 0 && answer->otpk.len != EC_POINT_SIZE)
        return call_refuse(call, REFUSAL_FORMAT, "euiccOtpk is no uncompressed point");
    return 0;
}

/* hashCc is SHA-256 over the code's digest and the transaction id, as in a download. */
static int check_code(struct smdpp *smdpp, struct call *call, const struct session *session,
                      struct bytes hash_cc)
{
    uint8_t expected[SHA256_SIZE];
    unsigned left;
    const struct change *change = &session->change;
    const struct bytes parts[] = {bytes_of(change->code, sizeof(change->code)),
                                  session_id(session)};
    if (!change->has_code)
        return 0;
    if (hash_cc.len == 0)
        return call_refuse(call, REFUSAL_CODE_MISSING, "profile %s", change->iccid);
    if (sha256(parts, 2, expected) != 0)
        return FAILURE_INTERNAL;
    const int taken = changes_take_code_try(smdpp->database, change, &left);
    if (taken < 0)
        return taken;
    if (taken == 0 && secret_equal(hash_cc, bytes_of(expected, sizeof(expected))))
        return 0;
    return taken == 0 && left > 0
               ? call_refuse(call, REFUSAL_CODE, "confirmation code is wrong")
               : call_refuse(call, REFUSAL_CODE_TRIES, "profile %s", change->iccid);
}

/* The order changes hands before anybody is told how to get it. */
static int hold(struct smdpp *smdpp, struct call *call, struct session *session,
                struct order *download)
{
    char matching_id[ORDERS_TEXT_SIZE];
    struct change *change = &session->change;
    int result = smdpp_draw_matching_id(smdpp, matching_id);
    change->expires = smdpp->order_lifetime > 0 ? time(NULL) + smdpp->order_lifetime : 0;
    if (result == 0)
        result = changes_apply(smdpp->database, change,
                               change->deletes ? CHANGE_CONFIRM : CHANGE_CONFIRM_KEEPER,
                               change->other == 0 ? matching_id : NULL);
    if (result > 0)
        return call_refuse(call, REFUSAL_ICCID_TRANSITION, "profile %s is in another's hands",
                           change->iccid);
    return result == 0 ? orders_find(smdpp->database,
                                     change->other != 0 ? change->other : change->order, download)
                       : result;
}

static int put_response(struct smdpp *smdpp, struct call *call, const struct session *session,
                        const char *activation_code, struct bytes otpk, struct writer *out)
{
    uint8_t memory[CHANGE_DATA_MAX];
    struct writer content = writer_on(memory, sizeof(memory));
    const struct change_data data = {bytes_of(session->change_iccid, ICCID_SIZE), activation_code,
                                     session->change.deletes, smdpp->address,
                                     session->change.recoverable};
    const struct change_data_key key = {session->common.euicc.curve, otpk,
                                        binder_host_id(smdpp->address),
                                        bytes_of(session->common.euicc.eid, PKI_EID_SIZE)};
    change_data_put(&data, &content);
    if (content.overflow)
        return FAILURE_INTERNAL;
    if (otpk.len == 0) {
        tlv_put(out, PLAIN_DATA, writer_bytes(&content));
        return 0;
    }
    const int result = change_data_seal(&key, &smdpp->random, writer_bytes(&content), out);
    return result > 0 ? call_refuse(call, REFUSAL_EUICC, "euiccOtpk is no point of the curve")
                      : result;
}

static int respond(struct smdpp *smdpp, struct call *call, const struct session *session,
                   const char *activation_code, const struct chip_change *chip)
{
    uint8_t memory[2 * CHANGE_DATA_MAX], signature5[EC_SIGNATURE_SIZE];
    struct writer signed5 = writer_on(memory, sizeof(memory));
    const size_t sequence = tlv_open(&signed5, DER_SEQUENCE);
    tlv_put(&signed5, TRANSACTION_ID, session_id(session));
    const size_t response = tlv_open(&signed5, RESPONSE);
    int result = put_response(smdpp, call, session, activation_code, chip->otpk, &signed5);
    tlv_close(&signed5, response);
    tlv_close(&signed5, sequence);
    if (result == 0 && signed5.overflow)
        result = FAILURE_INTERNAL;
    if (result == 0)
        result = field_set_transaction_id(call->response, "transactionId", session_id(session));
    if (result == 0)
        result = server_signature_set(smdpp, call, session, "smdpSigned5", writer_bytes(&signed5),
                                      "smdpSignature5", chip->signature3, signature5);
    return result;
}

int change_confirm(struct smdpp *smdpp, struct call *call, struct session *session,
                   struct bytes answer)
{
    char activation_code[CHANGE_ACTIVATION_CODE_SIZE];
    struct chip_change chip;
    struct order download;
    int result = chip_answer_change(call, answer, &chip);
    if (result == 0)
        result = check_signed3(call, session, &chip);
    if (result == 0)
        result = check_code(smdpp, call, session, chip.hash_cc);
    if (result == 0)
        result = hold(smdpp, call, session, &download);
    if (result != 0)
        return result;
    change_session_activation_code(smdpp, &download, activation_code);
    result = respond(smdpp, call, session, activation_code, &chip);
    if (result != 0)
        return result;
    session->state = SESSION_CHANGED;
    change_session_tell(smdpp, &session->change, "deviceChangeConfirmation", REFUSAL_NONE, "");
    call_note(call, "profile %s leaves%s%s", session->change.iccid,
              session->change.deletes ? ", once it is deleted" : "",
              chip.otpk.len > 0 ? "; told encrypted" : "");
    return 0;
}
