/* rota: which of a loop's chips hold something that they do not need when nobody talks to them: an
 * open store, a profile, the whole card when its client has gone. They give it back a while after
 * their last command, and earlier, the longest idle first, when there are too many. */
#ifndef EMUICC_CARD_FARM_ROTA_H
#define EMUICC_CARD_FARM_ROTA_H

#include "card/farm/loop.h"

struct rota_entry {
    struct rota_entry *before, *after; /* NULL: not on the rota */
    int64_t last;                      /* its last command */
    void (*rest)(struct rota_entry *entry);
};

struct rota {
    struct loop_source source;
    struct loop *loop;
    int64_t patience;       /* milliseconds */
    size_t many;            /* that may hold it at once */
    struct rota_entry ends; /* the ring's: after it the longest idle one */
    size_t count;
};

void rota_init(struct rota *rota, struct loop *loop, int64_t patience, size_t many);
/* It has had a command just now, or has something to give back since now. */
void rota_touch(struct rota *rota, struct rota_entry *entry, int64_t now);
void rota_leave(struct rota *rota, struct rota_entry *entry);
static inline bool rota_has(const struct rota_entry *entry)
{
    return entry->after != NULL;
}

#endif
