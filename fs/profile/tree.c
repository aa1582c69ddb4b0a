#include "fs/profile/tree.h"

bool tree_contains(const struct file *top, const struct file *file)
{
    while (file != NULL && file != top)
        file = file->parent;
    return file != NULL;
}

static int leads_to(void *context, struct file *file)
{
    const struct file *top = context;
    return file->target != NULL && tree_contains(top, file->target) && !tree_contains(top, file);
}

bool tree_is_linked_to(struct profile *profile, const struct file *top)
{
    /* The visitor only compares. */
    return profile_each_file(profile, leads_to, (void *)(uintptr_t)top) != 0;
}

void tree_unlink(struct profile *profile, struct file *file)
{
    struct file **link = file->parent != NULL ? &file->parent->children : &profile->adfs;
    while (*link != NULL && *link != file)
        link = &(*link)->next;
    if (*link == file)
        *link = file->next;
}
