/* A package as a text to read. */
#include <stdio.h>

#include "apdu/hex.h"
#include "tools/lib/common/package.h"
#include "tools/profile/package/elements.h"
#include "fs/files/names.h"
#include "tools/profile/show.h"

#define CONTENT_SHOWN 20 /* bytes of a file that fit on its line */
#define TRIES_COLUMN "tries %u of %u"

static int show_element(void *context, const struct element_row *row)
{
    (void)context;
    printf("  %3u  %-22s %6zu bytes", row->number, elements_name(row), row->whole.len);
    if (row->has_identification)
        printf("  identification %u", row->identification);
    printf("%s\n", row->mandated ? ", mandated" : "");
    return 0;
}

static void show_content(const struct file *file)
{
    char digits[HEX_SIZE(CONTENT_SHOWN)];
    const size_t len = file->content_len < CONTENT_SHOWN ? file->content_len : CONTENT_SHOWN;
    if (file->content == NULL || len == 0)
        return;
    hex_encode(bytes_of(file->content, len), digits);
    printf("  %s%s", digits, len < file->content_len ? "..." : "");
}

static void show_size(const struct file *file)
{
    if (file_has_records(file))
        printf("  %s, %u x %u bytes", names_of_type(file->type), file_record_count(file),
               file->record_len);
    else
        printf("  %s, %u bytes", names_of_type(file->type), file->size);
}

static int depth_of(const struct file *file)
{
    int depth = 0;
    for (; file->parent != NULL; file = file->parent)
        depth++;
    return depth;
}

static int show_file(void *context, struct file *file)
{
    char aid[HEX_SIZE(FILE_AID_MAX)];
    (void)context;
    printf("  %*s%04X %-*s", 2 * depth_of(file), "", file->fid, 18 - 2 * depth_of(file),
           names_of_file(file));
    if (file->type == FILE_ADF) {
        hex_encode(bytes_of(file->aid, file->aid_len), aid);
        printf("  %s", aid);
    }
    if (!file_is_directory(file) && file->target == NULL)
        show_size(file);
    if (file->sfi != 0)
        printf("  SFI %u", file->sfi);
    if (file->rules.arr != 0)
        printf("  rules %04X/%u", file->rules.arr, file->rules.record);
    if (file->target != NULL)
        printf("  -> %04X in %04X", file->target->fid,
               file->target->parent != NULL ? file->target->parent->fid : file->target->fid);
    else
        show_content(file);
    putchar('\n');
    return 0;
}

static void show_codes(struct profile *profile)
{
    for (const struct pin *pin = profile->pins; pin != NULL; pin = pin->next) {
        const struct file *directory = profile_file_by_id(profile, pin->directory);
        printf("  PIN %02X in %04X: %s, " TRIES_COLUMN ", PUK %02X\n", pin->reference,
               directory != NULL ? directory->fid : 0,
               (pin->attributes & 1) != 0 ? "enabled" : "disabled", pin->left, pin->max, pin->puk);
    }
    for (const struct puk *puk = profile->puks; puk != NULL; puk = puk->next)
        printf("  PUK %02X: " TRIES_COLUMN "\n", puk->reference, puk->left, puk->max);
    for (const struct aka *aka = profile->akas; aka != NULL; aka = aka->next) {
        const struct file *adf = profile_file_by_id(profile, aka->adf);
        printf("  AKA in %04X: %s\n", adf != NULL ? adf->fid : 0,
               aka->mapped != 0 ? "another application's" : names_of_algorithm(aka->algorithm));
    }
}

void show_text(struct bytes package, const struct trial *trial)
{
    char iccid[ICCID_TEXT_SIZE];
    struct profile *profile = trial->profile;
    iccid_text(profile->iccid, iccid);
    printf("ICCID   %s\ntype    %s\nformat  %u.%u, %zu bytes\n\nelements\n", iccid, profile->type,
           profile->major, profile->minor, package.len);
    elements_each(package, show_element, NULL);
    printf("\nfiles%s\n", trial->accepted ? "" : " made before the package was refused");
    profile_each_file(profile, show_file, NULL);
    printf("\ncodes and keys\n");
    show_codes(profile);
}
