#include "fs/profile/arena.h"

#include <stdlib.h>

#include "crypto/primitives/secret.h"

/* Small, so that little of a profile's last one is left over; what is large has one of its own. */
#define CHUNK_SIZE 4096
#define LARGE (CHUNK_SIZE / 8)

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* bytes at data */
    size_t used;
    max_align_t data[];
};

static uint8_t *chunk_bytes(struct arena_chunk *chunk)
{
    return (uint8_t *)chunk->data;
}

static size_t aligned(size_t size)
{
    const size_t mask = _Alignof(max_align_t) - 1;
    return (size + mask) & ~mask;
}

static struct arena_chunk *make_chunk(size_t size)
{
    struct arena_chunk *chunk = calloc(1, sizeof *chunk + size);
    if (chunk != NULL)
        chunk->size = size;
    return chunk;
}

/* The first chunk is the one that is being filled. */
static struct arena_chunk *add_chunk(struct arena *arena, size_t room)
{
    struct arena_chunk *const first = arena->chunks, *chunk;
    const bool behind = room > LARGE && first != NULL;
    chunk = make_chunk(room > LARGE ? room : CHUNK_SIZE);
    if (chunk == NULL)
        return NULL;
    chunk->next = behind ? first->next : first;
    *(behind ? &first->next : &arena->chunks) = chunk;
    return chunk;
}

static bool over_limit(const struct arena *arena, size_t size)
{
    return arena->limit != 0 && (arena->used > arena->limit || size > arena->limit - arena->used);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2 || over_limit(arena, size))
        return NULL;
    size_t room = aligned(size == 0 ? 1 : size);
    struct arena_chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->size - chunk->used < room)
        chunk = add_chunk(arena, room);
    if (chunk == NULL)
        return NULL;
    void *memory = chunk_bytes(chunk) + chunk->used;
    chunk->used += room;
    arena->used += size;
    return memory;
}

uint8_t *arena_copy(struct arena *arena, struct bytes bytes)
{
    uint8_t *copy = arena_alloc(arena, bytes.len);
    if (copy != NULL && bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return copy;
}

void arena_finish(struct arena *arena)
{
    while (arena->chunks != NULL) {
        struct arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        wipe(chunk_bytes(chunk), chunk->used);
        free(chunk);
    }
    arena->used = 0;
}
