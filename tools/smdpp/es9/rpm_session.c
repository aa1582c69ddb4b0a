#include "tools/smdpp/es9/rpm_session.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "fs/profile/iccid.h"
#include "tools/smdpp/es9/selection.h"
#include "tools/smdpp/es9/server_signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* SmdpSigned3 */
#define TRANSACTION_ID 0x80
#define RPM_PACKAGE 0xA1
#define RPM_PENDING 0x82
#define SIGNED3_OVERHEAD 64

#define OPERATION "loadRpmPackageResult" /* as SGP.22 names the notification */

static bool download_waits(struct smdpp *smdpp, const struct session *session, const char *eid,
                           int *result)
{
    struct order order;
    const int found = orders_find_by_eid(smdpp->database, eid, session->owner, &order);
    *result = found < 0 ? found : 0;
    return found == 0 && order.state >= ORDER_RELEASED && order.state <= ORDER_DOWNLOADED;
}

int rpm_session_find(struct smdpp *smdpp, struct session *session, struct bytes matching_id,
                     bool download_too)
{
    char eid[PKI_EID_DIGITS + 1], text[ORDERS_TEXT_SIZE];
    int result = 0;
    pki_eid_to_text(session->common.euicc.eid, eid);
    if (!selection_text(matching_id, text) ||
        (download_too && text[0] == '\0' && download_waits(smdpp, session, eid, &result)) ||
        result != 0)
        return result;
    result = rpm_orders_find(smdpp->database, eid, session->owner, text, &session->rpm);
    return result < 0 ? result : 0;
}

static void note(struct call *call, const struct session *session)
{
    char commands[CALL_DETAIL_SIZE / 2] = "";
    struct bytes package = blob_bytes(&session->rpm.package);
    struct rpm_command command;
    for (size_t len = 0; len < sizeof(commands) && rpm_command_take(&package, &command);)
        len += (size_t)snprintf(commands + len, sizeof(commands) - len, "%s%s", len > 0 ? ", " : "",
                                rpm_kind_name(command.kind));
    call_note(call, "EID %s gets RPM order '%s': %s", session->rpm.eid, session->rpm.matching_id,
              commands);
}

static int sign(struct smdpp *smdpp, struct call *call, const struct session *session, bool more,
                struct bytes signature1)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const size_t size = session->rpm.package.len + SIGNED3_OVERHEAD;
    struct writer signed3 = writer_on(malloc(size), size);
    if (signed3.data == NULL)
        return FAILURE_INTERNAL;
    const size_t sequence = tlv_open(&signed3, DER_SEQUENCE);
    tlv_put(&signed3, TRANSACTION_ID, session_id(session));
    tlv_put(&signed3, RPM_PACKAGE, blob_bytes(&session->rpm.package));
    if (more)
        tlv_put(&signed3, RPM_PENDING, (struct bytes){0});
    tlv_close(&signed3, sequence);
    const int result =
        signed3.overflow
            ? FAILURE_INTERNAL
            : server_signature_set(smdpp, call, session, "smdpSigned3", writer_bytes(&signed3),
                                   "smdpSignature3", signature1, signature);
    free(signed3.data);
    return result;
}

int rpm_session_respond(struct smdpp *smdpp, struct call *call, struct session *session,
                        struct bytes signature1)
{
    bool more;
    const struct download load = {.transaction_id = session_id(session),
                                  .order = session->rpm.id,
                                  .time = time(NULL),
                                  .euicc = session->common.euicc};
    int result = rpm_orders_send(smdpp->database, &load);
    if (result > 0)
        return call_refuse(call, REFUSAL_MATCHING_ID, "RPM order '%s' is over",
                           session->rpm.matching_id);
    if (result == 0)
        result = rpm_orders_wait(smdpp->database, session->rpm.eid, session->owner, session->rpm.id,
                                 &more);
    if (result == 0)
        result = field_set_transaction_id(call->response, "transactionId", session_id(session));
    if (result == 0)
        result = sign(smdpp, call, session, more, signature1);
    if (result != 0)
        return result;
    session->state = SESSION_RPM;
    note(call, session);
    return 0;
}

