#include "crypto/primitives/clearing.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(size);
}

static void clear_and_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    if (memory != NULL)
        explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static void *move(void *memory, size_t size, const char *file, int line)
{
    if (memory == NULL)
        return allocate(size, file, line);
    const size_t old = malloc_usable_size(memory);
    void *moved = size > 0 ? malloc(size) : NULL;
    if (size > 0 && moved == NULL)
        return NULL;
    if (moved != NULL)
        memcpy(moved, memory, old < size ? old : size);
    clear_and_free(memory, file, line);
    return moved;
}

void clearing_start(void)
{
    (void)CRYPTO_set_mem_functions(allocate, move, clear_and_free);
}
