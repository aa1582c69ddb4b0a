/* Any bytes as the image of a profile in a store: it is refused with a word, or the profile in it
 * is whole. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "fs/store/store.h"
#include "tests/support/memory_disk.h"

#define FILE_COUNT 400 /* ids up to this one are the profile's */

static char folder[] = "/tmp/emuicc-fuzz-image-XXXXXX";
static char path[64];
static uint32_t id;

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void silence(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void finish(void)
{
    unlink(path);
    rmdir(folder);
}

static void begin(void)
{
    struct store *store;
    struct profile *profile = NULL;
    struct store_profile row = {0};
    trace_to(silence, NULL);
    need(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/" STORE_FILE, folder);
    atexit(finish);
    memory_disk_start();
    need(store_open(folder, &store) == 0 && profile_create(&profile) == 0);
    profile->file_count = FILE_COUNT;
    need(store_profile_add(store, &row, profile) == 0 && store_commit(store) == 0);
    id = row.id;
    profile_destroy(profile);
    store_close(store);
}

static void put(struct bytes image)
{
    sqlite3 *database;
    sqlite3_stmt *statement = NULL;
    need(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
         sqlite3_exec(database, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK &&
         sqlite3_prepare_v2(database, "UPDATE image SET whole = ?1", -1, &statement, NULL) ==
             SQLITE_OK);
    sqlite3_bind_blob(statement, 1, image.len > 0 ? image.data : (const void *)"", (int)image.len,
                      SQLITE_STATIC);
    need(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_finalize(statement);
    sqlite3_close(database);
}

static void read_all(struct bytes bytes)
{
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < bytes.len; i++)
        sum = (uint8_t)(sum + bytes.data[i]);
}

static int check_file(void *context, struct file *file)
{
    const struct profile *profile = context;
    need(file->id > 0 && file->id <= profile->file_count);
    need(file->parent == NULL || file_is_directory(file->parent));
    if (file->content != NULL)
        read_all(bytes_of(file->content, file->size));
    read_all(file->pin_status);
    read_all(file->proprietary);
    return 0;
}

static int check_element(void *context, const struct element *element)
{
    (void)context;
    read_all(element->whole);
    return 0;
}

/* What could be loaded stands as rows afterwards, and is loaded again. */
static void use(struct store *store)
{
    struct profile *profile;
    (void)store_each_element(store, id, check_element, NULL);
    if (store_profile_load(store, id, &profile) != 0)
        return;
    (void)profile_each_file(profile, check_file, profile);
    if (profile->mf != NULL) {
        need(store_file_update(store, id, profile->mf) == 0);
        (void)store_file_delete(store, id, profile->mf->id);
    }
    profile_destroy(profile);
    need(store_profile_load(store, id, &profile) == 0);
    profile_destroy(profile);
    store_rollback(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store *store;
    if (id == 0)
        begin();
    put(bytes_of(data, size));
    need(store_open(folder, &store) == 0);
    use(store);
    store_close(store);
    return 0;
}
