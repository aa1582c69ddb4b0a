#include "apdu/status.h"
#include "fs/fcp/fcp.h"
#include "fs/uicc/uicc_unload.h"
#include "fs/uicc/uicc_select.h"

/* P2 (TS 102 221 table 11.2) */
#define OCCURRENCE 0x03
#define FORM 0x0C
#define FORM_FCI 0x00 /* ISO/IEC 7816-4; the FCP is what a UICC has to answer it with */
#define FORM_FCP 0x04
#define FORM_NONE 0x0C
#define SESSION 0x60
#define SESSION_START 0x00
#define SESSION_END 0x40
#define P2_RFU 0x80

enum occurrence {
    OCCURRENCE_FIRST = 0,
    OCCURRENCE_LAST = 1,
    OCCURRENCE_NEXT = 2,
    OCCURRENCE_PREVIOUS = 3,
};

static struct file *parent_of(const struct uicc *uicc, const struct file *directory)
{
    if (directory->type == FILE_ADF)
        return uicc->profile->mf;
    return directory->parent;
}

static bool find_child(struct file *directory, uint16_t fid, struct uicc_found *out)
{
    *out = (struct uicc_found){directory, profile_child(directory, fid)};
    return out->file != NULL;
}

static bool find_directory(struct file *file, uint16_t fid, struct uicc_found *out)
{
    if (file == NULL || !file_is_directory(file) || file->type == FILE_ADF || file->fid != fid)
        return false;
    *out = (struct uicc_found){file, file};
    return true;
}

static bool find_adf(const struct uicc_channel *channel, struct uicc_found *out)
{
    *out = (struct uicc_found){channel->adf, channel->adf};
    return channel->adf != NULL;
}

/* What a file id means where the channel stands: the MF, the current application, a child, the
 * current DF, its parent, or a DF beside it (TS 102 221 §8.4.2). */
bool uicc_select_find_fid(const struct uicc *uicc, const struct uicc_channel *channel, uint16_t fid,
                          struct uicc_found *out)
{
    struct file *directory = channel->directory;
    struct file *parent = parent_of(uicc, directory);
    if (fid == FILE_FID_CURRENT)
        return find_adf(channel, out);
    if (find_directory(uicc->profile->mf, fid, out) || find_child(directory, fid, out) ||
        find_directory(directory, fid, out) || find_directory(parent, fid, out))
        return true;
    return parent != NULL && find_directory(profile_child(parent, fid), fid, out);
}

static bool find_step(const struct uicc *uicc, const struct uicc_channel *channel, uint16_t fid,
                      bool from_mf, struct uicc_found *at)
{
    if (from_mf && fid == FILE_FID_CURRENT)
        return find_adf(channel, at);
    if (from_mf && fid == FILE_FID_MF)
        return find_directory(uicc->profile->mf, fid, at);
    return file_is_directory(at->file) && find_child(at->file, fid, at);
}

/* The first step of a path from the MF may be 7FFF, the current application; 3F00, which does not
 * belong there, is passed over. */
static int find_by_path(const struct uicc *uicc, const struct uicc_channel *channel,
                        const struct apdu *apdu, struct uicc_found *out)
{
    struct bytes path = apdu->data;
    uint16_t fid;
    bool first = apdu->p1 == UICC_SELECT_PATH_FROM_MF;
    struct file *start = first ? uicc->profile->mf : channel->directory;
    *out = (struct uicc_found){start, start};
    if (path.len == 0 || path.len % 2 != 0)
        return SW_WRONG_LENGTH;
    while (bytes_take_u16(&path, &fid)) {
        if (!find_step(uicc, channel, fid, first, out))
            return SW_FILE_NOT_FOUND;
        first = false;
    }
    return 0;
}

/* Nothing at all means the MF (ISO/IEC 7816-4 §11.2.2). */
static int find_fid(const struct uicc *uicc, const struct uicc_channel *channel,
                    const struct apdu *apdu, struct uicc_found *out)
{
    uint16_t fid = FILE_FID_MF;
    struct bytes data = apdu->data;
    if (data.len != 0 && (!bytes_take_u16(&data, &fid) || data.len != 0))
        return SW_WRONG_LENGTH;
    if (!uicc_select_find_fid(uicc, channel, fid, out))
        return SW_FILE_NOT_FOUND;
    return 0;
}

static int find_child_df(const struct uicc_channel *channel, const struct apdu *apdu,
                         struct uicc_found *out)
{
    uint16_t fid;
    struct bytes data = apdu->data;
    if (!bytes_take_u16(&data, &fid) || data.len != 0)
        return SW_WRONG_LENGTH;
    if (!find_child(channel->directory, fid, out) || !file_is_directory(out->file))
        return SW_FILE_NOT_FOUND;
    return 0;
}

static int find_parent(const struct uicc *uicc, const struct uicc_channel *channel,
                       const struct apdu *apdu, struct uicc_found *out)
{
    struct file *parent = parent_of(uicc, channel->directory);
    *out = (struct uicc_found){parent, parent};
    if (apdu->data.len != 0)
        return SW_LC_P1_P2;
    return parent != NULL ? 0 : SW_FILE_NOT_FOUND;
}

