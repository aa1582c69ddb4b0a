#include "fs/profile/profile.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/profile/iccid.h"

#define FID_ICCID 0x2FE2

int profile_create(struct profile **out)
{
    struct profile *profile = calloc(1, sizeof *profile);
    if (profile == NULL)
        return FAILURE_INTERNAL;
    *out = profile;
    return 0;
}

void profile_destroy(struct profile *profile)
{
    if (profile == NULL)
        return;
    arena_finish(&profile->arena);
    wipe(profile, sizeof *profile);
    free(profile);
}

static void append(struct file **list, struct file *file)
{
    while (*list != NULL)
        list = &(*list)->next;
    *list = file;
}

struct file *profile_add_file_behind(struct profile *profile, struct file *parent,
                                     struct file *before, enum file_type type, uint16_t fid)
{
    struct file *file = arena_alloc(&profile->arena, sizeof *file);
    if (file == NULL)
        return NULL;
    *file = (struct file){.id = ++profile->file_count,
                          .fid = fid,
                          .type = type,
                          .shareable = true,
                          .life_cycle = FILE_ACTIVATED,
                          .parent = parent};
    if (type == FILE_MF)
        profile->mf = file;
    else if (before != NULL)
        append(&before->next, file);
    else
        append(type == FILE_ADF ? &profile->adfs : &parent->children, file);
    return file;
}

struct file *profile_add_file(struct profile *profile, struct file *parent, enum file_type type,
                              uint16_t fid)
{
    return profile_add_file_behind(profile, parent, NULL, type, fid);
}

static int each_below(struct file *file, profile_visitor *visit, void *context)
{
    int result = visit(context, file);
    for (struct file *child = file->children; child != NULL && result == 0; child = child->next)
        result = each_below(child, visit, context);
    return result;
}

int profile_each_file(struct profile *profile, profile_visitor *visit, void *context)
{
    int result = profile->mf != NULL ? each_below(profile->mf, visit, context) : 0;
    for (struct file *adf = profile->adfs; adf != NULL && result == 0; adf = adf->next)
        result = each_below(adf, visit, context);
    return result;
}

struct search {
    uint32_t id;
    struct file *found;
};

static int compare_id(void *context, struct file *file)
{
    struct search *search = context;
    if (file->id != search->id)
        return 0;
    search->found = file;
    return 1;
}

struct file *profile_file_by_id(struct profile *profile, uint32_t id)
{
    struct search search = {id, NULL};
    if (id > 0) /* no file's */
        profile_each_file(profile, compare_id, &search);
    return search.found;
}

struct file *profile_child(struct file *directory, uint16_t fid)
{
    for (struct file *file = file_resolve(directory)->children; file != NULL; file = file->next)
        if (file->fid == fid)
            return file;
    return NULL;
}

struct file *profile_child_by_sfi(struct file *directory, uint8_t sfi)
{
    if (sfi == 0)
        return NULL;
    for (struct file *file = file_resolve(directory)->children; file != NULL; file = file->next)
        if (file->sfi == sfi)
            return file;
    return NULL;
}

static struct file *adf_by_fid(struct profile *profile, uint16_t fid)
{
    for (struct file *adf = profile->adfs; adf != NULL; adf = adf->next)
        if (adf->fid == fid)
            return adf;
    return NULL;
}

struct file *profile_file_by_path(struct profile *profile, struct bytes path)
{
    struct file *file = profile->mf;
    bool first = true;
    while (path.len > 0 && file != NULL) {
        uint16_t fid = 0;
        if (!bytes_take_u16(&path, &fid))
            return NULL;
        if (first && fid == FILE_FID_MF)
            continue;
        struct file *adf = first ? adf_by_fid(profile, fid) : NULL;
        file = adf != NULL ? adf : profile_child(file, fid);
        first = false;
    }
    return file;
}

struct file *profile_adf_by_aid(struct profile *profile, struct bytes aid, struct file *after)
{
    struct file *adf = after != NULL ? after->next : profile->adfs;
    while (adf != NULL && !bytes_start_with(bytes_of(adf->aid, adf->aid_len), aid))
        adf = adf->next;
    return adf;
}

struct file *profile_arr(struct profile *profile, struct file *file)
{
    for (struct file *in = file->parent; in != NULL; in = in->parent) {
        struct file *arr = profile_child(in, file->rules.arr);
        if (arr != NULL)
            return arr;
    }
    return profile->mf != NULL ? profile_child(profile->mf, file->rules.arr) : NULL;
}

static struct pin *pin_in(struct profile *profile, uint32_t directory, uint8_t reference)
{
    for (struct pin *pin = profile->pins; pin != NULL; pin = pin->next)
        if (pin->directory == directory && pin->reference == reference)
            return pin;
    return NULL;
}

struct pin *profile_pin(struct profile *profile, struct file *directory, uint8_t reference)
{
    for (struct file *in = directory; in != NULL; in = in->parent) {
        struct pin *pin = pin_in(profile, in->pins != 0 ? in->pins : in->id, reference);
        if (pin != NULL)
            return pin;
    }
    return profile->mf != NULL ? pin_in(profile, profile->mf->id, reference) : NULL;
}

struct puk *profile_puk(struct profile *profile, uint8_t reference)
{
    struct puk *puk = profile->puks;
    while (puk != NULL && puk->reference != reference)
        puk = puk->next;
    return puk;
}

static struct aka *aka_of(struct profile *profile, uint32_t adf)
{
    struct aka *aka = profile->akas;
    while (aka != NULL && aka->adf != adf)
        aka = aka->next;
    return aka;
}

struct aka *profile_aka(struct profile *profile, const struct file *adf)
{
    struct aka *aka = aka_of(profile, adf->id);
    return aka != NULL && aka->mapped != 0 ? aka_of(profile, aka->mapped) : aka;
}

struct bytes profile_iccid_file(struct profile *profile)
{
    struct file *file = profile->mf != NULL ? profile_child(profile->mf, FID_ICCID) : NULL;
    if (file == NULL)
        return (struct bytes){0};
    file = file_resolve(file);
    return bytes_of(file->content, file->content != NULL ? file->size : 0);
}

bool profile_iccid_agrees(struct profile *profile)
{
    uint8_t swapped[ICCID_SIZE];
    const struct bytes file = profile_iccid_file(profile);
    iccid_swap(profile->iccid, swapped);
    return file.len == 0 || bytes_equal(file, bytes_of(swapped, sizeof(swapped)));
}
