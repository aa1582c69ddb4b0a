#include "fs/births/births.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"
#include "fs/births/births_database.h"
#include "fs/births/births_image.h"

#define COMMIT_EACH 256 /* records */

int births_open(const char *farm, struct births **out)
{
    struct births *births = calloc(1, sizeof(*births));
    if (births == NULL || snprintf(births->farm, PATH_MAX, "%s", farm) >= PATH_MAX) {
        trace_error("--state %s: %s", farm, births == NULL ? "no memory" : "the path is too long");
        free(births);
        return FAILURE_INTERNAL;
    }
    pthread_mutex_init(&births->lock, NULL);
    if (births_database_is_there(births) && births_database_open(births) != 0) {
        births_close(births);
        return FAILURE_INTERNAL;
    }
    if (births->database != NULL)
        births_forget_made(births);
    *out = births;
    return 0;
}

static bool is_empty(struct births *births)
{
    uint8_t eid[PKI_EID_SIZE];
    return births->database != NULL && births_first(births, eid) == SW_REFERENCE_NOT_FOUND;
}

void births_close(struct births *births)
{
    if (births == NULL)
        return;
    if (is_empty(births))
        births_database_remove(births);
    births_database_close(births);
    blob_finish(&births->image);
    blob_finish(&births->first);
    blob_finish(&births->common);
    pthread_mutex_destroy(&births->lock);
    free(births);
}

void births_put_value(struct writer *out, const char *name, struct bytes value)
{
    births_list_put(out, bytes_of_text(name), value);
}

/* Whether the list has this value under this name. Not in constant time, as keys are drawn anew for
 * each chip. */
static bool has_value(struct bytes list, const struct births_value *sought)
{
    struct births_value value;
    while (births_list_take(&list, &value))
        if (bytes_equal(value.name, sought->name))
            return bytes_equal(value.value, sought->value);
    return false;
}

int births_begin(struct births *births, const char *chip, struct bytes values)
{
    births->pattern = 0;
    births->broken = false;
    blob_finish(&births->image);
    blob_finish(&births->first);
    blob_finish(&births->common);
    const int result = births_image_make(chip, values, &births->image);
    return result == 0 ? blob_copy(values, &births->first) : result;
}

/* What the first two chips share, all of them are taken to share; one that does not has its own. */
static int find_common(struct births *births, struct bytes values)
{
    struct bytes list = blob_bytes(&births->first);
    uint8_t room[BIRTHS_VALUES_MAX];
    struct writer common = writer_on(room, sizeof(room));
    for (struct births_value value; births_list_take(&list, &value);)
        if (has_value(values, &value))
            births_list_put(&common, value.name, value.value);
    return blob_copy(writer_bytes(&common), &births->common);
}

static int add_common(struct births *births)
{
    struct bytes list = blob_bytes(&births->common);
    int result = 0;
    for (struct births_value value; result == 0 && births_list_take(&list, &value);) {
        sqlite3_stmt *statement = births_database_statement(births, BIRTHS_COMMON_ADD);
        if (statement == NULL)
            return FAILURE_INTERNAL;
        sqlite3_bind_int64(statement, 1, births->pattern);
        sqlite3_bind_blob64(statement, 2, value.name.data, value.name.len, SQLITE_STATIC);
        sqlite3_bind_blob64(statement, 3, value.value.data, value.value.len, SQLITE_STATIC);
        result = births_database_run(births, statement);
    }
    return result;
}

/* With the first record. */
static int add_pattern(struct births *births, struct bytes values)
{
    uint8_t seal[SHA256_SIZE];
    const struct bytes image = blob_bytes(&births->image);
    int result = births->database == NULL ? births_database_open(births) : 0;
    if (result == 0)
        result = sha256(&image, 1, seal);
    if (result == 0)
        result = births_database_begin(births);
    sqlite3_stmt *statement =
        result == 0 ? births_database_statement(births, BIRTHS_PATTERN_ADD) : NULL;
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_blob64(statement, 1, image.data, image.len, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, seal, SHA256_SIZE, SQLITE_STATIC);
    result = births_database_run(births, statement);
    births->pattern = sqlite3_last_insert_rowid(births->database);
    blob_finish(&births->image);
    if (result == 0)
        result = find_common(births, values);
    return result == 0 ? add_common(births) : result;
}

