#include "fs/fcp/fcp_content.h"

#include "apdu/tlv.h"
#include "fs/fcp/fcp_tags.h"

#define ERASED 0xFF

static bool has_records(const struct fcp *fcp)
{
    return fcp->type == FILE_LINEAR_FIXED || fcp->type == FILE_CYCLIC;
}

static uint32_t size_of(const struct fcp *fcp)
{
    return fcp->type == FILE_BER_TLV && fcp->reserved != 0 ? fcp->reserved : fcp->size;
}

bool fcp_content_is_possible(const struct fcp *fcp)
{
    const uint32_t size = size_of(fcp);
    if (fcp->type == FILE_BER_TLV)
        return size != 0 || fcp->maximum != 0;
    if (size == 0 || !has_records(fcp))
        return size != 0;
    return fcp->record_len != 0 && size % fcp->record_len == 0 &&
           size / fcp->record_len <= FILE_RECORDS_MAX;
}

/* One transparent content or one record: the pattern again and again, or once with its last byte
 * drawn out, or erased bytes. */
static void fill_one(const struct fcp *fcp, uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (fcp->repeat.len != 0)
            at[i] = fcp->repeat.data[i % fcp->repeat.len];
        else if (fcp->fill.len != 0)
            at[i] = fcp->fill.data[i < fcp->fill.len ? i : fcp->fill.len - 1];
        else
            at[i] = ERASED;
    }
}

static void fill(const struct fcp *fcp, uint8_t *content, size_t size)
{
    const size_t unit = has_records(fcp) ? fcp->record_len : size;
    for (size_t at = 0; at + unit <= size && unit > 0; at += unit)
        fill_one(fcp, content + at, unit);
}

bool fcp_content_make(struct profile *profile, const struct fcp *fcp, struct file *file)
{
    const uint32_t size = size_of(fcp);
    uint8_t *content = arena_alloc(&profile->arena, size);
    if (content == NULL)
        return false;
    if (fcp->type != FILE_BER_TLV)
        fill(fcp, content, size);
    file->record_len = has_records(fcp) ? fcp->record_len : 0;
    file->size = size;
    file->maximum = fcp->maximum;
    file->content = content;
    return true;
}

bool fcp_content_resize(struct profile *profile, const struct fcp *fcp, struct file *file)
{
    struct file resized = *file;
    const bool objects = file->type == FILE_BER_TLV;
    const uint32_t old = objects ? file->content_len : file->size;
    if ((objects && size_of(fcp) < old) || !fcp_content_make(profile, fcp, &resized))
        return false;
    if (file->content != NULL)
        memcpy(resized.content, file->content, old < resized.size ? old : resized.size);
    if (objects && fcp->maximum == 0)
        resized.maximum = file->maximum;
    *file = resized;
    return true;
}

bool fcp_content_take_pins(struct profile *profile, const struct fcp *fcp, struct file *file)
{
    struct bytes in = fcp->pin_status;
    struct tlv tlv;
    uint8_t *references = arena_alloc(&profile->arena, fcp->pin_status.len);
    size_t count = 0;
    if (references == NULL)
        return false;
    while (tlv_take(&in, &tlv))
        if (tlv.tag == FCP_PIN_REFERENCE && tlv.value.len == 1)
            references[count++] = tlv.value.data[0];
    file->pin_status = bytes_of(references, count);
    return true;
}
