#include "fs/fcp/fcp.h"

#include "apdu/tlv.h"
#include "fs/fcp/fcp_tags.h"
#include "fs/access/pin.h"

#define UICC_CHARACTERISTICS 0x71 /* clock stop allowed; no preferred level */
#define TERMINAL_CAPABILITY_SUPPORTED 0x01
#define DER_CODING_ONLY 0x01
#define PIN_STATUS_MAX 16 /* key references shown */
#define MEMORY_SHOWN_MAX 0x7FFFFFFF
#define SIZE_SHORT_MAX 0xFFFF

static uint8_t descriptor_byte(const struct file *file)
{
    static const uint8_t structures[] = {
        [FILE_MF] = FCP_DIRECTORY,        [FILE_DF] = FCP_DIRECTORY,
        [FILE_ADF] = FCP_DIRECTORY,       [FILE_TRANSPARENT] = FCP_TRANSPARENT,
        [FILE_LINEAR_FIXED] = FCP_LINEAR, [FILE_CYCLIC] = FCP_CYCLIC,
        [FILE_BER_TLV] = FCP_BER_TLV,
    };
    return structures[file->type] | (file->shareable ? FCP_SHAREABLE : 0);
}

static void put_descriptor(const struct file *file, struct writer *out)
{
    const size_t mark = tlv_open(out, FCP_DESCRIPTOR);
    writer_put_u8(out, descriptor_byte(file));
    writer_put_u8(out, FCP_DATA_CODING);
    if (file_has_records(file)) {
        writer_put_u16(out, file->record_len);
        writer_put_u8(out, (uint8_t)file_record_count(file));
    }
    tlv_close(out, mark);
}

static void put_u16(struct writer *out, uint32_t tag, uint16_t value)
{
    tlv_put(out, tag, BYTES((uint8_t)(value >> 8), (uint8_t)value));
}

static void put_u32(struct writer *out, uint32_t tag, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                             (uint8_t)value};
    tlv_put(out, tag, bytes_of(bytes, sizeof bytes));
}

/* Sizes have at least two bytes. */
static void put_size(struct writer *out, uint32_t tag, uint32_t size)
{
    if (size <= SIZE_SHORT_MAX)
        put_u16(out, tag, (uint16_t)size);
    else
        put_u32(out, tag, size);
}

static uint32_t memory_left(const struct arena *arena)
{
    const size_t left = arena->limit > arena->used ? arena->limit - arena->used : 0;
    return left > MEMORY_SHOWN_MAX ? MEMORY_SHOWN_MAX : (uint32_t)left;
}

static void put_directory_properties(const struct profile *profile, const struct file *file,
                                     struct writer *out)
{
    const size_t mark = tlv_open(out, FCP_PROPRIETARY);
    tlv_put_u8(out, FCP_CHARACTERISTICS, UICC_CHARACTERISTICS);
    put_u32(out, FCP_MEMORY, memory_left(&profile->arena));
    if (file->type == FILE_MF)
        tlv_put_u8(out, FCP_COMMANDS, TERMINAL_CAPABILITY_SUPPORTED);
    tlv_close(out, mark);
}

static void put_ber_tlv_properties(const struct file *file, struct writer *out)
{
    struct tlv details;
    put_size(out, FCP_MEMORY, file->size - file->content_len);
    if (tlv_find(file->proprietary, FCP_DETAILS, &details) && details.value.len == 1)
        tlv_put(out, FCP_DETAILS, details.value);
    else
        tlv_put_u8(out, FCP_DETAILS, DER_CODING_ONLY);
    put_size(out, FCP_RESERVED, file->size);
    if (file->maximum != 0)
        put_size(out, FCP_MAXIMUM, file->maximum);
}

static void put_properties(const struct file *file, const struct fcp_style *style,
                           struct writer *out)
{
    const size_t mark = tlv_open(out, FCP_PROPRIETARY);
    if (file->type == FILE_BER_TLV)
        put_ber_tlv_properties(file, out);
    tlv_put_u8(out, style->special_d0 != 0 ? FCP_SPECIAL_OTHER : FCP_SPECIAL, file->special);
    writer_put(out, style->ef_properties);
    tlv_close(out, mark);
}

/* A file without a rule says so in the compact form: no access mode is granted. */
static void put_rules(const struct file *file, struct writer *out)
{
    if (file->rules.arr == 0) {
        tlv_put_u8(out, FCP_RULES_COMPACT, 0);
        return;
    }
    const size_t mark = tlv_open(out, FCP_RULES_REFERENCED);
    writer_put_u16(out, file->rules.arr);
    writer_put_u8(out, file->rules.record);
    tlv_close(out, mark);
}

