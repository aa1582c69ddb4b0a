#include "fs/uicc/uicc_file.h"

#include "apdu/status.h"

#define READABLE_WHEN_DEACTIVATED 0x40 /* in the special file information (TS 102 222 table 5) */

static bool remembered(const struct uicc *uicc, const struct uicc_channel *channel,
                       const struct file *file, uint8_t ins)
{
    return channel->grant.file == file && channel->grant.ins == ins &&
           channel->grant.generation == uicc->generation;
}

/* What is terminated, or lies in a DF that is, can be deleted only. TS 102 222 lets a deactivated
 * file be read and updated if it says so. */
static int check_life_cycle(const struct file *file, uint8_t mode)
{
    const bool content = mode == ACCESS_READ || mode == ACCESS_UPDATE;
    if (mode == ACCESS_DELETE)
        return 0;
    for (const struct file *each = file; each != NULL; each = each->parent)
        if (each->life_cycle == FILE_TERMINATED)
            return SW_CONDITIONS_NOT_SATISFIED;
    if (file->life_cycle != FILE_DEACTIVATED || mode == ACCESS_ACTIVATE || mode == ACCESS_TERMINATE)
        return 0;
    return content && (file->special & READABLE_WHEN_DEACTIVATED) ? 0 : SW_DATA_INVALIDATED;
}

static bool is_administration(uint8_t family, uint8_t ins)
{
    static const uint8_t instructions[] = {0xE0, 0xE4, 0xE6, 0xE8, 0xD4}; /* TS 102 222 */
    return memchr(instructions, ins, sizeof(instructions)) != NULL &&
           (ins != 0xD4 || family == 0x80);
}

/* The domain that a file's place and the command fall into; NULL: a terminal asks. */
static const struct access_domain *domain_of(const struct uicc_remote *remote,
                                             const struct apdu *apdu, const struct file *file)
{
    if (remote == NULL)
        return NULL;
    while (file->parent != NULL)
        file = file->parent;
    const bool admin = is_administration(apdu->family, apdu->ins);
    if (file->type == FILE_ADF)
        return admin ? &remote->adf_admin : &remote->adf;
    return admin ? &remote->uicc_admin : &remote->uicc;
}

static int judge(struct uicc *uicc, const struct apdu *apdu, struct file *file, uint8_t mode,
                 bool *steady)
{
    const struct uicc_channel *channel = uicc_channel(uicc, apdu);
    const struct access access = {uicc->profile, file, channel->verified,
                                  apdu,          mode, domain_of(channel->remote, apdu, file)};
    if (!access_granted(&access, steady))
        return SW_SECURITY_STATUS;
    return check_life_cycle(file_resolve(file), mode);
}

int uicc_file_allow(struct uicc *uicc, const struct apdu *apdu, struct file *file, uint8_t mode)
{
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    bool steady;
    if (remembered(uicc, channel, file, apdu->ins))
        return 0;
    const int result = judge(uicc, apdu, file, mode, &steady);
    if (result == 0 && steady)
        channel->grant = (struct uicc_grant){file, uicc->generation, apdu->ins};
    return result;
}

void uicc_file_make_current(struct uicc_channel *channel, struct file *file)
{
    if (channel->file != file)
        channel->record = 0;
    channel->file = file;
}

static int find(struct uicc_channel *channel, uint8_t sfi, struct file **out)
{
    *out = sfi == 0 ? channel->file : profile_child_by_sfi(channel->directory, sfi);
    if (*out != NULL)
        return 0;
    return sfi == 0 ? SW_NO_FILE_SELECTED : SW_FILE_NOT_FOUND;
}

int uicc_file_open(struct uicc *uicc, const struct apdu *apdu, uint8_t sfi, uint8_t mode,
                   unsigned types, struct file **out)
{
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct file *file;
    int result = find(channel, sfi, &file);
    if (result != 0)
        return result;
    struct file *content = file_resolve(file);
    if ((types & 1u << content->type) == 0)
        return SW_COMMAND_INCOMPATIBLE;
    result = uicc_file_allow(uicc, apdu, file, mode);
    if (result != 0)
        return result;
    uicc_file_make_current(channel, file);
    *out = content;
    return 0;
}
