#include "fs/profile/blank.h"

#include "apdu/status.h"

#define EF_ARR 0x2F06
#define ERASED 0xFF

enum blank_rule {
    RULE_NEVER = 1,
    RULE_READ_ALWAYS = 2,
};

/* clang-format off */
static const struct blank_row {
    uint16_t fid;
    enum file_type type;
    uint16_t record_len;
    uint32_t size;
    uint8_t sfi;
} rows[] = {
    {0x2F00, FILE_LINEAR_FIXED, 38, 38, 30},
    {0x2F05, FILE_TRANSPARENT, 0, 2, 5},
    {EF_ARR, FILE_LINEAR_FIXED, 16, 32, 6},
    {0x2FE2, FILE_TRANSPARENT, 0, 10, 2},
};
/* clang-format on */

/* Records of EF.ARR, in the order of enum blank_rule; what is left of a record is erased. */
static const uint8_t never[] = {0x80, 0x01, 0x7F, 0x97, 0x00};
static const uint8_t read_always[] = {0x80, 0x01, 0x01, 0x90, 0x00, 0x80, 0x01, 0x7E, 0x97, 0x00};

static bool add_file(struct profile *profile, const struct blank_row *row)
{
    struct file *file = profile_add_file(profile, profile->mf, row->type, row->fid);
    if (file == NULL)
        return false;
    file->record_len = row->record_len;
    file->size = row->size;
    file->sfi = row->sfi;
    file->rules = (struct file_rules){EF_ARR, RULE_READ_ALWAYS};
    file->content = arena_alloc(&profile->arena, row->size);
    if (file->content == NULL)
        return false;
    memset(file->content, ERASED, row->size);
    if (row->fid == EF_ARR) {
        memcpy(file->content, never, sizeof never);
        memcpy(file->content + row->record_len, read_always, sizeof read_always);
    }
    return true;
}

static bool build(struct profile *profile)
{
    struct file *mf = profile_add_file(profile, NULL, FILE_MF, FILE_FID_MF);
    if (mf == NULL)
        return false;
    mf->rules = (struct file_rules){EF_ARR, RULE_NEVER};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!add_file(profile, &rows[i]))
            return false;
    return true;
}

int blank_create(struct profile **out)
{
    struct profile *profile;
    const int result = profile_create(&profile);
    if (result != 0)
        return result;
    if (!build(profile)) {
        profile_destroy(profile);
        return FAILURE_INTERNAL;
    }
    *out = profile;
    return 0;
}
