/* ACTIVATE, DEACTIVATE and TERMINATE (TS 102 221 §11.1.14, §11.1.15; TS 102 222 §6). */
#include "apdu/status.h"
#include "fs/uicc/uicc_file.h"
#include "fs/uicc/uicc_select.h"

/* The file that P1 and the data name; without data the current EF. */
static int find(struct uicc *uicc, const struct apdu *apdu, struct file **out)
{
    struct uicc_found found;
    if (apdu->p2 != 0 || (apdu->p1 != UICC_SELECT_FID && apdu->p1 != UICC_SELECT_PATH_FROM_MF &&
                          apdu->p1 != UICC_SELECT_PATH_FROM_DF))
        return SW_WRONG_P1_P2;
    if (apdu->data.len == 0) {
        *out = uicc_channel(uicc, apdu)->file;
        return *out != NULL ? 0 : SW_NO_FILE_SELECTED;
    }
    const int result = uicc_select_find(uicc, apdu, &found);
    *out = found.file;
    return result;
}

static int change(struct uicc *uicc, struct file *file, enum file_life_cycle state)
{
    struct file *content = file_resolve(file);
    if (content->life_cycle == state)
        return 0;
    content->life_cycle = state;
    return uicc_keep_file(uicc, content);
}

static int change_ef(struct uicc *uicc, const struct apdu *apdu, uint8_t mode,
                     enum file_life_cycle state)
{
    struct file *file;
    int result = find(uicc, apdu, &file);
    if (result != 0)
        return result;
    if (file_is_directory(file))
        return SW_COMMAND_INCOMPATIBLE;
    result = uicc_file_allow(uicc, apdu, file, mode);
    return result != 0 ? result : change(uicc, file, state);
}

/* TS 102 221 §11.1.15 */
int uicc_activate_file(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)response;
    return change_ef(state, apdu, ACCESS_ACTIVATE, FILE_ACTIVATED);
}

/* TS 102 221 §11.1.14. What is deactivated already stays so. */
int uicc_deactivate_file(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    (void)response;
    const int result = change_ef(uicc, apdu, ACCESS_DEACTIVATE, FILE_DEACTIVATED);
    return result == SW_DATA_INVALIDATED ? 0 : result;
}

/* TS 102 222 §6.8 */
int uicc_terminate_ef(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)response;
    return change_ef(state, apdu, ACCESS_TERMINATE, FILE_TERMINATED);
}

static int terminate_directory(struct uicc *uicc, const struct apdu *apdu, struct file *file)
{
    const int result = uicc_file_allow(uicc, apdu, file, ACCESS_TERMINATE);
    return result != 0 ? result : change(uicc, file, FILE_TERMINATED);
}

/* TS 102 222 §6.7 */
int uicc_terminate_df(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_found found;
    (void)response;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    const int result = uicc_select_find(uicc, apdu, &found);
    if (result != 0)
        return result;
    if (!file_is_directory(found.file) || found.file->type == FILE_MF)
        return SW_COMMAND_INCOMPATIBLE;
    return terminate_directory(uicc, apdu, found.file);
}

/* TS 102 222 §6.9. It is the profile's MF that ends, not the chip. */
int uicc_terminate_card_usage(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    (void)response;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    return terminate_directory(uicc, apdu, uicc->profile->mf);
}
