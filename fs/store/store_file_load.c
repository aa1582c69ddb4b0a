/* The part of the store that reads a profile's files: those of its image, and rows. */
#include <stdlib.h>

#include "apdu/status.h"
#include "fs/store/store.h"
#include "fs/store/store_image.h"
#include "fs/store/store_profile.h"

/* What loading knows of a file before all files are there. */
struct loaded {
    struct file *file;
    struct file *last; /* of its children; of id 0, of the ADFs */
    uint32_t target;
};

struct load {
    struct profile *profile;
    struct loaded *files; /* by id, 0 unused */
    uint32_t count;       /* of ids, as the profile's row has it */
};

static struct file *loaded_file(const struct load *load, uint32_t id)
{
    return id > 0 && id <= load->count ? load->files[id].file : NULL;
}

/* Under the parent that the row names, with its own id: deleted files leave gaps. */
static struct file *add(struct load *load, const struct store_file_row *row)
{
    const struct file *file = &row->file;
    struct file *parent = loaded_file(load, row->parent);
    const bool root = file->type == FILE_MF || file->type == FILE_ADF;
    if (file->id == 0 || file->id > load->count || file->type > FILE_BER_TLV ||
        root != (row->parent == 0) || root != (parent == NULL) ||
        (parent != NULL && !file_is_directory(parent)))
        return NULL;
    load->profile->file_count = file->id - 1;
    struct file **last = &load->files[row->parent].last;
    struct file *added =
        profile_add_file_behind(load->profile, parent, *last, file->type, file->fid);
    if (file->type != FILE_MF)
        *last = added;
    return added;
}

/* The file that the row is about: a row beside the image has been a change of what is in it. */
static struct file *file_for(struct load *load, const struct store_file_row *row)
{
    struct file *file = loaded_file(load, row->file.id);
    if (file == NULL)
        return add(load, row);
    const uint32_t parent = file->parent != NULL ? file->parent->id : 0;
    return file->type == row->file.type && parent == row->parent ? file : NULL;
}

/* What the row keeps fits what it says of the file. */
static bool fits(const struct store_file_row *row)
{
    const struct file *file = &row->file;
    const uint32_t kept = file->type == FILE_BER_TLV ? file->content_len : file->size;
    return !row->has_content || (row->content.len == kept && kept <= file->size);
}

/* The fields of the row in its file, whose place in the tree stays. */
static void take_fields(struct file *file, const struct file *row)
{
    const struct file place = *file;
    *file = *row;
    file->parent = place.parent;
    file->children = place.children;
    file->next = place.next;
    file->content = NULL;
    file->target = NULL;
}

/* The row as a file of the profile; NULL if it cannot be one, or memory is short. */
static struct file *take_row(struct load *load, const struct store_file_row *row)
{
    struct file *file = fits(row) ? file_for(load, row) : NULL;
    if (file == NULL)
        return NULL;
    take_fields(file, &row->file);
    load->files[file->id].file = file;
    load->files[file->id].target = row->target;
    return file;
}

static bool copy_content(struct load *load, struct file *file, struct bytes content)
{
    file->content = arena_alloc(&load->profile->arena, file->size);
    if (file->content == NULL)
        return false;
    if (content.len > 0)
        memcpy(file->content, content.data, content.len);
    return true;
}

/* What stands in the image stays there: it is the profile's own copy. */
static int take_from_image(void *context, const struct store_file_row *row)
{
    struct load *load = context;
    struct file *file = loaded_file(load, row->file.id) == NULL ? take_row(load, row) : NULL;
    if (file == NULL)
        return FAILURE_INTERNAL;
    if (!row->has_content)
        return 0;
    if (row->content.len < file->size || file->size == 0)
        return copy_content(load, file, row->content) ? 0 : FAILURE_INTERNAL;
    file->content = (uint8_t *)row->content.data;
    return 0;
}

static bool read_row(struct load *load, sqlite3_stmt *statement, struct store_file_row *row)
{
    const int more = store_file_columns.count;
    const sqlite3_int64 parent = sqlite3_column_int64(statement, more),
                        target = sqlite3_column_int64(statement, more + 1);
    row->parent = (uint32_t)parent;
    row->target = (uint32_t)target;
    row->has_content = sqlite3_column_type(statement, more + 2) != SQLITE_NULL;
    row->content = store_column_bytes(statement, more + 2);
    return parent == row->parent && target == row->target &&
           store_column_read(statement, &store_file_columns, &row->file, &load->profile->arena);
}

static int take_from_row(struct store *store, sqlite3_stmt *statement, void *context)
{
    struct load *load = context;
    struct store_file_row row = {0};
    struct file *file = read_row(load, statement, &row) ? take_row(load, &row) : NULL;
    if (file == NULL || (row.has_content && !copy_content(load, file, row.content)))
        return store_database_damaged(store, "file");
    return 0;
}

static int follow_links(struct store *store, struct load *load)
{
    for (uint32_t id = 1; id <= load->count; id++) {
        const struct loaded *loaded = &load->files[id];
        if (loaded->target == 0)
            continue;
        loaded->file->target = loaded_file(load, loaded->target);
        if (loaded->file->target == NULL)
            return store_database_damaged(store, "file");
    }
    return 0;
}

static int take_image(struct store *store, struct bytes image, struct load *load)
{
    if (image.len > 0 && store_image_each_file(&image, take_from_image, load) != 0)
        return store_database_damaged(store, "image");
    return 0;
}

static int take_rows(struct store *store, uint32_t id, struct load *load)
{
    sqlite3_stmt *statement = store_statement(store, STORE_FILE_LIST);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, id);
    return store_statement_each(store, statement, take_from_row, load);
}

/* id: of whose rows; 0: there are none. */
static int load_files(struct store *store, uint32_t id, struct bytes image, struct profile *profile)
{
    struct load load = {.profile = profile, .count = profile->file_count};
    load.files = calloc((size_t)load.count + 1, sizeof(*load.files));
    if (load.files == NULL)
        return FAILURE_INTERNAL;
    int result = take_image(store, image, &load);
    if (result == 0 && id != 0)
        result = take_rows(store, id, &load);
    if (result == 0)
        result = follow_links(store, &load);
    free(load.files);
    profile->file_count = load.count;
    return result;
}

int store_file_load_all(struct store *store, uint32_t id, struct bytes image,
                        struct profile *profile)
{
    return load_files(store, id, image, profile);
}

int store_file_load_image(struct store *store, struct bytes image, struct profile *profile)
{
    return load_files(store, 0, image, profile);
}
