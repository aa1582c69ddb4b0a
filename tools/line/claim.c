/* Which chip is it, and which row of the batch is its own? */
#include "tools/line/write_job.h"

#include "crypto/pki/pki.h"
#include "tools/lib/es10/es10c.h"

#define WHERE "batch"

bool write_job_ask_eid(struct write_job *job)
{
    uint8_t eid[ES10C_EID_LEN];
    if (!es10c_get_eid(&job->es10, eid))
        return false;
    pki_eid_to_text(eid, job->report->eid);
    job->report->same = strcmp(job->report->eid, job->done) == 0;
    return !job->report->same ||
           fault_raise(&job->fault, WHERE, "this chip has just been dealt with");
}

/* Why it is not the line's turn. */
static bool turn_down(struct write_job *job, int claimed)
{
    struct fault *fault = &job->fault;
    if (claimed < 0)
        return write_job_fail(job, WHERE);
    job->refused = claimed != BATCH_BUSY;
    if (claimed == BATCH_NO_ROW)
        return fault_raise(fault, WHERE, "there is no profile for this EID");
    if (claimed == BATCH_IS_DONE)
        return fault_raise(fault, WHERE, "this chip has been written before");
    return fault_raise(fault, WHERE, "another emuicc-line is at work on this row (%s)",
                       job->row.owner);
}

bool write_job_claim(struct write_job *job)
{
    struct write_report *report = job->report;
    const int claimed = batch_claim(job->line->batch, report->eid, job->owner, &job->row);
    memcpy(report->iccid, job->row.iccid, sizeof(report->iccid));
    job->claimed = claimed == BATCH_YOURS;
    return job->claimed || turn_down(job, claimed);
}

bool write_job_open_row(struct write_job *job)
{
    const int result = batch_open_row(job->line->batch, &job->line->root, &job->row, &job->keys);
    if (result < 0)
        return write_job_fail(job, "token");
    return result == 0 || fault_raise(&job->fault, WHERE,
                                      "the row was altered after it was prepared: nothing of it "
                                      "goes to the chip");
}
