#include "isd-r/assembly.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"

#define FIRST_CAPACITY 512

static void forget_bytes(struct assembly *assembly)
{
    if (assembly->len > 0)
        wipe(assembly->data, assembly->len);
    assembly->len = 0;
}

void assembly_drop(struct assembly *assembly)
{
    forget_bytes(assembly);
    assembly->open = false;
    assembly->to_package = false;
}

void assembly_finish(struct assembly *assembly)
{
    assembly_drop(assembly);
    free(assembly->data);
    *assembly = (struct assembly){0};
}

static int grow(struct assembly *assembly, size_t needed)
{
    size_t capacity = assembly->capacity > 0 ? assembly->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == assembly->capacity)
        return 0;
    uint8_t *data = malloc(capacity);
    if (data == NULL)
        return FAILURE_INTERNAL;
    if (assembly->len > 0) {
        memcpy(data, assembly->data, assembly->len);
        wipe(assembly->data, assembly->len);
    }
    free(assembly->data);
    assembly->data = data;
    assembly->capacity = capacity;
    return 0;
}

int assembly_append(struct assembly *assembly, struct bytes block)
{
    if (block.len > ASSEMBLY_MAX - assembly->len)
        return SW_NOT_ENOUGH_MEMORY;
    const int result = grow(assembly, assembly->len + block.len);
    if (result != 0)
        return result;
    memcpy(assembly->data + assembly->len, block.data, block.len);
    assembly->len += block.len;
    return 0;
}
