#include "tests/isd-r/rewind.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void rewind_start(void)
{
    memory_disk_start();
}

void rewind_take(struct rewind *out)
{
    for (size_t i = 0; i < MEMORY_DISK_FILES_MAX; i++) {
        const struct bytes content = memory_disk_content(i);
        uint8_t *copy = content.data != NULL ? malloc(content.len + 1) : NULL;
        if (content.len > 0)
            memcpy(copy, content.data, content.len);
        out->files[i] = bytes_of(copy, content.len);
    }
}

void rewind_to(struct peer *peer, const struct rewind *then)
{
    char folder[sizeof(peer->folder) + sizeof("/state")];
    snprintf(folder, sizeof(folder), "%s/state", peer->folder);
    chip_stop(&peer->chip);
    for (size_t i = 0; i < MEMORY_DISK_FILES_MAX; i++)
        cr_assert(memory_disk_replace(i, then->files[i]));
    chip_start(&peer->chip, folder, NULL);
}

void rewind_finish(struct rewind *then)
{
    for (size_t i = 0; i < MEMORY_DISK_FILES_MAX; i++)
        free((void *)(uintptr_t)then->files[i].data);
}
