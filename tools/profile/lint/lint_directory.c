/* Findings about EF.DIR: a terminal knows of no application but those it names. */
#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "tools/profile/lint/lint_rule.h"

#define FID_DIR 0x2F00
#define APPLICATION_TEMPLATE 0x61
#define APPLICATION_AID 0x4F

static struct file *dir_of(const struct lint *lint)
{
    struct file *dir = lint_child(lint->profile->mf, FID_DIR);
    return dir != NULL && file_has_records(file_resolve(dir)) ? dir : NULL;
}

/* The n-th record of a file, from 0; false behind the last. */
static bool record_of(struct file *file, unsigned n, struct bytes *out)
{
    const struct file *holder = file_resolve(file);
    struct bytes content = lint_content(file);
    struct bytes skipped;
    return bytes_take(&content, (size_t)n * holder->record_len, &skipped) &&
           bytes_take(&content, holder->record_len, out);
}

/* The AID that a record names; false if it is no application template (TS 102 221 §13.1). */
static bool aid_of(struct bytes record, struct bytes *aid)
{
    struct tlv template, object;
    if (!tlv_take_tag(&record, APPLICATION_TEMPLATE, &template) || !lint_is_blank(record) ||
        !tlv_find(template.value, APPLICATION_AID, &object))
        return false;
    *aid = object.value;
    return aid->len > 0 && aid->len <= FILE_AID_MAX;
}

static bool dir_names(struct file *dir, struct bytes aid)
{
    struct bytes record, named;
    for (unsigned n = 0; record_of(dir, n, &record); n++)
        if (aid_of(record, &named) && bytes_equal(named, aid))
            return true;
    return false;
}

static void print_aid(struct bytes aid, char text[HEX_SIZE(FILE_AID_MAX)])
{
    hex_encode(bytes_of(aid.data, aid.len <= FILE_AID_MAX ? aid.len : FILE_AID_MAX), text);
}

void lint_dir_missing(struct lint *lint)
{
    char text[HEX_SIZE(FILE_AID_MAX)];
    struct file *dir = dir_of(lint);
    for (struct file *adf = lint->profile->adfs; adf != NULL; adf = adf->next) {
        const struct bytes aid = bytes_of(adf->aid, adf->aid_len);
        if (dir != NULL && dir_names(dir, aid))
            continue;
        print_aid(aid, text);
        lint_find(lint, adf, "EF.DIR (2F00) does not name its AID %s", text);
    }
}

static bool is_there(const struct lint *lint, struct bytes aid)
{
    for (struct file *adf = lint->profile->adfs; adf != NULL; adf = adf->next)
        if (bytes_equal(bytes_of(adf->aid, adf->aid_len), aid))
            return true;
    return false;
}

void lint_dir_unknown(struct lint *lint)
{
    char text[HEX_SIZE(FILE_AID_MAX)];
    struct bytes record, aid;
    struct file *dir = dir_of(lint);
    for (unsigned n = 0; dir != NULL && record_of(dir, n, &record); n++) {
        if (!aid_of(record, &aid) || is_there(lint, aid))
            continue;
        print_aid(aid, text);
        lint_find(lint, dir, "record %u names %s, and no element makes an application of it", n + 1,
                  text);
    }
}

void lint_dir_record(struct lint *lint)
{
    struct bytes record, aid;
    struct file *dir = dir_of(lint);
    for (unsigned n = 0; dir != NULL && record_of(dir, n, &record); n++)
        if (!lint_is_blank(record) && !aid_of(record, &aid))
            lint_find(lint, dir, "record %u is no application template (61 with 4F in it)", n + 1);
}
