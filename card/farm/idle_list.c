#include "card/farm/idle_list.h"

#include "apdu/memory.h"

#define RELEASES_A_ROUND 8

/* After the last release the freed memory goes back to the system. */
static void release_first(struct idle_list *list)
{
    struct idle_entry *entry = list->ends.after;
    idle_list_remove(list, entry);
    entry->release(entry);
    if (list->count == 0)
        memory_give_back();
}

static void handle(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct idle_list *list = (struct idle_list *)source;
    (void)ready;
    for (int i = 0; i < RELEASES_A_ROUND && list->count > 0; i++) {
        if (list->ends.after->last_use + list->timeout_ms > now)
            break;
        release_first(list);
    }
    loop_set_time(loop, source,
                  list->count > 0 ? list->ends.after->last_use + list->timeout_ms : -1);
}

void idle_list_init(struct idle_list *list, struct loop *loop, int64_t timeout_ms, size_t limit)
{
    *list = (struct idle_list){
        .source.handle = handle, .loop = loop, .timeout_ms = timeout_ms, .limit = limit};
    list->ends.before = list->ends.after = &list->ends;
}

void idle_list_touch(struct idle_list *list, struct idle_entry *entry, int64_t now)
{
    if (idle_list_has(entry))
        idle_list_remove(list, entry);
    entry->last_use = now;
    entry->before = list->ends.before;
    entry->after = &list->ends;
    entry->before->after = entry->after->before = entry;
    list->count++;
    if (list->count == 1)
        loop_set_time(list->loop, &list->source, now + list->timeout_ms);
    if (list->count > list->limit)
        release_first(list);
}

void idle_list_remove(struct idle_list *list, struct idle_entry *entry)
{
    entry->before->after = entry->after;
    entry->after->before = entry->before;
    entry->before = entry->after = NULL;
    list->count--;
}
