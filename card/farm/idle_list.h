/* idle_list: the chips of a loop that hold something they can do without while nobody uses them: an
 * open store, a profile, the whole card once its client has gone. They are in the order of their
 * last use. One that has been idle for the list's timeout releases it; when too many are on the
 * list, the least recently used one does so at once. */
#ifndef EMUICC_CARD_FARM_IDLE_LIST_H
#define EMUICC_CARD_FARM_IDLE_LIST_H

#include "card/farm/loop.h"

struct idle_entry {
    struct idle_entry *before, *after; /* NULL: not on the list */
    int64_t last_use;
    void (*release)(struct idle_entry *entry);
};

struct idle_list {
    struct loop_source source;
    struct loop *loop;
    int64_t timeout_ms;
    size_t limit;           /* entries at once */
    struct idle_entry ends; /* of the ring: `after` is the least recently used */
    size_t count;
};

void idle_list_init(struct idle_list *list, struct loop *loop, int64_t timeout_ms, size_t limit);
/* Puts the entry, used just now, at the end of the list. */
void idle_list_touch(struct idle_list *list, struct idle_entry *entry, int64_t now);
void idle_list_remove(struct idle_list *list, struct idle_entry *entry);
static inline bool idle_list_has(const struct idle_entry *entry)
{
    return entry->after != NULL;
}

#endif