int uicc_select_find(const struct uicc *uicc, const struct apdu *apdu, struct uicc_found *out)
{
    const struct uicc_channel *channel = &uicc->channels[apdu->channel];
    switch (apdu->p1) {
    case UICC_SELECT_FID:
        return find_fid(uicc, channel, apdu, out);
    case UICC_SELECT_CHILD_DF:
        return find_child_df(channel, apdu, out);
    case UICC_SELECT_PARENT:
        return find_parent(uicc, channel, apdu, out);
    case UICC_SELECT_PATH_FROM_MF:
    case UICC_SELECT_PATH_FROM_DF:
        return find_by_path(uicc, channel, apdu, out);
    case UICC_SELECT_AID: /* the card has found no application that matches */
        return SW_FILE_NOT_FOUND;
    default:
        return SW_WRONG_P1_P2;
    }
}

void uicc_select_make_current(struct uicc_channel *channel, const struct uicc_found *found)
{
    const bool directory = file_is_directory(found->file);
    channel->directory = directory ? found->file : found->directory;
    channel->file = directory ? NULL : found->file;
    channel->record = 0;
    if (found->file->type == FILE_ADF)
        channel->adf = found->file;
}

static bool form_is_valid(uint8_t p2)
{
    const uint8_t form = p2 & FORM;
    return (p2 & P2_RFU) == 0 && (form == FORM_FCI || form == FORM_FCP || form == FORM_NONE);
}

/* The answer that P2 asks for. A command without any data field wants none. */
static int answer(struct uicc *uicc, const struct apdu *apdu, struct file *file,
                  struct writer *response)
{
    if ((apdu->p2 & FORM) != FORM_NONE && apdu->shape != APDU_CASE_1)
        fcp_put_in_style(uicc->profile, file, &uicc->settings.fcp, response);
    switch (file_resolve(file)->life_cycle) {
    case FILE_DEACTIVATED:
        return SW_SELECTED_DEACTIVATED;
    case FILE_TERMINATED:
        return SW_SELECTED_TERMINATED;
    default:
        return 0;
    }
}

/* TS 102 221 §11.1.1 */
int uicc_select(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct uicc_found found;
    if (!form_is_valid(apdu->p2) || (apdu->p2 & (SESSION | OCCURRENCE)) != 0)
        return SW_WRONG_P1_P2;
    const int result = uicc_select_find(uicc, apdu, &found);
    if (result != 0)
        return result;
    uicc_select_make_current(channel, &found);
    return answer(uicc, apdu, found.file, response);
}

bool uicc_select_matches(void *state, const struct apdu *select, struct bytes aid)
{
    struct uicc *uicc = state;
    (void)select;
    return aid.len > 0 && uicc_reload(uicc) == 0 &&
           profile_adf_by_aid(uicc->profile, aid, NULL) != NULL;
}

/* The last match before `end`; NULL: the last of all. */
static struct file *last_before(const struct uicc *uicc, struct bytes aid, const struct file *end)
{
    struct file *last = NULL;
    struct file *adf = profile_adf_by_aid(uicc->profile, aid, NULL);
    for (; adf != NULL && adf != end; adf = profile_adf_by_aid(uicc->profile, aid, adf))
        last = adf;
    return last;
}

/* NEXT and PREVIOUS count from the current application if that one matches. */
static struct file *find_occurrence(const struct uicc *uicc, const struct uicc_channel *channel,
                                    struct bytes aid, enum occurrence which)
{
    struct file *current = channel->adf;
    if (current != NULL && !bytes_start_with(bytes_of(current->aid, current->aid_len), aid))
        current = NULL;
    switch (which) {
    case OCCURRENCE_LAST:
        return last_before(uicc, aid, NULL);
    case OCCURRENCE_NEXT:
        return profile_adf_by_aid(uicc->profile, aid, current);
    case OCCURRENCE_PREVIOUS:
        return last_before(uicc, aid, current);
    default:
        return profile_adf_by_aid(uicc->profile, aid, NULL);
    }
}

/* The session of the current application ends: the channel is back at the MF (TS 102 221 §11.1.1).
 */
static int end_session(struct uicc *uicc, struct uicc_channel *channel, const struct file *adf)
{
    if (channel->adf != adf)
        return SW_CONDITIONS_NOT_SATISFIED;
    uicc_state_home(uicc, channel);
    return 0;
}

int uicc_select_application(void *state, const struct apdu *select, struct bytes aid,
                            struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, select);
    const uint8_t session = select->p2 & SESSION;
    if (!form_is_valid(select->p2) || (session != SESSION_START && session != SESSION_END))
        return SW_WRONG_P1_P2;
    struct file *adf = find_occurrence(uicc, channel, aid, select->p2 & OCCURRENCE);
    if (adf == NULL)
        return SW_FILE_NOT_FOUND;
    if (session == SESSION_END)
        return end_session(uicc, channel, adf);
    uicc_select_make_current(channel, &(struct uicc_found){adf, adf});
    return answer(uicc, select, adf, response);
}
