#include "tools/line/writing.h"

#include "crypto/pki/pki.h"
#include "tools/lib/es10/es10c.h"

#define WHERE "batch"

bool writing_ask_eid(struct writing *writing)
{
    uint8_t eid[ES10C_EID_LEN];
    if (!es10c_get_eid(&writing->es10, eid))
        return false;
    pki_eid_to_text(eid, writing->report->eid);
    writing->report->same = strcmp(writing->report->eid, writing->done) == 0;
    return !writing->report->same ||
           fault_raise(&writing->fault, WHERE, "this chip has just been dealt with");
}

/* Why it is not the line's turn. */
static bool turn_down(struct writing *writing, int claimed)
{
    struct fault *fault = &writing->fault;
    if (claimed < 0)
        return writing_break(writing, WHERE);
    writing->refused = claimed != BATCH_BUSY;
    if (claimed == BATCH_NO_ROW)
        return fault_raise(fault, WHERE, "there is no profile for this EID");
    if (claimed == BATCH_IS_DONE)
        return fault_raise(fault, WHERE, "this chip has been written before");
    return fault_raise(fault, WHERE, "another emuicc-line is at work on this row (%s)",
                       writing->row.owner);
}

bool writing_claim(struct writing *writing)
{
    struct write_report *report = writing->report;
    const int claimed =
        batch_claim(writing->line->batch, report->eid, writing->owner, &writing->row);
    memcpy(report->iccid, writing->row.iccid, sizeof(report->iccid));
    writing->claimed = claimed == BATCH_YOURS;
    return writing->claimed || turn_down(writing, claimed);
}

bool writing_open_row(struct writing *writing)
{
    const int result = batch_open_row(&writing->line->root, &writing->row, &writing->keys);
    if (result < 0)
        return writing_break(writing, "token");
    return result == 0 || fault_raise(&writing->fault, WHERE,
                                      "the row was altered after it was prepared: nothing of it "
                                      "goes to the chip");
}
