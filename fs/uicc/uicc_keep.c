#include "fs/uicc/uicc_keep.h"

static bool is_stored(struct uicc *uicc)
{
    uicc_moved(uicc);
    return uicc->profile_id != 0;
}

static int write_gathered(struct uicc *uicc)
{
    const struct file *file = uicc->gathered;
    uicc->gathered = NULL;
    return file != NULL ? store_file_update(uicc->store, uicc->profile_id, file) : 0;
}

void uicc_keep_gather(struct uicc *uicc)
{
    uicc->gathers = true;
}

int uicc_keep_gathered(struct uicc *uicc)
{
    uicc->gathers = false;
    return write_gathered(uicc);
}

int uicc_keep_file(struct uicc *uicc, const struct file *file)
{
    if (!is_stored(uicc))
        return 0;
    if (!uicc->gathers)
        return store_file_update(uicc->store, uicc->profile_id, file);
    const int result = uicc->gathered != file ? write_gathered(uicc) : 0;
    uicc->gathered = file;
    return result;
}

int uicc_keep_new_file(struct uicc *uicc, const struct file *file)
{
    if (!is_stored(uicc))
        return 0;
    const int result = write_gathered(uicc);
    return result == 0 ? store_file_add(uicc->store, uicc->profile_id, file) : result;
}

static int delete_below(struct uicc *uicc, const struct file *file)
{
    int result = 0;
    for (const struct file *child = file->children; child != NULL && result == 0;
         child = child->next)
        result = delete_below(uicc, child);
    return result == 0 ? store_file_delete(uicc->store, uicc->profile_id, file->id) : result;
}

int uicc_keep_deletion(struct uicc *uicc, const struct file *file)
{
    if (!is_stored(uicc))
        return 0;
    const int result = write_gathered(uicc);
    return result == 0 ? delete_below(uicc, file) : result;
}

int uicc_keep_pin(struct uicc *uicc, const struct pin *pin)
{
    return is_stored(uicc) ? store_pin_update(uicc->store, uicc->profile_id, pin) : 0;
}

int uicc_keep_puk(struct uicc *uicc, const struct puk *puk)
{
    return is_stored(uicc) ? store_puk_update(uicc->store, uicc->profile_id, puk) : 0;
}

int uicc_keep_aka(struct uicc *uicc, const struct aka *aka)
{
    return is_stored(uicc) ? store_aka_update(uicc->store, uicc->profile_id, aka) : 0;
}
