#include "card/farm/rota.h"

#include <malloc.h>

#define RESTS_A_TURN 8

/* What the last of them gave back goes back to the machine. */
static void rest_first(struct rota *rota)
{
    struct rota_entry *entry = rota->ends.after;
    rota_leave(rota, entry);
    entry->rest(entry);
    if (rota->count == 0)
        malloc_trim(0);
}

static void turn(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct rota *rota = (struct rota *)source;
    (void)ready;
    for (int i = 0; i < RESTS_A_TURN && rota->count > 0; i++) {
        if (rota->ends.after->last + rota->patience > now)
            break;
        rest_first(rota);
    }
    loop_await_time(loop, source, rota->count > 0 ? rota->ends.after->last + rota->patience : -1);
}

void rota_init(struct rota *rota, struct loop *loop, int64_t patience, size_t many)
{
    *rota = (struct rota){.source.turn = turn, .loop = loop, .patience = patience, .many = many};
    rota->ends.before = rota->ends.after = &rota->ends;
}

void rota_touch(struct rota *rota, struct rota_entry *entry, int64_t now)
{
    if (rota_has(entry))
        rota_leave(rota, entry);
    entry->last = now;
    entry->before = rota->ends.before;
    entry->after = &rota->ends;
    entry->before->after = entry->after->before = entry;
    rota->count++;
    if (rota->count == 1)
        loop_await_time(rota->loop, &rota->source, now + rota->patience);
    if (rota->count > rota->many)
        rest_first(rota);
}

void rota_leave(struct rota *rota, struct rota_entry *entry)
{
    entry->before->after = entry->after;
    entry->after->before = entry->before;
    entry->before = entry->after = NULL;
    rota->count--;
}
