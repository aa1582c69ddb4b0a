/* arena: memory of one profile, given back as a whole and wiped then. Heap, in chunks. */
#ifndef EMUICC_FS_PROFILE_ARENA_H
#define EMUICC_FS_PROFILE_ARENA_H

#include "apdu/bytes.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *chunks;
    size_t used;  /* bytes handed out */
    size_t limit; /* 0: none; arena_alloc() fails beyond it */
};

/* Zeroed, aligned for any type; NULL when the limit or the machine's memory is reached. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy of the bytes; NULL as above. */
uint8_t *arena_copy(struct arena *arena, struct bytes bytes);
/* Wipes and frees everything. */
void arena_finish(struct arena *arena);

#endif
