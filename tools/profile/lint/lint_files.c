#include "tools/profile/lint/lint_files.h"

#include "fs/files/names.h"

typedef void row_rule(struct lint *lint, struct file *place, const struct lint_files_row *row);

/* For each row, the directory that its file belongs into, once for each application. */
static void each_row(struct lint *lint, row_rule *rule)
{
    for (size_t i = 0; i < lint_files_row_count; i++) {
        const struct lint_files_row *row = &lint_files_rows[i];
        if (row->application == LINT_MF && lint->profile->mf != NULL)
            rule(lint, lint->profile->mf, row);
        for (struct file *adf = lint->profile->adfs; adf != NULL; adf = adf->next)
            if (lint_application_of(adf) == row->application)
                rule(lint, row->directory != 0 ? lint_child(adf, row->directory) : adf, row);
    }
}

static void find_missing(struct lint *lint, struct file *place, const struct lint_files_row *row)
{
    if (row->always && lint_child(place, row->fid) == NULL)
        lint_find(lint, place, "%s (%04X) is not there, which it always is (%s)", row->name,
                  row->fid, row->section);
}

void lint_files_missing(struct lint *lint)
{
    each_row(lint, find_missing);
}

static void find_size(struct lint *lint, struct file *place, const struct lint_files_row *row)
{
    struct file *file = lint_child(place, row->fid);
    if (file == NULL || file_is_directory(file) || file->type == FILE_BER_TLV)
        return;
    const struct file *holder = file_resolve(file);
    const char *what = file_has_records(holder) ? " a record" : "";
    const uint32_t size = file_has_records(holder) ? holder->record_len : holder->size;
    if (size >= row->min && size <= row->max && size % row->multiple == 0)
        return;
    if (row->min == row->max)
        lint_find(lint, file, "%u bytes%s, where %s has %u", size, what, row->section, row->min);
    else if (row->multiple > 1)
        lint_find(lint, file, "%u bytes%s, where %s has at least %u and a multiple of %u", size,
                  what, row->section, row->min, row->multiple);
    else
        lint_find(lint, file, "%u bytes%s, where %s has at least %u", size, what, row->section,
                  row->min);
}

void lint_files_size(struct lint *lint)
{
    each_row(lint, find_size);
}

static void find_structure(struct lint *lint, struct file *file)
{
    const struct template_file *row = names_row(file);
    if (row == NULL || (row->parameters & TEMPLATE_TYPE) != 0 || file->type == row->type)
        return;
    lint_find(lint, file, "it is %s, where %s is %s", names_of_type(file->type), row->name,
              names_of_type(row->type));
}

void lint_files_structure(struct lint *lint)
{
    lint_each_file(lint, find_structure);
}

static void find_sfi(struct lint *lint, struct file *file)
{
    const struct template_file *row = names_row(file);
    if (row == NULL || row->sfi == 0 || file->fid != row->fid || file->sfi == row->sfi)
        return;
    if (file->sfi == 0)
        lint_find(lint, file, "it has no SFI, and terminals read it by %u", row->sfi);
    else
        lint_find(lint, file, "its SFI is %u, and terminals read it by %u", file->sfi, row->sfi);
}

void lint_files_sfi(struct lint *lint)
{
    lint_each_file(lint, find_sfi);
}

static void find_twins(struct lint *lint, struct file *file)
{
    for (const struct file *other = file->next; other != NULL && file->sfi != 0;
         other = other->next)
        if (other->sfi == file->sfi)
            lint_find(lint, file, "its SFI %u is that of %04X in the same directory as well",
                      file->sfi, other->fid);
}

void lint_sfi_twice(struct lint *lint)
{
    lint_each_file(lint, find_twins);
}