int rpm_session_cancel(struct smdpp *smdpp, struct session *session, const char *reason,
                       bool order_goes_on)
{
    const struct progress_rpm progress = {
        session->rpm.eid, session->rpm.matching_id, REFUSAL_EUICC_ERROR, reason, {0}};
    const int result = order_goes_on ? 0
                                     : rpm_orders_conclude(smdpp->database, session->rpm.id,
                                                           RPM_ORDER_ENDED, NULL);
    if (result == 0)
        smdpp_tell_rpm(smdpp, &progress);
    return result;
}

/* "disable 8988211000000000011 ok, enable ... disallowedForRpm (9)" */
static bool describe(const struct rpm_signed *result, char *text, size_t size)
{
    struct bytes results = result->results;
    struct rpm_command_result one;
    size_t len = 0;
    text[0] = '\0';
    while (results.len > 0) {
        char digits[ICCID_TEXT_SIZE];
        if (!rpm_result_take(&results, &one))
            return false;
        (void)iccid_swapped_text(one.iccid, digits);
        if (len < size)
            len +=
                (size_t)snprintf(text + len, size - len, "%s%s%s%s: %s (%u)", len > 0 ? ", " : "",
                                 rpm_kind_name(one.kind), digits[0] != '\0' ? " " : "", digits,
                                 rpm_result_text(&one), (unsigned)one.code);
    }
    return true;
}

static int check(const struct smdpp *smdpp, struct call *call, const struct rpm_signed *result,
                 const struct download *load, char *text, size_t size)
{
    if (!euicc_verifies(&load->euicc, &result->data, 1, result->signature))
        return call_refuse(call, REFUSAL_EUICC, "euiccSignRPR is wrong");
    if (!bytes_equal(result->server_oid, credentials_oid(&smdpp->credentials)))
        return call_refuse(call, REFUSAL_SERVER_OID, "smdpOid is not ours");
    if (result->executed && !describe(result, text, size))
        return call_refuse(call, REFUSAL_FORMAT, "RpmCommandResults are malformed");
    if (!result->executed)
        snprintf(text, size, "%s (%u)", rpm_signed_error_text(result->error),
                 (unsigned)result->error);
    return 0;
}

/* A package that the chip could not verify may be sent again; one carried out is done with. */
static int finish(struct smdpp *smdpp, struct call *call, const struct rpm_signed *result,
                  const struct rpm_order *order, const struct download_notification *notification)
{
    const struct progress_rpm progress = {
        .eid = order->eid,
        .matching_id = order->matching_id,
        .refusal = result->executed ? REFUSAL_NONE : REFUSAL_EUICC_ERROR,
        .message = notification->result,
        .result = notification->pending,
    };
    call_note(call, "EID %s, RPM order '%s': %s", order->eid, order->matching_id,
              notification->result);
    session_destroy(session_take(smdpp->sessions, result->transaction_id));
    const int concluded = result->executed ? rpm_orders_conclude(smdpp->database, order->id,
                                                                 RPM_ORDER_DONE, notification)
                                           : downloads_note(smdpp->database, notification);
    if (concluded == 0)
        smdpp_tell_rpm(smdpp, &progress);
    return concluded;
}

int rpm_session_conclude(struct smdpp *smdpp, struct call *call, const struct rpm_signed *result,
                         uint32_t sequence, struct bytes whole)
{
    char text[CALL_DETAIL_SIZE];
    struct download load;
    struct rpm_order order;
    if (result->transaction_id.len == 0 || result->transaction_id.len > FIELD_TRANSACTION_ID_MAX)
        return call_refuse(call, REFUSAL_FORMAT, "transactionId has a wrong length");
    hex_encode(result->transaction_id, call->transaction);
    int found = rpm_orders_find_load(smdpp->database, result->transaction_id, &load);
    if (found > 0)
        call_note(call, "result of an RPM package that is unknown here: not verified");
    if (found != 0)
        return found < 0 ? found : 0;
    found = check(smdpp, call, result, &load, text, sizeof(text));
    if (found == 0)
        found = rpm_orders_find_by_id(smdpp->database, load.order, &order);
    if (found != 0)
        return found;
    const struct download_notification notification = {.time = time(NULL),
                                                       .eid = order.eid,
                                                       .iccid = "",
                                                       .operation = OPERATION,
                                                       .result = text,
                                                       .sequence = sequence,
                                                       .pending = whole};
    found = finish(smdpp, call, result, &order, &notification);
    rpm_orders_finish(&order);
    return found;
}
