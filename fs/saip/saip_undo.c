/* What an element overwrites in files that are older than itself (TCA §8.3.5): kept until it is
 * known whether the element is taken. */
#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/saip/saip_pe.h"

struct saip_change {
    struct saip_change *next;
    struct file *file;
    uint32_t content_len; /* before */
    uint8_t content[];    /* before: file->size bytes */
};

static bool is_noted(const struct saip *saip, const struct file *file)
{
    const struct saip_change *change = saip->changes;
    while (change != NULL && change->file != file)
        change = change->next;
    return change != NULL;
}

int saip_undo_note(struct saip *saip, struct file *file)
{
    if (file->id > saip->now.file_count || is_noted(saip, file))
        return PE_OK;
    struct saip_change *change = malloc(sizeof *change + file->size);
    if (change == NULL)
        return FAILURE_INTERNAL;
    change->file = file;
    change->content_len = file->content_len;
    memcpy(change->content, file->content, file->size);
    change->next = saip->changes;
    saip->changes = change;
    return PE_OK;
}

void saip_undo_restore(struct saip *saip)
{
    for (struct saip_change *change = saip->changes; change != NULL; change = change->next) {
        memcpy(change->file->content, change->content, change->file->size);
        change->file->content_len = change->content_len;
    }
    saip_undo_forget(saip);
}

void saip_undo_forget(struct saip *saip)
{
    while (saip->changes != NULL) {
        struct saip_change *change = saip->changes;
        saip->changes = change->next;
        wipe(change->content, change->file->size);
        free(change);
    }
}