/* The references that the package listed, or, if it listed none, what is usable here. */
static size_t pins_of(const struct profile *profile, const struct file *file,
                      uint8_t references[PIN_STATUS_MAX])
{
    size_t count = 0;
    for (; count < file->pin_status.len && count < PIN_STATUS_MAX; count++)
        references[count] = file->pin_status.data[count];
    if (file->pin_status.len != 0)
        return count;
    for (const struct pin *pin = profile->pins; pin != NULL && count < PIN_STATUS_MAX;
         pin = pin->next)
        if (pin->directory == profile->mf->id || pin->directory == file->id)
            references[count++] = pin->reference;
    return count;
}

static bool any_replaced(const struct profile *profile)
{
    for (const struct pin *pin = profile->pins; pin != NULL; pin = pin->next)
        if (pin->attributes & PIN_REPLACED)
            return true;
    return false;
}

/* PS_DO: a bit a reference, first one leftmost, set while the PIN is enabled. */
static void put_enabled(struct profile *profile, struct file *file, const uint8_t *references,
                        size_t count, struct writer *out)
{
    uint8_t bits[PIN_STATUS_MAX / 8] = {0};
    for (size_t i = 0; i < count; i++) {
        const struct pin *pin = profile_pin(profile, file, references[i]);
        if (pin != NULL && pin_is_enabled(pin))
            bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    tlv_put(out, FCP_PIN_ENABLED, bytes_of(bits, count > 8 ? 2 : 1));
}

/* TS 102 221 §11.1.1.4.10 */
static void put_pin_status(struct profile *profile, struct file *file, struct writer *out)
{
    uint8_t references[PIN_STATUS_MAX];
    const size_t count = pins_of(profile, file, references);
    const size_t mark = tlv_open(out, FCP_PIN_STATUS);
    put_enabled(profile, file, references, count, out);
    for (size_t i = 0; i < count; i++) {
        if (references[i] == PIN_UNIVERSAL)
            tlv_put_u8(out, FCP_PIN_USAGE, any_replaced(profile) ? FCP_PIN_USED : 0);
        tlv_put_u8(out, FCP_PIN_REFERENCE, references[i]);
    }
    tlv_close(out, mark);
}

/* An empty value says that there is none; absence would mean the low bits of the file id. */
static void put_sfi(const struct file *file, struct writer *out)
{
    const uint8_t sfi = (uint8_t)(file->sfi << FCP_SFI_SHIFT);
    tlv_put(out, FCP_SFI, bytes_of(&sfi, file->sfi != 0));
}

static uint32_t size_of(const struct file *file)
{
    if (file->type == FILE_BER_TLV)
        return file->content_len;
    return file_has_records(file) ? file_record_count(file) * file->record_len : file->size;
}

static struct file *directory_of(struct profile *profile, struct file *file)
{
    while (file != NULL && !file_is_directory(file))
        file = file->parent;
    return file != NULL ? file : profile->mf;
}

static void put_names(const struct file *file, const struct fcp_style *style, struct writer *out)
{
    if (file->type != FILE_ADF)
        put_u16(out, FCP_FID, file->fid);
    else if (style->adf_without_fid == 0)
        put_u16(out, FCP_FID, FILE_FID_CURRENT);
    if (file->type == FILE_ADF)
        tlv_put(out, FCP_AID, bytes_of(file->aid, file->aid_len));
}

void fcp_put(struct profile *profile, struct file *file, struct writer *out)
{
    fcp_put_in_style(profile, file, &(struct fcp_style){0}, out);
}

void fcp_put_in_style(struct profile *profile, struct file *file, const struct fcp_style *style,
                      struct writer *out)
{
    const struct file *shown = file_resolve(file);
    const size_t mark = tlv_open(out, FCP_TEMPLATE);
    put_descriptor(shown, out);
    put_names(file, style, out);
    if (file_is_directory(shown))
        put_directory_properties(profile, file, out);
    else
        put_properties(shown, style, out);
    tlv_put_u8(out, FCP_LIFE_CYCLE, shown->life_cycle);
    put_rules(file, out);
    if (file_is_directory(shown)) {
        put_pin_status(profile, file, out);
    } else {
        if (style->ef_pin_status != 0)
            put_pin_status(profile, directory_of(profile, file), out);
        put_size(out, FCP_SIZE, size_of(shown));
        put_sfi(file, out);
    }
    tlv_close(out, mark);
}
