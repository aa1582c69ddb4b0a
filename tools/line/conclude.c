#include "tools/line/writing.h"

#include <stdio.h>

#include "tools/lib/es10/notification.h"
#include "tools/smdpp/orders/pending.h"

#define WHERE "result"
#define NUMBERS_MAX 64
#define NS_A_MILLISECOND 1000000

static size_t list_numbers(struct writing *writing, uint32_t numbers[NUMBERS_MAX])
{
    struct bytes list;
    struct notification found;
    size_t count = 0;
    if (!es10b_list_notification(&writing->es10, &list))
        return 0;
    while (count < NUMBERS_MAX && notification_take(&list, &found))
        numbers[count++] = found.number;
    return count;
}

/* The last try may have reached its end after the line lost sight of it. */
bool writing_recover(struct writing *writing)
{
    uint32_t numbers[NUMBERS_MAX];
    const struct bytes wanted =
        bytes_of(writing->row.transaction_id, sizeof(writing->row.transaction_id));
    struct pending pending;
    struct bytes whole;
    if (!writing->row.started)
        return true;
    size_t count = list_numbers(writing, numbers);
    while (count > 0 && !writing->fault.raised && writing->result.len == 0) {
        if (es10b_retrieve_notification(&writing->es10, numbers[--count], &whole) &&
            pending_read(whole, &pending) && pending.is_result &&
            bytes_equal(pending.transaction_id, wanted) &&
            writing_keep(writing, whole, &writing->result))
            memcpy(writing->transaction_id, wanted.data, wanted.len);
    }
    return !writing->fault.raised;
}

/* A result before StoreMetadata does not know the ICCID. */
static bool check(struct writing *writing, const struct pending *pending)
{
    char iccid[ICCID_TEXT_SIZE];
    const struct bytes transaction =
        bytes_of(writing->transaction_id, sizeof(writing->transaction_id));
    const struct bytes oid = credentials_oid(&writing->line->identity.credentials);
    pending_iccid(pending, iccid);
    if (!euicc_signed(&writing->euicc, &pending->signed_part, 1, pending->signature))
        return fault_raise(&writing->fault, WHERE,
                           "the chip's signature under its result is wrong");
    if (!bytes_equal(pending->transaction_id, transaction) ||
        (pending->server_oid.len > 0 && !bytes_equal(pending->server_oid, oid)))
        return fault_raise(&writing->fault, WHERE, "the chip's result is of another download");
    if ((pending->installed || iccid[0] != '\0') && strcmp(iccid, writing->row.iccid) != 0)
        return fault_raise(&writing->fault, WHERE, "the chip's result is of profile '%s'", iccid);
    return true;
}

bool writing_verify(struct writing *writing)
{
    struct pending pending;
    if (!pending_read(blob_bytes(&writing->result), &pending) || !pending.is_result)
        return fault_raise(&writing->fault, WHERE, "the chip's result is malformed");
    if (!check(writing, &pending))
        return false;
    writing->installed = pending.installed;
    writing->notification = pending.metadata.sequence;
    writing->reason[0] = '\0';
    if (!pending.installed)
        snprintf(writing->reason, sizeof(writing->reason), "%s: %s (%u)",
                 pending_command_text(pending.command), pending_reason_text(pending.reason),
                 (unsigned)pending.reason);
    return true;
}

bool writing_finish(struct writing *writing)
{
    const struct batch_end end = {
        .state = writing->installed ? BATCH_WRITTEN : BATCH_FAILED,
        .reason = writing->reason,
        .result = blob_bytes(&writing->result),
        .reader = writing->chip.transport->place,
        .milliseconds = (timed_now() - writing->start) / NS_A_MILLISECOND,
    };
    const int result = batch_finish(writing->line->batch, &writing->row, &end);
    writing->concluded = result == 0;
    if (result > 0)
        return fault_raise(&writing->fault, "batch", "another emuicc-line has taken the row over");
    return result == 0 || writing_break(writing, "batch");
}

/* The line has the result: the device need not send it to a server. */
bool writing_clear(struct writing *writing)
{
    return es10b_remove_notification(&writing->es10, writing->notification);
}
