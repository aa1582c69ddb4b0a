#include "tools/smdpp/es9/notification.h"

#include "apdu/status.h"
#include "apdu/hex.h"
#include "tools/smdpp/orders/pending.h"
#include "tools/smdpp/es9/change_deletion.h"
#include "tools/smdpp/es9/rpm_session.h"

#include <stdio.h>
#include <time.h>

#define PENDING_MAX 65536 /* bytes */
#define RESULT_SIZE 160

struct texts {
    char eid[PKI_EID_DIGITS + 1];
    char iccid[ICCID_TEXT_SIZE];
    char result[RESULT_SIZE];
};

static void set_texts(const struct pending *pending, const struct euicc *euicc, struct texts *out)
{
    *out = (struct texts){0};
    pki_eid_to_text(euicc->eid, out->eid);
    pending_iccid(pending, out->iccid);
    if (!pending->is_result || pending->installed)
        snprintf(out->result, sizeof(out->result), "ok");
    else
        snprintf(out->result, sizeof(out->result), "%s: %s (%u)",
                 pending_command_text(pending->command), pending_reason_text(pending->reason),
                 (unsigned)pending->reason);
}

static struct download_notification to_note(const struct pending *pending,
                                            const struct texts *texts, struct bytes whole)
{
    return (struct download_notification){
        .time = time(NULL),
        .eid = texts->eid,
        .iccid = texts->iccid,
        .operation = pending_operation_text(pending->metadata.operation),
        .result = texts->result,
        .sequence = pending->metadata.sequence,
        .pending = whole,
    };
}

static int check_result(const struct smdpp *smdpp, struct call *call, const struct pending *pending,
                        const struct download *download)
{
    const struct bytes oid = credentials_oid(&smdpp->credentials);
    if (!euicc_signed(&download->euicc, &pending->signed_part, 1, pending->signature))
        return call_refuse(call, REFUSAL_EUICC, "euiccSignPIR is wrong");
    if (pending->server_oid.len > 0 && !bytes_equal(pending->server_oid, oid))
        return call_refuse(call, REFUSAL_SERVER_OID, "smdpOid is not ours");
    return 0;
}

/* A result before StoreMetadata may not know the ICCID yet. */
static bool is_of_order(const struct pending *pending, const struct texts *texts,
                        const struct order *order)
{
    return (!pending->installed && texts->iccid[0] == '\0') ||
           strcmp(texts->iccid, order->iccid) == 0;
}

static void tell(struct smdpp *smdpp, const struct pending *pending, const struct order *order,
                 const struct texts *texts, struct bytes whole)
{
    const struct progress progress = {.point = PROGRESS_INSTALLATION,
                                      .order = order,
                                      .eid = texts->eid,
                                      .refusal =
                                          pending->installed ? REFUSAL_NONE : REFUSAL_EUICC_ERROR,
                                      .message = texts->result,
                                      .result = whole};
    smdpp_tell(smdpp, &progress);
}

/* A chip that has a profile which moves already has it by an earlier try whose result got lost: the
 * profile must not go anywhere else. */
static bool is_there(struct smdpp *smdpp, const struct pending *pending, const struct order *order)
{
    return pending->installed || (pending->reason == PENDING_REASON_ICCID_EXISTS &&
                                  changes_check_moving(smdpp->database, order->id) == 0);
}

