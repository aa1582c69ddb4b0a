#include "fs/store/store_image.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"

#define FORM 1
#define ROOM_LEAST 1024

static int count_file(void *context, struct file *file)
{
    (void)file;
    ++*(uint32_t *)context;
    return 0;
}

static int put_file(void *context, struct file *file)
{
    struct writer *writer = context;
    struct store_file_row row;
    store_file_describe(file, &row);
    store_column_put(writer, &store_file_columns, &row.file);
    store_column_put(writer, &store_file_more_columns, &row);
    return 0;
}

static uint32_t count_elements(const struct profile *profile)
{
    uint32_t count = 0;
    for (const struct element *each = profile->elements; each != NULL; each = each->next)
        count++;
    return count;
}

static void put(struct profile *profile, struct writer *writer)
{
    uint32_t files = 0;
    (void)profile_each_file(profile, count_file, &files);
    writer_put_u8(writer, FORM);
    store_column_put_number(writer, count_elements(profile));
    for (const struct element *each = profile->elements; each != NULL; each = each->next)
        store_column_put(writer, &store_element_columns, each);
    store_column_put_number(writer, files);
    (void)profile_each_file(profile, put_file, writer);
}

/* What a profile takes in memory is nearly always more than its image takes; where it is not, twice
 * that. */
int store_image_make(struct profile *profile, struct blob *out)
{
    for (size_t room = ROOM_LEAST + profile->arena.used;; room *= 2) {
        *out = (struct blob){.data = malloc(room)};
        if (out->data == NULL) {
            trace_error("out of memory");
            return FAILURE_INTERNAL;
        }
        struct writer writer = writer_on(out->data, room);
        put(profile, &writer);
        out->len = writer.len;
        if (!writer.overflow)
            return 0;
        blob_finish(out);
    }
}

int store_image_each_element(struct bytes *image, store_image_element_visitor *visit, void *context)
{
    uint8_t form;
    uint32_t count;
    if (!bytes_take_u8(image, &form) || form != FORM || !store_column_take_number(image, &count))
        return FAILURE_INTERNAL;
    int result = 0;
    for (; count > 0 && result == 0; count--) {
        struct element element = {0};
        result = store_column_take(image, &store_element_columns, &element)
                     ? visit(context, &element)
                     : FAILURE_INTERNAL;
    }
    return result;
}

int store_image_each_file(struct bytes *image, store_image_file_visitor *visit, void *context)
{
    uint32_t count;
    if (!store_column_take_number(image, &count))
        return FAILURE_INTERNAL;
    int result = 0;
    for (; count > 0 && result == 0; count--) {
        struct store_file_row row = {0};
        result = store_column_take(image, &store_file_columns, &row.file) &&
                         store_column_take(image, &store_file_more_columns, &row)
                     ? visit(context, &row)
                     : FAILURE_INTERNAL;
    }
    return result == 0 && image->len != 0 ? FAILURE_INTERNAL : result;
}

int store_image_add(struct store *store, uint32_t id, struct profile *profile)
{
    struct blob image;
    const int made = store_image_make(profile, &image);
    sqlite3_stmt *statement = made == 0 ? store_statement_for_change(store, STORE_IMAGE_ADD) : NULL;
    if (statement == NULL) {
        blob_finish(&image);
        return made != 0 ? made : FAILURE_MEMORY;
    }
    sqlite3_bind_int64(statement, 1, id);
    store_column_bind_bytes(statement, 2, blob_bytes(&image));
    const int result = store_statement_run(store, statement);
    blob_finish(&image);
    return result;
}

/* The statement that stands on the image, or on nothing: *there. The caller ends its use. */
static sqlite3_stmt *find(struct store *store, uint32_t id, bool *there)
{
    sqlite3_stmt *statement = store_statement(store, STORE_IMAGE_GET);
    if (statement == NULL)
        return NULL;
    sqlite3_bind_int64(statement, 1, id);
    if (store_statement_step(store, statement, there) == 0)
        return statement;
    store_statement_done(statement);
    return NULL;
}

int store_image_load(struct store *store, uint32_t id, struct arena *arena, struct bytes *out)
{
    bool there = false;
    sqlite3_stmt *statement = find(store, id, &there);
    *out = (struct bytes){0};
    if (statement == NULL)
        return FAILURE_INTERNAL;
    if (there) {
        const struct bytes whole = store_column_bytes(statement, 0);
        *out = bytes_of(arena_copy(arena, whole), whole.len);
    }
    store_statement_done(statement);
    return there && out->data == NULL ? FAILURE_INTERNAL : 0;
}

int store_image_is_there(struct store *store, uint32_t id, bool *out)
{
    sqlite3_stmt *statement = find(store, id, out);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    store_statement_done(statement);
    return 0;
}

int store_image_visit_elements(struct store *store, uint32_t id, store_image_element_visitor *visit,
                               void *context)
{
    bool there = false;
    sqlite3_stmt *statement = find(store, id, &there);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    struct bytes image = store_column_bytes(statement, 0);
    const int result = there ? store_image_each_element(&image, visit, context) : 0;
    store_statement_done(statement);
    return result;
}
