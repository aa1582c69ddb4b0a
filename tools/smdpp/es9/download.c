#include "tools/smdpp/es9/download.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/binder/binder.h"
#include "tools/lib/authentication/chip_answer.h"
#include "tools/smdpp/es9/selection.h"

#include <stdlib.h>
#include <time.h>

#define SIGNATURE 0x5F37

static int check_signed2(struct call *call, const struct session *session,
                         const struct chip_preparation *answer)
{
    uint8_t memory[EC_SIGNATURE_SIZE + TLV_HEADER_MAX];
    struct writer signature2 = writer_on(memory, sizeof(memory));
    tlv_put(&signature2, SIGNATURE, bytes_of(session->signature2, sizeof(session->signature2)));
    const struct bytes parts[] = {answer->signed2, writer_bytes(&signature2)};
    if (!euicc_signed(&session->common.euicc, parts, 2, answer->signature2))
        return call_refuse(call, REFUSAL_EUICC, "euiccSignature2 is wrong");
    if (!bytes_equal(answer->transaction_id, session_id(session)))
        return call_refuse(call, REFUSAL_TRANSACTION, "euiccSigned2 bears another transactionId");
    if (answer->otpk.len != EC_POINT_SIZE)
        return call_refuse(call, REFUSAL_FORMAT, "euiccOtpk is no uncompressed point");
    return 0;
}

/* The last try is gone: an operator's order is over, an open one may be tried again later. */
static int refuse_tries(struct smdpp *smdpp, struct call *call, const struct order *order)
{
    const unsigned from = ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_DOWNLOADED);
    const int result =
        order->open ? 0 : orders_move(smdpp->database, order->id, from, ORDER_ERROR, NULL);
    if (result == 0)
        smdpp_forget_event(smdpp, order);
    return result < 0 ? result : call_refuse(call, REFUSAL_CODE_TRIES, "profile %s", order->iccid);
}

/* hashCc is SHA-256 over the code's digest and the transaction id (SGP.22 §4.7). */
static int judge_code(struct smdpp *smdpp, struct call *call, const struct session *session,
                      struct bytes hash_cc)
{
    uint8_t expected[SHA256_SIZE];
    unsigned left;
    const struct order *order = &session->order;
    const struct bytes parts[] = {bytes_of(order->code, sizeof(order->code)), session_id(session)};
    if (sha256(parts, 2, expected) != 0)
        return FAILURE_INTERNAL;
    const int taken = orders_take_code_try(smdpp->database, order->id, time(NULL), &left);
    if (taken != 0)
        return taken < 0 ? taken : refuse_tries(smdpp, call, order);
    if (secret_equal(hash_cc, bytes_of(expected, sizeof(expected))))
        return orders_restore_code_tries(smdpp->database, order->id);
    return left > 0 ? call_refuse(call, REFUSAL_CODE, "confirmation code is wrong")
                    : refuse_tries(smdpp, call, order);
}

static int check_code(struct smdpp *smdpp, struct call *call, struct session *session,
                      struct bytes hash_cc)
{
    if (!session->order.has_code)
        return 0;
    if (hash_cc.len == 0)
        return call_refuse(call, REFUSAL_CODE_MISSING, "profile %s", session->order.iccid);
    const int result = judge_code(smdpp, call, session, hash_cc);
    session->code_refused = result > 0;
    return result;
}

/* Room for a writer that a blob takes over. */
static int reserve(size_t size, struct writer *out)
{
    *out = writer_on(malloc(size), size);
    if (out->data != NULL)
        return 0;
    trace_error("out of memory");
    return FAILURE_INTERNAL;
}

static struct blob to_blob(const struct writer *writer)
{
    return (struct blob){writer->data, writer->len};
}

static int protect(struct smdpp *smdpp, const struct session *session, struct binder_keys *keys,
                   struct blob *out)
{
    struct writer segments;
    int result = reserve(binder_protected_max(session->package.len), &segments);
    if (result == 0)
        result = binder_draw_keys(&smdpp->random, keys);
    if (result == 0)
        result = binder_protect(keys, blob_bytes(&session->package), &segments);
    *out = to_blob(&segments);
    return result;
}

static int seal(struct smdpp *smdpp, const struct binder_input *input,
                struct download_binding *binding)
{
    struct writer body;
    int result = reserve(binder_body_max(input), &body);
    if (result == 0)
        result = binder_seal(input, &smdpp->random, binding->smdp_otpk, &body);
    binding->body = to_blob(&body);
    return result;
}

