#include "tools/eim/indirect.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "tools/eim/compact.h"
#include "tools/eim/events.h"
#include "tools/eim/indirect_session.h"
#include "tools/lib/iot/esipa_status.h"

#define AUTHENTICATE_INVALID_TRANSACTION 10
#define BIND_INVALID_TRANSACTION 95
#define CANCEL_INVALID_TRANSACTION 1
#define NO_EVENT "8.9.5/3.9" /* of an SM-DS */
#define SIGNATURE 0x5F37
#define ICCID 0x5A
#define METADATA 0xBF25
#define EXPANDED_MAX 16384
#define CANCEL_ANSWER 0xA1 /* in CancelSessionRequestEsipa */
#define CANCEL_SESSION 0xBF41
#define CANCEL_MAX 512

/* On ESipa the answer to CancelSession bears another tag than the chip has given it. */
static struct bytes as_answered(struct bytes answer, struct writer *room)
{
    struct tlv element;
    if (!tlv_whole(answer, CANCEL_ANSWER, &element))
        return answer;
    tlv_put(room, CANCEL_SESSION, element.value);
    return writer_bytes(room);
}

/* A chip's answer as it was signed: the compact form made whole. False if it cannot be. */
static bool whole_answer(struct eim *eim, const struct indirect_session *session,
                         struct bytes answer, struct writer *out)
{
    uint8_t data[CANCEL_MAX];
    struct writer room = writer_on(data, sizeof(data));
    struct chip_blobs chip;
    answer = as_answered(answer, &room);
    if (!compact_is(answer)) {
        writer_put(out, answer);
        return answer.len > 0 && !out->overflow;
    }
    const struct compact_context context = {
        .server_signed1 = blob_bytes(&session->server_signed1),
        .transaction_id =
            bytes_of(session->download.transaction_id, session->download.transaction_len),
        .smdp_oid = bytes_of(session->download.oid, session->download.oid_len),
        .hash_cc = session->has_hash_cc ? bytes_of(session->hash_cc, sizeof(session->hash_cc))
                                        : (struct bytes){0},
        .chip = &chip};
    const bool known = chips_get_data(eim->database, session->download.eid, &chip) >= 0 &&
                       compact_expand(&context, answer, out);
    chips_finish_data(&chip);
    return known;
}

/* The two arguments of all but the first call. */
static int call(struct eim *eim, struct indirect_session *session, enum es9_function function,
                enum es9_field field, const struct esipa_values *request, struct es9_answer *answer)
{
    uint8_t *data = malloc(EXPANDED_MAX);
    if (data == NULL)
        return FAILURE_INTERNAL;
    struct writer whole = writer_on(data, EXPANDED_MAX);
    int result = ESIPA_UNDEFINED_ERROR;
    if (whole_answer(eim, session, request->at[ESIPA_CHIP_ANSWER], &whole)) {
        const struct es9_argument arguments[] = {
            {ES9_TRANSACTION_ID, request->at[ESIPA_TRANSACTION]}, {field, writer_bytes(&whole)}};
        result = indirect_session_call(eim, session, function, arguments,
                                       sizeof(arguments) / sizeof(arguments[0]), answer);
    }
    free(data);
    return result;
}

/* What the chip's result is known by later. */
static void note_profile(struct indirect_session *session, const struct es9_answer *answer)
{
    struct download *download = &session->download;
    struct certificate certificate;
    struct tlv metadata, iccid;
    if (tlv_whole(es9_field(answer, ES9_PROFILE_METADATA), METADATA, &metadata) &&
        tlv_find(metadata.value, ICCID, &iccid))
        download->has_iccid =
            bytes_copy_exact(iccid.value, download->iccid, sizeof(download->iccid));
    if (certificate_parse(es9_field(answer, ES9_SMDP_CERTIFICATE), &certificate) ==
            CERTIFICATE_OK &&
        certificate.registered_id.len <= sizeof(download->oid)) {
        memcpy(download->oid, certificate.registered_id.data, certificate.registered_id.len);
        download->oid_len = certificate.registered_id.len;
    }
}

static void answer_client(const struct indirect_session *session, const struct es9_answer *answer,
                          struct writer *out)
{
    uint8_t data[128];
    struct writer room = writer_on(data, sizeof(data));
    struct esipa_values values = {0};
    esipa_set(&values, ESIPA_CLIENT_TRANSACTION,
              bytes_of(session->download.transaction_id, session->download.transaction_len));
    esipa_set(&values, ESIPA_METADATA, es9_field(answer, ES9_PROFILE_METADATA));
    esipa_set(&values, ESIPA_SMDP_SIGNED2, es9_field(answer, ES9_SMDP_SIGNED2));
    esipa_set_element(&values, ESIPA_SMDP_SIGNATURE2, SIGNATURE,
                      es9_field(answer, ES9_SMDP_SIGNATURE2), &room);
    esipa_set(&values, ESIPA_SMDP_CERTIFICATE, es9_field(answer, ES9_SMDP_CERTIFICATE));
    if (session->has_hash_cc)
        esipa_set(&values, ESIPA_HASH_CC, bytes_of(session->hash_cc, sizeof(session->hash_cc)));
    esipa_put_answer(&esipa_messages[ESIPA_AUTHENTICATE_CLIENT], 0, &values, out);
}