/* A failed installation may be tried again: the order is as it was before the download. */
static int conclude(struct smdpp *smdpp, struct call *call, const struct pending *pending,
                    const struct download *download, struct bytes whole)
{
    struct order order;
    struct texts texts;
    int result = orders_find(smdpp->database, download->order, &order);
    if (result != 0)
        return result < 0 ? result : FAILURE_INTERNAL;
    set_texts(pending, &download->euicc, &texts);
    result = check_result(smdpp, call, pending, download);
    if (result != 0)
        return result;
    if (!is_of_order(pending, &texts, &order)) {
        /* Refused, it would stay on the chip for ever. */
        const struct download_notification other = to_note(pending, &texts, whole);
        call_note(call, "EID %s: result of profile '%s', which was not ordered here: noted",
                  texts.eid, texts.iccid);
        return downloads_note(smdpp->database, &other);
    }
    call_note(call, "EID %s, profile %s: install %s", texts.eid, order.iccid, texts.result);
    const struct download_notification note = to_note(pending, &texts, whole);
    session_destroy(session_take(smdpp->sessions, pending->transaction_id));
    const bool there = is_there(smdpp, pending, &order);
    result = downloads_conclude(smdpp->database, order.id, there ? ORDER_INSTALLED : ORDER_RELEASED,
                                &note);
    if (result == 0 && there)
        smdpp_forget_event(smdpp, &order);
    if (result == 0)
        tell(smdpp, pending, &order, &texts, whole);
    return result;
}

static int handle_result(struct smdpp *smdpp, struct call *call, const struct pending *pending,
                         struct bytes whole)
{
    struct download download;
    if (pending->transaction_id.len == 0 || pending->transaction_id.len > FIELD_TRANSACTION_ID_MAX)
        return call_refuse(call, REFUSAL_FORMAT, "transactionId has a wrong length");
    hex_encode(pending->transaction_id, call->transaction);
    const int result = downloads_find(smdpp->database, pending->transaction_id, &download);
    if (result == 0)
        return conclude(smdpp, call, pending, &download, whole);
    if (result > 0)
        call_note(call, "installation result of a download that is unknown here: not verified");
    return result < 0 ? result : 0;
}

/* The chain says itself which CI it leads to. */
static int believe(const struct smdpp *smdpp, struct call *call, const struct pending *pending,
                   struct euicc *out)
{
    const struct bytes root = euicc_chain_root(&pending->chain);
    if (root.len == 0)
        return call_refuse(call, REFUSAL_EUM_CERTIFICATE, "EUM certificate is malformed");
    const struct credentials_set *set = credentials_find(&smdpp->credentials, root);
    if (set == NULL)
        return call_refuse(call, REFUSAL_CI, "EUM certificate is from an unknown CI");
    return euicc_believe(call, &pending->chain, &set->ci.certificate, time(NULL), out);
}

static int handle_other(struct smdpp *smdpp, struct call *call, const struct pending *pending,
                        struct bytes whole)
{
    struct euicc euicc;
    struct texts texts;
    const int result = believe(smdpp, call, pending, &euicc);
    if (result != 0)
        return result;
    if (!euicc_signed(&euicc, &pending->signed_part, 1, pending->signature))
        return call_refuse(call, REFUSAL_EUICC, "euiccNotificationSignature is wrong");
    set_texts(pending, &euicc, &texts);
    call_note(call, "EID %s, profile %s: %s (number %u)", texts.eid, texts.iccid,
              pending_operation_text(pending->metadata.operation),
              (unsigned)pending->metadata.sequence);
    const struct download_notification note = to_note(pending, &texts, whole);
    /* An LPA that hears nothing says it again: both have no effect the second time. */
    const int noted = change_deletion_note(smdpp, call, pending, &euicc);
    return noted == 0 ? downloads_note(smdpp->database, &note) : noted;
}

int notification_handle(void *program, struct call *call)
{
    struct smdpp *smdpp = program;
    struct blob whole;
    struct pending pending;
    int result = call_bytes(call, "pendingNotification", PENDING_MAX, &whole);
    if (result != 0)
        return result;
    const struct bytes bytes = blob_bytes(&whole);
    if (!pending_read(bytes, &pending))
        result = call_refuse(call, REFUSAL_FORMAT, "pendingNotification is malformed");
    else if (pending.is_rpm)
        result = rpm_session_conclude(smdpp, call, &pending.rpm, pending.metadata.sequence, bytes);
    else if (pending.is_result)
        result = handle_result(smdpp, call, &pending, bytes);
    else
        result = handle_other(smdpp, call, &pending, bytes);
    blob_finish(&whole);
    return result;
}
