#include "tools/smdpp/front/export.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/batch/batch.h"

#include <time.h>
#include <unistd.h>

struct export
{
    struct smdpp *smdpp;
    const struct diversify *root;
    struct batch *batch;
    struct export_counts counts;
};

static int leave(struct export *export, const struct order *order, const char *why)
{
    export->counts.left++;
    trace_notice("profile %s for EID %s is left: %s", order->iccid, order->eid, why);
    return 0;
}

/* In the batch first, then out of the reach of downloads: an interruption in between is fixed by
 * the next export. */
static int move(struct export *export, const struct order *order)
{
    const int moved = orders_move(export->smdpp->database, order->id, ORDER_IN(ORDER_RELEASED),
                                  ORDER_EXPORTED, NULL);
    if (moved == 0)
        export->counts.exported++;
    if (moved <= 0)
        return moved;
    const int removed = batch_remove(export->batch, order->eid);
    return removed < 0 ? removed : leave(export, order, "it has just been downloaded or cancelled");
}

static int add(struct export *export, const struct order *order,
               const struct catalogue_entry *entry)
{
    const struct batch_profile profile = {order->eid, entry->name, blob_bytes(&entry->package),
                                          &entry->metadata};
    switch (batch_add(export->batch, export->root, &profile)) {
    case BATCH_ADDED:
    case BATCH_THERE:
        return move(export, order);
    case BATCH_EID_TAKEN:
        return leave(export, order, "the batch has another profile for this EID");
    case BATCH_ICCID_TAKEN:
        return leave(export, order, "the batch has this profile for another EID");
    default:
        return FAILURE_INTERNAL;
    }
}

static int export_order(struct export *export, const struct order *order)
{
    struct catalogue_entry entry;
    if (order->has_code)
        return leave(export, order, "it wants a confirmation code, which nobody types on a line");
    if (order->expires != 0 && time(NULL) > order->expires)
        return leave(export, order, "its order has expired");
    const int found =
        catalogue_read(export->smdpp->profiles, order->package, export->smdpp->address, &entry);
    if (found != 0)
        return leave(export, order, "its package cannot be read");
    const int result = strcmp(entry.iccid, order->iccid) == 0
                           ? add(export, order, &entry)
                           : leave(export, order, "its package bears another ICCID now");
    catalogue_finish_entry(&entry);
    return result;
}

static int open_batch(struct export *export, const char *path)
{
    if (access(path, F_OK) != 0)
        return batch_create(path, export->smdpp->address, export->root, &export->batch);
    const int result = batch_open(path, export->root, &export->batch);
    if (result != 0 || strcmp(batch_address(export->batch), export->smdpp->address) == 0)
        return result;
    trace_error("batch %s: it is of another SM-DP+, %s", path, batch_address(export->batch));
    return FAILURE_INTERNAL;
}

int export_orders(struct smdpp *smdpp, const char *path, const struct diversify *root,
                  struct export_counts *out)
{
    struct export export = {.smdpp = smdpp, .root = root};
    struct order order = {0};
    int result = open_batch(&export, path);
    while (result == 0) {
        const int found = orders_find_for_chip(smdpp->database, order.id, &order);
        if (found != 0) {
            result = found < 0 ? found : 0;
            break;
        }
        result = export_order(&export, &order);
    }
    batch_close(export.batch);
    *out = export.counts;
    return result;
}