/* Its session ends here: the next one goes where the event says. */
static int authenticate_at_smds(struct eim *eim, struct indirect_session *session,
                                const struct esipa_values *request, struct writer *out)
{
    uint8_t data[EVENTS_TRIGGER_SIZE];
    struct writer trigger = writer_on(data, sizeof(data));
    struct es9_answer answer = {0};
    int result = call(eim, session, ES11_AUTHENTICATE_CLIENT, ES9_AUTHENTICATE_SERVER_RESPONSE,
                      request, &answer);
    const bool none = result != 0 && strcmp(session->fault.code, NO_EVENT) == 0;
    if (result == 0)
        result = downloads_find_order(eim->database, request->at[ESIPA_CHIP_ANSWER], eim_now(),
                                      &session->download);
    if (result == 0 &&
        events_take(eim, &session->download, es9_field(&answer, ES11_EVENT_ENTRIES), &trigger) != 0)
        result = ESIPA_UNDEFINED_ERROR;
    es9_answer_finish(&answer);
    if (result != 0 && !none)
        return result;
    struct esipa_values values = {0};
    esipa_set(&values, ESIPA_EVENT_TRANSACTION, request->at[ESIPA_TRANSACTION]);
    if (trigger.len > 0)
        esipa_set(&values, ESIPA_EVENT_TRIGGER, writer_bytes(&trigger));
    esipa_put_answer(&esipa_messages[ESIPA_AUTHENTICATE_CLIENT], ESIPA_FROM_SMDS, &values, out);
    return 0;
}

static int authenticate_at_smdp(struct eim *eim, struct indirect_session *session,
                                const struct esipa_values *request, struct writer *out)
{
    struct es9_answer answer = {0};
    int result = call(eim, session, ES9_AUTHENTICATE_CLIENT, ES9_AUTHENTICATE_SERVER_RESPONSE,
                      request, &answer);
    if (result == 0 && es9_field(&answer, ES9_PROFILE_METADATA).len == 0)
        result = ESIPA_UNDEFINED_ERROR; /* an RPM package: nothing that an IPA asks for */
    if (result == 0) {
        note_profile(session, &answer);
        result = downloads_find_order(eim->database, request->at[ESIPA_CHIP_ANSWER], eim_now(),
                                      &session->download);
    }
    if (result == 0)
        result = downloads_keep(eim->database, &session->download, eim_now());
    if (result == 0)
        answer_client(session, &answer, out);
    es9_answer_finish(&answer);
    return result;
}

int indirect_authenticate(struct eim *eim, const struct esipa_values *request, struct writer *out)
{
    struct indirect_session *session = indirect_session_take(eim, request->at[ESIPA_TRANSACTION]);
    if (session == NULL)
        return AUTHENTICATE_INVALID_TRANSACTION;
    const int result = session->smds ? authenticate_at_smds(eim, session, request, out)
                                     : authenticate_at_smdp(eim, session, request, out);
    /* Also after a refusal: the IPA cancels the session then. An SM-DS has no more to say. */
    if (session->smds && result == 0)
        indirect_session_destroy(session);
    else
        indirect_session_put(eim, session);
    return result;
}

int indirect_bind(struct eim *eim, const struct esipa_values *request, struct writer *out)
{
    struct es9_answer answer = {0};
    struct indirect_session *session = indirect_session_take(eim, request->at[ESIPA_TRANSACTION]);
    if (session == NULL)
        return BIND_INVALID_TRANSACTION;
    int result = call(eim, session, ES9_GET_BOUND_PROFILE_PACKAGE, ES9_PREPARE_DOWNLOAD_RESPONSE,
                      request, &answer);
    if (result == 0) {
        struct esipa_values values = {0};
        esipa_set(&values, ESIPA_BOUND_TRANSACTION, request->at[ESIPA_TRANSACTION]);
        esipa_set(&values, ESIPA_BOUND_PACKAGE, es9_field(&answer, ES9_BOUND_PROFILE_PACKAGE));
        esipa_put_answer(&esipa_messages[ESIPA_GET_BOUND_PROFILE_PACKAGE], 0, &values, out);
    }
    if (result == 0 && session->download.order != 0)
        result = orders_set_refusal(eim->database, session->download.order, "");
    es9_answer_finish(&answer);
    indirect_session_put(eim, session);
    return result;
}

static int end_order(struct eim *eim, const struct indirect_session *session)
{
    json_t *outcome = session->procedure != NULL
                          ? json_pack("[{s:s}]", "procedureError", session->procedure)
                          : json_pack("[{s:s}]", "cancelSessionResult", "ok");
    const int result = session->download.order != 0 && outcome != NULL
                           ? orders_end(eim->database, session->download.order, outcome,
                                        (struct bytes){0}, eim_now())
                           : 0;
    json_decref(outcome);
    return result < 0 ? result : 0;
}

int indirect_cancel(struct eim *eim, const struct esipa_values *request, struct writer *out)
{
    struct es9_answer answer = {0};
    struct indirect_session *session = indirect_session_take(eim, request->at[ESIPA_TRANSACTION]);
    if (session == NULL)
        return CANCEL_INVALID_TRANSACTION;
    int result =
        call(eim, session, ES9_CANCEL_SESSION, ES9_CANCEL_SESSION_RESPONSE, request, &answer);
    es9_answer_finish(&answer);
    /* The SM-DP+ may have forgotten it: to chip and IPA it is over all the same. */
    if (result >= 0 && end_order(eim, session) < 0)
        result = FAILURE_INTERNAL;
    indirect_session_destroy(session);
    const struct esipa_values none = {0};
    if (result == 0)
        esipa_put_answer(&esipa_messages[ESIPA_CANCEL_SESSION], 0, &none, out);
    return result;
}
