/* The chip's result, verified, into the row. */
#include "tools/line/write_job.h"

#include <stdio.h>

#include "tools/lib/es10/notification.h"
#include "tools/smdpp/orders/pending.h"

#define WHERE "result"
#define NUMBERS_MAX 64
#define NS_A_MILLISECOND 1000000

static size_t list_numbers(struct write_job *job, uint32_t numbers[NUMBERS_MAX])
{
    struct bytes list;
    struct notification found;
    size_t count = 0;
    if (!es10b_list_notification(&job->es10, &list))
        return 0;
    while (count < NUMBERS_MAX && notification_take(&list, &found))
        numbers[count++] = found.number;
    return count;
}

/* The last try may have reached its end after the line lost sight of it. */
bool write_job_recover(struct write_job *job)
{
    uint32_t numbers[NUMBERS_MAX];
    const struct bytes wanted = bytes_of(job->row.transaction_id, sizeof(job->row.transaction_id));
    struct pending pending;
    struct bytes whole;
    if (!job->row.started)
        return true;
    size_t count = list_numbers(job, numbers);
    while (count > 0 && !job->fault.raised && job->result.len == 0) {
        if (es10b_retrieve_notification(&job->es10, numbers[--count], &whole) &&
            pending_read(whole, &pending) && pending.is_result &&
            bytes_equal(pending.transaction_id, wanted) && write_job_keep(job, whole, &job->result))
            memcpy(job->transaction_id, wanted.data, wanted.len);
    }
    return !job->fault.raised;
}

/* A result before StoreMetadata does not know the ICCID. */
static bool check(struct write_job *job, const struct pending *pending)
{
    char iccid[ICCID_TEXT_SIZE];
    const struct bytes transaction = bytes_of(job->transaction_id, sizeof(job->transaction_id));
    const struct bytes oid = credentials_oid(&job->line->identity.credentials);
    pending_iccid(pending, iccid);
    if (!euicc_signed(&job->euicc, &pending->signed_part, 1, pending->signature))
        return fault_raise(&job->fault, WHERE, "the chip's signature under its result is wrong");
    if (!bytes_equal(pending->transaction_id, transaction) ||
        (pending->server_oid.len > 0 && !bytes_equal(pending->server_oid, oid)))
        return fault_raise(&job->fault, WHERE, "the chip's result is of another download");
    if ((pending->installed || iccid[0] != '\0') && strcmp(iccid, job->row.iccid) != 0)
        return fault_raise(&job->fault, WHERE, "the chip's result is of profile '%s'", iccid);
    return true;
}

bool write_job_verify(struct write_job *job)
{
    struct pending pending;
    if (!pending_read(blob_bytes(&job->result), &pending) || !pending.is_result)
        return fault_raise(&job->fault, WHERE, "the chip's result is malformed");
    if (!check(job, &pending))
        return false;
    job->installed = pending.installed;
    job->notification = pending.metadata.sequence;
    job->reason[0] = '\0';
    if (!pending.installed)
        snprintf(job->reason, sizeof(job->reason), "%s: %s (%u)",
                 pending_command_text(pending.command), pending_reason_text(pending.reason),
                 (unsigned)pending.reason);
    return true;
}

bool write_job_finish(struct write_job *job)
{
    const struct batch_end end = {
        .state = job->installed ? BATCH_WRITTEN : BATCH_FAILED,
        .reason = job->reason,
        .result = blob_bytes(&job->result),
        .reader = job->chip.transport->place,
        .milliseconds = (timed_now() - job->start) / NS_A_MILLISECOND,
    };
    const int result = batch_finish(job->line->batch, &job->row, &end);
    job->concluded = result == 0;
    if (result > 0)
        return fault_raise(&job->fault, "batch", "another emuicc-line has taken the row over");
    return result == 0 || write_job_fail(job, "batch");
}

/* The line has the result: the device need not send it to a server. */
bool write_job_clear(struct write_job *job)
{
    return es10b_remove_notification(&job->es10, job->notification);
}
