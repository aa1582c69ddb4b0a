#include "fs/uicc/uicc_keep.h"

static bool is_stored(struct uicc *uicc)
{
    uicc_moved(uicc);
    return uicc->profile_id != 0;
}

int uicc_keep_file(struct uicc *uicc, const struct file *file)
{
    return is_stored(uicc) ? store_file_update(uicc->store, uicc->profile_id, file) : 0;
}

int uicc_keep_new_file(struct uicc *uicc, const struct file *file)
{
    return is_stored(uicc) ? store_file_add(uicc->store, uicc->profile_id, file) : 0;
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
    return is_stored(uicc) ? delete_below(uicc, file) : 0;
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
