/* From a plan to a file in the profile, and its content. */
#include "apdu/der.h"
#include "fs/saip/saip_file.h"

#define BER_TLV_SIZE 1024 /* reserved for a BER-TLV file for which nobody has given a size */
#define ARR_AT_MF 0x2F06
#define ARR_ELSEWHERE 0x6F06

static bool plan_is_directory(const struct saip_plan *plan)
{
    return plan->type <= FILE_ADF;
}

static bool plan_has_records(const struct saip_plan *plan)
{
    return plan->type == FILE_LINEAR_FIXED || plan->type == FILE_CYCLIC;
}

/* The size, from what template and package say together; false if that is not enough or wrong. */
static bool find_size(const struct saip_plan *plan, uint32_t *size)
{
    *size = plan->size;
    if (plan_is_directory(plan))
        return true;
    if (plan->type == FILE_BER_TLV) {
        if (*size == 0)
            *size = plan->maximum != 0 ? plan->maximum : BER_TLV_SIZE;
        return true;
    }
    if (!plan_has_records(plan))
        return *size > 0 || plan->size_given;
    if (plan->record_len == 0)
        return false;
    if (!plan->size_given)
        *size = (uint32_t)plan->records * plan->record_len;
    return *size > 0 && *size % plan->record_len == 0 &&
           *size / plan->record_len <= FILE_RECORDS_MAX;
}

static bool is_taken(struct profile *profile, const struct saip_plan *plan)
{
    if (plan->type != FILE_ADF)
        return plan->parent != NULL && profile_child(plan->parent, plan->fid) != NULL;
    for (struct file *adf = profile->adfs; adf != NULL; adf = adf->next)
        if (adf->fid == plan->fid || bytes_equal(bytes_of(adf->aid, adf->aid_len), plan->aid))
            return true;
    return false;
}

/* What the format wants to be there for this kind of file and is not; NULL: nothing. */
static const char *missing_part(const struct saip_plan *plan)
{
    if (!plan->type_known)
        return "fileDescriptor";
    if (plan->fid == 0)
        return "fileID";
    if (plan->arr_record == 0)
        return "securityAttributesReferenced";
    if (plan->type == FILE_ADF && plan->aid.len == 0)
        return "dfName";
    return plan_is_directory(plan) && plan->link.len == 0 && plan->pin_status.len == 0
               ? "pinStatusTemplateDO"
               : NULL;
}

static int check(struct saip *saip, const struct saip_plan *plan, const uint8_t *at)
{
    const bool nested = plan->type != FILE_MF && plan->type != FILE_ADF;
    if (plan->type_known && plan->type == FILE_BER_TLV &&
        !saip_supports(saip, SAIP_SERVICE_BER_TLV))
        return saip_refuse_because(saip, PE_FEATURE_NOT_SUPPORTED, at,
                                   "the card has no BER-TLV files");
    if (plan->type_known && plan->type == FILE_BER_TLV && plan->pattern.len > 0)
        return saip_refuse_because(saip, PE_INVALID_PARAMETER, at,
                                   "a BER-TLV file has no fill pattern");
    const char *missing = missing_part(plan);
    if (missing != NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "it has no %s", missing);
    if (plan->type != FILE_MF && file_fid_is_reserved(plan->fid))
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "its fileID %04X is reserved",
                                   plan->fid);
    if (nested && plan->parent == NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "its directory is not there");
    if (plan->parent != NULL && plan->parent->target != NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "its directory is a link");
    if (plan->type == FILE_MF ? saip->profile->mf != NULL : is_taken(saip->profile, plan))
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "it is there already");
    return PE_OK;
}

static int keep_slices(struct saip *saip, const struct saip_plan *plan, struct file *file)
{
    file->aid_len = (uint8_t)plan->aid.len;
    if (plan->aid.len > 0)
        memcpy(file->aid, plan->aid.data, plan->aid.len);
    int result = PE_OK;
    if (plan->pin_status.len > 0)
        result = saip_keep(saip, plan->pin_status, &file->pin_status);
    if (result == PE_OK && plan->proprietary.len > 0)
        result = saip_keep(saip, plan->proprietary, &file->proprietary);
    return result;
}

