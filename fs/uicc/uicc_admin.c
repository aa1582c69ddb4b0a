/* CREATE FILE, DELETE FILE and RESIZE FILE (TS 102 222 §6). */
#include "apdu/status.h"
#include "fs/fcp/fcp.h"
#include "fs/fcp/fcp_content.h"
#include "fs/profile/tree.h"
#include "fs/uicc/uicc_file.h"
#include "fs/uicc/uicc_select.h"

static bool is_directory(const struct fcp *fcp)
{
    return fcp->type == FILE_DF || fcp->type == FILE_ADF;
}

/* What a template for a new file must bring (TS 102 222 table 3). */
static int check_template(const struct fcp *fcp)
{
    if (!fcp->has_descriptor || file_fid_is_reserved(fcp->fid) || fcp->rules.arr == 0 ||
        fcp->rules.record == 0 || fcp->sfi > UICC_SFI_MAX)
        return SW_WRONG_DATA;
    if (is_directory(fcp))
        return 0;
    return fcp->aid.len == 0 && fcp_content_is_possible(fcp) ? 0 : SW_WRONG_DATA;
}

static int check_place(struct uicc *uicc, const struct apdu *apdu, const struct fcp *fcp)
{
    struct file *directory = uicc_channel(uicc, apdu)->directory;
    if (directory->target != NULL)
        return SW_CONDITIONS_NOT_SATISFIED;
    const int result = uicc_file_allow(uicc, apdu, directory,
                                       is_directory(fcp) ? ACCESS_CREATE_DF : ACCESS_CREATE_EF);
    if (result != 0)
        return result;
    if (profile_child(directory, fcp->fid) != NULL || directory->fid == fcp->fid)
        return SW_FILE_EXISTS;
    if (fcp->aid.len == 0)
        return 0;
    if (directory->type != FILE_MF)
        return SW_CONDITIONS_NOT_SATISFIED;
    return profile_adf_by_aid(uicc->profile, fcp->aid, NULL) != NULL ? SW_DF_NAME_EXISTS : 0;
}

/* Absent, the short file id is the low bits of the file id (TS 102 221 §11.1.1.4.8). */
static uint8_t sfi_of(const struct fcp *fcp)
{
    const uint8_t low = fcp->fid & UICC_SFI_MASK;
    if (is_directory(fcp) || fcp->has_sfi)
        return fcp->sfi;
    return low <= UICC_SFI_MAX ? low : 0;
}

static bool fill_in(struct profile *profile, const struct fcp *fcp, struct file *file)
{
    file->shareable = fcp->shareable;
    file->sfi = sfi_of(fcp);
    file->life_cycle = fcp->life_cycle == FILE_DEACTIVATED || fcp->life_cycle == FILE_CREATION ||
                               fcp->life_cycle == FILE_INITIALISATION
                           ? fcp->life_cycle
                           : FILE_ACTIVATED;
    file->special = fcp->special;
    file->rules = fcp->rules;
    file->aid_len = (uint8_t)fcp->aid.len;
    if (fcp->aid.len > 0)
        memcpy(file->aid, fcp->aid.data, fcp->aid.len);
    return is_directory(fcp) ? fcp_content_take_pins(profile, fcp, file)
                             : fcp_content_make(profile, fcp, file);
}

static int create(struct uicc *uicc, struct uicc_channel *channel, const struct fcp *fcp)
{
    struct profile *profile = uicc->profile;
    const bool adf = fcp->aid.len > 0;
    struct file *parent = adf ? NULL : channel->directory;
    struct file *file = profile_add_file(profile, parent, adf ? FILE_ADF : fcp->type, fcp->fid);
    if (file == NULL)
        return SW_NOT_ENOUGH_MEMORY;
    if (!fill_in(profile, fcp, file)) {
        tree_unlink(profile, file);
        return SW_NOT_ENOUGH_MEMORY;
    }
    uicc_select_make_current(channel, &(struct uicc_found){channel->directory, file});
    return uicc_keep_new_file(uicc, file);
}

/* TS 102 222 §6.3. The new file is the current one. */
int uicc_create_file(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct fcp fcp;
    (void)response;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    int result = fcp_read(apdu->data, &fcp);
    if (result == 0)
        result = check_template(&fcp);
    if (result == 0)
        result = check_place(uicc, apdu, &fcp);
    return result == 0 ? create(uicc, uicc_channel(uicc, apdu), &fcp) : result;
}

/* Another channel works on it, or another file is a link to it. */
static bool is_in_use(struct uicc *uicc, const struct uicc_channel *own, const struct file *file)
{
    for (size_t i = 0; i < UICC_CHANNELS; i++) {
        const struct uicc_channel *channel = &uicc->channels[i];
        if (channel != own &&
            (tree_contains(file, channel->directory) || tree_contains(file, channel->file) ||
             tree_contains(file, channel->adf)))
            return true;
    }
    return tree_is_linked_to(uicc->profile, file);
}

/* The channel leaves what is going to be deleted. */
static void leave(struct uicc *uicc, struct uicc_channel *channel, struct file *file)
{
    if (tree_contains(file, channel->adf))
        channel->adf = NULL;
    if (tree_contains(file, channel->directory)) {
        channel->directory = file->parent != NULL ? file->parent : uicc->profile->mf;
        channel->file = NULL;
    }
    if (tree_contains(file, channel->file))
        channel->file = NULL;
    channel->record = 0;
}

/* TS 102 222 §6.4 */
int uicc_delete_file(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct uicc_found found;
    (void)response;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    int result = uicc_select_find(uicc, apdu, &found);
    if (result == 0 && found.file->type == FILE_MF)
        result = SW_CONDITIONS_NOT_SATISFIED;
    if (result == 0)
        result = uicc_file_allow(uicc, apdu, found.file, ACCESS_DELETE);
    if (result != 0)
        return result;
    if (is_in_use(uicc, channel, found.file))
        return SW_CONDITIONS_NOT_SATISFIED;
    leave(uicc, channel, found.file);
    tree_unlink(uicc->profile, found.file);
    return uicc_keep_deletion(uicc, found.file);
}

static int resize(struct uicc *uicc, const struct fcp *fcp, struct file *file)
{
    struct fcp wanted = *fcp;
    wanted.type = file->type;
    wanted.record_len = file->record_len;
    if (!fcp_content_is_possible(&wanted))
        return SW_WRONG_DATA;
    if (!fcp_content_resize(uicc->profile, &wanted, file))
        return SW_NOT_ENOUGH_MEMORY;
    return uicc_keep_file(uicc, file);
}

/* TS 102 222 §6.10 */
int uicc_resize_file(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct uicc_found found;
    struct fcp fcp;
    (void)response;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    int result = fcp_read(apdu->data, &fcp);
    if (result != 0)
        return result;
    if (!uicc_select_find_fid(uicc, channel, fcp.fid, &found))
        return SW_FILE_NOT_FOUND;
    if (file_is_directory(found.file) || found.file->target != NULL)
        return SW_COMMAND_INCOMPATIBLE;
    result = uicc_file_allow(uicc, apdu, found.file, ACCESS_BY_HEADER);
    if (result != 0)
        return result;
    channel->record = 0;
    return resize(uicc, &fcp, found.file);
}
