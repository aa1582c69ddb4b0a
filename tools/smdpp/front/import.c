#include "tools/smdpp/front/import.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/batch/batch.h"
#include "tools/smdpp/orders/downloads.h"
#include "tools/smdpp/orders/pending.h"

struct import {
    struct smdpp *smdpp;
    struct import_counts counts;
    int result; /* the first failure */
};

static int leave(struct import *import, const struct batch_row *row, const char *why)
{
    import->counts.left++;
    trace_notice("profile %s for EID %s is left: %s", row->iccid, row->eid, why);
    return 0;
}

static int conclude(struct import *import, const struct order *order, const struct batch_row *row,
                    const struct pending *pending, struct bytes result)
{
    struct database *database = import->smdpp->database;
    const struct download_notification note = {
        .time = row->time,
        .eid = row->eid,
        .iccid = row->iccid,
        .operation = pending_operation_text(pending->metadata.operation),
        .result = "ok",
        .sequence = pending->metadata.sequence,
        .pending = result,
    };
    int status = database_begin(database);
    if (status != 0)
        return status;
    const int moved =
        orders_move(database, order->id, ORDER_IN(ORDER_EXPORTED), ORDER_INSTALLED, row->eid);
    status = moved == 0 ? downloads_note(database, &note) : moved;
    status = database_end(database, status < 0 ? status : 0);
    if (status == 0 && moved == 0)
        import->counts.installed++;
    return status;
}

static int import_row(struct import *import, const struct batch_row *row, struct bytes result)
{
    struct order order;
    struct pending pending;
    char iccid[ICCID_TEXT_SIZE];
    const int found = orders_find_by_iccid(import->smdpp->database, row->iccid, &order);
    if (found < 0)
        return found;
    if (found > 0 || strcmp(order.eid, row->eid) != 0)
        return leave(import, row, "there is no such order here");
    if (order.state != ORDER_EXPORTED)
        return order.state == ORDER_INSTALLED ? 0 : leave(import, row, "its order is not exported");
    if (!pending_read(result, &pending) || !pending.is_result || !pending.installed)
        return leave(import, row, "its result is not that of an installation");
    pending_iccid(&pending, iccid);
    return strcmp(iccid, row->iccid) == 0 ? conclude(import, &order, row, &pending, result)
                                          : leave(import, row, "its result is of another profile");
}

static void visit(void *context, const struct batch_row *row, struct bytes result)
{
    struct import *import = context;
    if (row->state != BATCH_WRITTEN)
        import->counts.open++;
    else if (import->result == 0)
        import->result = import_row(import, row, result);
}

int import_results(struct smdpp *smdpp, const char *path, struct import_counts *out)
{
    struct import import = {.smdpp = smdpp};
    struct batch *batch;
    const int opened = batch_open(path, NULL, &batch);
    if (opened != 0)
        return opened;
    const int rows = batch_each(batch, visit, &import);
    batch_close(batch);
    *out = import.counts;
    return rows < 0 ? rows : import.result;
}