static uint8_t find_sfi(const struct saip_plan *plan)
{
    const uint8_t reserved = 31;
    if (plan_is_directory(plan) || plan->row != NULL || plan->sfi_given)
        return plan->sfi;
    /* TS 102 222 TCA §6.3.2.2.2: without tag 88 the low bits of the file id are the SFI. */
    const uint8_t low = plan->fid & 0x1F;
    return low == reserved ? 0 : low;
}

/* A file with all attributes but type, size and content. */
static int add_file(struct saip *saip, const struct saip_plan *plan, struct file **out)
{
    struct profile *profile = saip->profile;
    const bool nested = plan->type != FILE_MF && plan->type != FILE_ADF;
    struct file *parent = nested ? plan->parent : NULL;
    struct file *file = profile_add_file(profile, parent, plan->type, plan->fid);
    if (file == NULL)
        return saip_refuse(saip, PE_NOT_ENOUGH_MEMORY, saip->current.data);
    const bool at_mf = !nested || parent->type == FILE_MF;
    const uint16_t implied = at_mf ? ARR_AT_MF : ARR_ELSEWHERE;
    file->shareable = plan->shareable;
    file->sfi = find_sfi(plan);
    file->life_cycle = plan->life_cycle;
    file->special = plan->special;
    file->rules = (struct file_rules){plan->arr != 0 ? plan->arr : implied, plan->arr_record};
    *out = file;
    return keep_slices(saip, plan, file);
}

static void put_pattern(const struct saip_plan *plan, uint8_t *content, size_t len)
{
    const struct bytes pattern = plan->pattern;
    for (size_t i = 0; i < len; i++)
        content[i] = i < pattern.len ? pattern.data[i]
                     : plan->repeats ? content[i - pattern.len]
                                     : pattern.data[pattern.len - 1];
}

/* The pattern of the package, the template's default, or FF: for the file, or for each record. */
static void put_default(const struct saip_plan *plan, struct file *file)
{
    const size_t step = file_has_records(file) ? file->record_len : file->size;
    if (step == 0)
        return;
    if (plan->pattern.len > 0)
        put_pattern(plan, file->content, step);
    else if (plan->row != NULL)
        template_fill(plan->row, file->content, step);
    else
        memset(file->content, 0xFF, step);
    for (size_t at = step; at < file->size; at += step)
        memcpy(file->content + at, file->content, step);
}

static int add_content(struct saip *saip, const struct saip_plan *plan, uint32_t size,
                       struct file *file)
{
    file->size = size;
    file->maximum = plan->maximum;
    file->content = saip_alloc(saip, size);
    if (file->content == NULL)
        return PE_NOT_ENOUGH_MEMORY;
    if (file->type == FILE_BER_TLV)
        return PE_OK;
    file->record_len = plan_has_records(plan) ? plan->record_len : 0;
    file->content_len = size;
    put_default(plan, file);
    return PE_OK;
}

/* Descriptor, size and proprietary information of a link are its target's (TCA §8.3.3, TCA §8.3.5).
 */
