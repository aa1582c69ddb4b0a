#include "fs/files/names.h"

#include "fs/saip/template.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Which templates describe the files below an application or the MF. */
enum kind { KIND_MF, KIND_USIM, KIND_ISIM, KIND_CSIM, KIND_OTHER };

/* RID and application code (TS 101 220 Annex A and E; 3GPP2 C.S0065). */
static enum kind kind_of_aid(struct bytes aid)
{
    static const struct {
        uint8_t front[7];
        enum kind kind;
    } rows[] = {{{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02}, KIND_USIM},
                {{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04}, KIND_ISIM},
                {{0xA0, 0x00, 0x00, 0x03, 0x43, 0x10, 0x02}, KIND_CSIM}};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (bytes_start_with(aid, bytes_of(rows[i].front, sizeof(rows[i].front))))
            return rows[i].kind;
    return KIND_OTHER;
}

static enum kind kind_of(const struct file *file)
{
    while (file->parent != NULL)
        file = file->parent;
    return file->type == FILE_MF ? KIND_MF : kind_of_aid(bytes_of(file->aid, file->aid_len));
}

static bool template_fits(const struct template *template, enum kind kind)
{
    switch (template->base) {
    case TEMPLATE_AT_ROOT:
    case TEMPLATE_AT_MF:
        return kind == KIND_MF;
    case TEMPLATE_ADF_USIM:
    case TEMPLATE_IN_USIM:
        return kind == KIND_USIM;
    case TEMPLATE_ADF_ISIM:
    case TEMPLATE_IN_ISIM:
        return kind == KIND_ISIM;
    case TEMPLATE_ADF_CSIM:
    case TEMPLATE_IN_CSIM:
        return kind == KIND_CSIM;
    default:
        return kind != KIND_MF;
    }
}

/* FID of the directory a file is in; 0 for an ADF, whose FID is the package's own choice. */
static uint16_t place_of(const struct file *file)
{
    return file->parent == NULL || file->parent->type == FILE_ADF ? 0 : file->parent->fid;
}

static bool is_directory(const struct template_file *row)
{
    return row->type == FILE_MF || row->type == FILE_DF || row->type == FILE_ADF;
}

static uint16_t place_of_row(const struct template *template, const struct template_file *row)
{
    const struct template_file *first = template->files;
    if (row->parent != 0)
        return row->parent;
    if (row != first && is_directory(first))
        return first->type == FILE_ADF ? 0 : first->fid;
    return template->base == TEMPLATE_AT_MF ? FILE_FID_MF : 0;
}

struct search {
    const struct file *file;
    enum kind kind;
    const struct template_file *row;
};

static int find_row(void *context, const struct template *template)
{
    struct search *search = context;
    if (!template_fits(template, search->kind))
        return 0;
    for (size_t i = 0; i < template->count; i++) {
        const struct template_file *row = &template->files[i];
        const bool fits = row->fid != 0 && search->file->fid >= row->fid &&
                          search->file->fid < row->fid + row->instances &&
                          place_of_row(template, row) == place_of(search->file);
        if (fits) {
            search->row = row;
            return 1;
        }
    }
    return 0;
}

static const char *name_of_adf(enum kind kind)
{
    static const char *const names[] = {[KIND_USIM] = "ADF.USIM",
                                        [KIND_ISIM] = "ADF.ISIM",
                                        [KIND_CSIM] = "ADF.CSIM",
                                        [KIND_OTHER] = "ADF"};
    return names[kind];
}

const struct template_file *names_row(const struct file *file)
{
    struct search search = {file, kind_of(file), NULL};
    if (file->type != FILE_MF && file->type != FILE_ADF)
        template_each(find_row, &search);
    return search.row;
}

const char *names_of_file(const struct file *file)
{
    const struct template_file *row = names_row(file);
    if (file->type == FILE_MF)
        return "MF";
    if (file->type == FILE_ADF)
        return name_of_adf(kind_of(file));
    if (row != NULL)
        return row->name;
    return file->target != NULL ? names_of_file(file->target) : "";
}

const char *names_of_type(enum file_type type)
{
    static const char *const names[] = {[FILE_MF] = "MF",
                                        [FILE_DF] = "DF",
                                        [FILE_ADF] = "ADF",
                                        [FILE_TRANSPARENT] = "transparent",
                                        [FILE_LINEAR_FIXED] = "linear fixed",
                                        [FILE_CYCLIC] = "cyclic",
                                        [FILE_BER_TLV] = "BER-TLV"};
    return (size_t)type < COUNT(names) ? names[type] : "";
}

const char *names_of_algorithm(enum aka_algorithm algorithm)
{
    static const char *const names[] = {
        [AKA_MILENAGE] = "Milenage", [AKA_TUAK] = "TUAK", [AKA_TEST] = "test algorithm"};
    return algorithm >= AKA_MILENAGE && (size_t)algorithm < COUNT(names) ? names[algorithm] : "";
}