static int add_record(struct births *births, const uint8_t eid[PKI_EID_SIZE], struct bytes own,
                      const uint8_t seal[SHA256_SIZE])
{
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_ADD);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_blob(statement, 1, eid, PKI_EID_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, births->pattern);
    sqlite3_bind_blob64(statement, 3, own.data, own.len, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 4, seal, SHA256_SIZE, SQLITE_STATIC);
    return births_database_run(births, statement);
}

static void put_own(const struct births *births, struct bytes values, struct writer *own)
{
    for (struct births_value value; births_list_take(&values, &value);)
        if (has_value(blob_bytes(&births->common), &value))
            births_list_put_common(own, value.name);
        else
            births_list_put(own, value.name, value.value);
}

static int add(struct births *births, const uint8_t eid[PKI_EID_SIZE], struct bytes values,
               const uint8_t seal[SHA256_SIZE])
{
    uint8_t room[BIRTHS_VALUES_MAX];
    struct writer own = writer_on(room, sizeof(room));
    int result = births->pattern == 0 ? add_pattern(births, values) : 0;
    if (result == 0)
        result = births_database_begin(births);
    if (result == 0) {
        put_own(births, values, &own);
        result = add_record(births, eid, writer_bytes(&own), seal);
    }
    wipe(room, own.len);
    if (result == 0 && ++births->pending == COMMIT_EACH)
        result = births_database_commit(births);
    return result;
}

int births_add(struct births *births, const uint8_t eid[PKI_EID_SIZE], struct bytes values)
{
    uint8_t seal[SHA256_SIZE];
    if (values.len == 0 || births_list_seal(eid, values, seal) != 0)
        return FAILURE_INTERNAL;
    pthread_mutex_lock(&births->lock);
    const int result = births->broken ? FAILURE_MEMORY : add(births, eid, values, seal);
    if (result != 0 && !births->broken) {
        births_database_undo(births);
        births->broken = true;
    }
    pthread_mutex_unlock(&births->lock);
    return result;
}

/* The file's name as well: a power cut must not take it. */
static int flush_folder(const struct births *births)
{
    const int folder = open(births->farm, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int result = folder >= 0 && fsync(folder) == 0 ? 0 : FAILURE_MEMORY;
    if (result != 0)
        trace_error("cannot flush %s: %s", births->farm, strerror(errno));
    if (folder >= 0)
        close(folder);
    return result;
}

int births_flush(struct births *births)
{
    pthread_mutex_lock(&births->lock);
    int result = births->database != NULL ? births_database_commit(births) : 0;
    if (result == 0 && births->database != NULL &&
        sqlite3_wal_checkpoint_v2(births->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
            SQLITE_OK)
        result = births_database_fail(births, "write");
    if (result == 0 && births->database != NULL)
        result = flush_folder(births);
    pthread_mutex_unlock(&births->lock);
    return result;
}

/* Of a row's first column. */
static int take_eid(struct births *births, sqlite3_stmt *statement, uint8_t eid[PKI_EID_SIZE])
{
    if (bytes_copy_exact(births_database_bytes(statement, 0), eid, PKI_EID_SIZE))
        return 0;
    trace_error("cannot read %s/" BIRTHS_FILE ": a damaged record", births->farm);
    return FAILURE_INTERNAL;
}

static int each(struct births *births, births_visitor *visit, void *context)
{
    uint8_t eid[PKI_EID_SIZE];
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_LIST);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    int result;
    while ((result = births_database_row(births, statement)) == 0) {
        result = take_eid(births, statement, eid);
        if (result == 0)
            result = visit(context, eid);
        if (result != 0) {
            births_database_done(statement);
            return result;
        }
    }
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

int births_each(struct births *births, births_visitor *visit, void *context)
{
    if (births->database == NULL)
        return 0;
    pthread_mutex_lock(&births->lock);
    const int result = each(births, visit, context);
    pthread_mutex_unlock(&births->lock);
    return result;
}

static int first(struct births *births, uint8_t eid[PKI_EID_SIZE])
{
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_FIRST);
    int result = statement != NULL ? births_database_row(births, statement) : FAILURE_INTERNAL;
    if (result != 0)
        return result;
    result = sqlite3_column_type(statement, 0) == SQLITE_NULL ? SW_REFERENCE_NOT_FOUND
                                                              : take_eid(births, statement, eid);
    births_database_done(statement);
    return result;
}

int births_first(struct births *births, uint8_t eid[PKI_EID_SIZE])
{
    if (births->database == NULL)
        return SW_REFERENCE_NOT_FOUND;
    pthread_mutex_lock(&births->lock);
    const int result = first(births, eid);
    pthread_mutex_unlock(&births->lock);
    return result;
}