static int create_link(struct saip *saip, const struct saip_plan *plan, const uint8_t *at,
                       struct file **out)
{
    struct file *target = profile_file_by_path(saip->profile, plan->link);
    if (target == NULL || target->type == FILE_MF || target->type == FILE_ADF)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "its linkPath leads to no EF or DF");
    target = file_resolve(target);
    if (target->type == FILE_DF && !saip_supports(saip, SAIP_SERVICE_DF_LINK))
        return saip_refuse_because(saip, PE_FEATURE_NOT_SUPPORTED, at,
                                   "the card has no links to DFs");
    if ((target->type == FILE_DF) != (plan->type == FILE_DF) && plan->row != NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, at,
                                   "its linkPath leads to a file of another kind");
    struct saip_plan link = *plan;
    link.type = target->type;
    link.type_known = true;
    link.special = target->special;
    link.shareable = target->shareable;
    link.proprietary = (struct bytes){0};
    link.pattern = (struct bytes){0};
    int result = check(saip, &link, at);
    if (result == PE_OK)
        result = add_file(saip, &link, out);
    if (result != PE_OK)
        return result;
    (*out)->target = target;
    (*out)->record_len = target->record_len;
    (*out)->size = target->size;
    (*out)->proprietary = target->proprietary;
    if (target->type == FILE_DF && plan->pin_status.len == 0)
        (*out)->pin_status = target->pin_status;
    return PE_OK;
}

static int refuse_size(struct saip *saip, const struct saip_plan *plan, const uint8_t *at)
{
    if (!plan->size_given && plan->size == 0 && plan->records == 0)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "it has no efFileSize");
    if (plan_has_records(plan))
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "%u bytes are no 1 to %d records of %u",
                                   plan->size, FILE_RECORDS_MAX, plan->record_len);
    return saip_refuse_because(saip, PE_BAD_VALUES, at, "it cannot have %u bytes", plan->size);
}

int saip_plan_create(struct saip *saip, const struct saip_plan *plan, const uint8_t *at,
                     struct file **out)
{
    uint32_t size;
    if (plan->link.len > 0)
        return create_link(saip, plan, at, out);
    int result = check(saip, plan, at);
    if (result != PE_OK)
        return result;
    if (!find_size(plan, &size))
        return refuse_size(saip, plan, at);
    result = add_file(saip, plan, out);
    if (result != PE_OK)
        return result;
    if (!plan_is_directory(plan))
        return add_content(saip, plan, size, *out);
    if (saip->now.first_directory == NULL)
        saip->now.first_directory = *out;
    if (plan->type == FILE_ADF)
        saip->now.adf = *out;
    return PE_OK;
}

int saip_content_skip(struct saip *saip, struct saip_cursor *cursor, struct bytes offset)
{
    uint32_t count;
    if (!der_to_unsigned(offset, UINT16_MAX, &count) || cursor->file == NULL ||
        cursor->file->type == FILE_BER_TLV || count > cursor->file->size - cursor->position)
        return saip_refuse_because(saip, PE_BAD_VALUES, offset.data,
                                   "fillFileOffset leads out of the file, or there is none");
    cursor->position += count;
    return PE_OK;
}

int saip_content_put(struct saip *saip, struct saip_cursor *cursor, struct bytes content)
{
    struct file *file = cursor->file;
    if (file == NULL || file->content == NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, content.data,
                                   "content where there is no file to hold it");
    if (content.len > file->size - cursor->position)
        return saip_refuse_because(saip, PE_BAD_VALUES, content.data,
                                   "%zu bytes do not fit in the %u that it has left of %u",
                                   content.len, file->size - cursor->position, file->size);
    const int noted = saip_undo_note(saip, file);
    if (noted != PE_OK)
        return noted;
    if (content.len > 0)
        memcpy(file->content + cursor->position, content.data, content.len);
    cursor->position += (uint32_t)content.len;
    if (file->type == FILE_BER_TLV)
        file->content_len = cursor->position;
    return PE_OK;
}

int saip_content_end(struct saip *saip, struct saip_cursor *cursor, const uint8_t *at)
{
    const struct file *file = cursor->file;
    struct tlv tlv;
    cursor->file = NULL;
    if (file == NULL || file->type != FILE_BER_TLV)
        return PE_OK;
    struct bytes content = bytes_of(file->content, file->content_len);
    while (content.len > 0)
        if (!tlv_take(&content, &tlv))
            return saip_refuse_because(saip, PE_BAD_VALUES, at, "its content is no BER-TLV");
    return PE_OK;
}