/* A new binding to this one-time key, with random profile protection keys. */
static int bind_package(struct smdpp *smdpp, struct call *call, struct session *session,
                        struct bytes otpk)
{
    uint8_t memory[BINDER_CONFIGURATION_SIZE];
    struct writer configuration = writer_on(memory, sizeof(memory));
    struct binder_keys keys;
    struct blob package;
    struct download_binding *binding = &session->binding;
    downloads_finish_binding(binding);
    binder_put_configuration(credentials_oid(&smdpp->credentials), &configuration);
    int result = protect(smdpp, session, &keys, &package);
    const struct binder_input input = {
        .curve = session->common.server->pb.certificate.curve,
        .euicc_otpk = otpk,
        .host_id = binder_host_id(smdpp->address),
        .eid = bytes_of(session->common.euicc.eid, sizeof(session->common.euicc.eid)),
        .configuration = writer_bytes(&configuration),
        .metadata = blob_bytes(&session->metadata),
        .keys = &keys,
        .protected_package = blob_bytes(&package),
    };
    if (result == 0)
        result = seal(smdpp, &input, binding);
    binder_wipe_keys(&keys);
    blob_finish(&package);
    if (result != 0)
        downloads_finish_binding(binding);
    if (result > 0)
        return call_refuse(call, REFUSAL_EUICC, "euiccOtpk is no point of the curve");
    binding->curve = input.curve;
    memcpy(binding->content, session->content, sizeof(binding->content));
    (void)bytes_copy_exact(otpk, binding->euicc_otpk, EC_POINT_SIZE);
    return result;
}

static int record(struct smdpp *smdpp, struct call *call, const struct session *session)
{
    const struct download download = {.transaction_id = session_id(session),
                                      .order = session->order.id,
                                      .time = time(NULL),
                                      .euicc = session->common.euicc};
    const int result = downloads_start(smdpp->database, &download, &session->binding);
    return result <= 0 ? result
                       : call_refuse(call, REFUSAL_REBINDING, "profile %s went to another eUICC",
                                     session->order.iccid);
}

static int respond(struct smdpp *smdpp, struct call *call, const struct session *session)
{
    const struct download_binding *binding = &session->binding;
    struct writer package;
    const struct binder_session parts = {
        .transaction_id = session_id(session),
        .host_id = binder_host_id(smdpp->address),
        .euicc_otpk = bytes_of(binding->euicc_otpk, EC_POINT_SIZE),
        .smdp_otpk = bytes_of(binding->smdp_otpk, EC_POINT_SIZE),
        .signer = session_dp_pb(session)->key,
    };
    int result = reserve(binding->body.len + BINDER_FINISH_MAX, &package);
    if (result != 0)
        return result;
    result = binder_finish(&parts, &smdpp->random, blob_bytes(&binding->body), &package);
    if (result == 0)
        result = field_set_transaction_id(call->response, "transactionId", session_id(session));
    if (result == 0)
        result = field_set_bytes(call->response, "boundProfilePackage", writer_bytes(&package));
    call_note(call, "profile %s, bound package of %zu bytes", session->order.iccid, package.len);
    free(package.data);
    return result;
}

static int deliver(struct smdpp *smdpp, struct call *call, struct session *session,
                   struct bytes otpk)
{
    const struct download_binding *binding = &session->binding;
    const bool again =
        binding->body.len > 0 && bytes_equal(otpk, bytes_of(binding->euicc_otpk, EC_POINT_SIZE));
    int result = again ? 0 : bind_package(smdpp, call, session, otpk);
    if (result == 0)
        result = record(smdpp, call, session);
    if (result == 0)
        result = respond(smdpp, call, session);
    if (result == 0)
        session->state = SESSION_BOUND;
    return result;
}

int download_bound_profile_package(struct smdpp *smdpp, struct call *call, struct session *session,
                                   struct bytes answer)
{
    struct chip_preparation chip;
    int result = chip_answer_preparation(call, answer, &chip);
    if (result == 0)
        result = check_signed2(call, session, &chip);
    if (result != 0)
        return result;
    result = check_code(smdpp, call, session, chip.hash_cc);
    const bool confirmed = result == 0;
    if (confirmed)
        result = deliver(smdpp, call, session, chip.otpk);
    smdpp_tell_session(smdpp, call, session, confirmed ? PROGRESS_DOWNLOAD : PROGRESS_CONFIRMATION,
                       result);
    return result;
}
