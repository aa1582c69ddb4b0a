/* The part of births that makes a chip: its store out of what its kind have in common, and its
 * folder on the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"
#include "fs/births/births.h"
#include "fs/births/births_database.h"
#include "fs/births/births_image.h"
#include "fs/births/births_list.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define FRESH_ENDING ".new" /* of a store that is not whole yet */

/* What is read of a record. */
struct record {
    uint8_t *pattern; /* heap of SQLite's */
    size_t pattern_len;
    uint8_t seal[SHA256_SIZE], pattern_seal[SHA256_SIZE];
    uint8_t room[BIRTHS_VALUES_MAX];
    struct writer values; /* on that */
};

static int damaged(const struct births *births, const char *digits)
{
    trace_error("cannot read %s/" BIRTHS_FILE ": the record of chip %s is damaged", births->farm,
                digits);
    return FAILURE_INTERNAL;
}

static int put_common(struct births *births, sqlite3_int64 pattern, struct bytes name,
                      struct writer *out)
{
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_COMMON_GET);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, pattern);
    sqlite3_bind_blob64(statement, 2, name.data, name.len, SQLITE_STATIC);
    const int result = births_database_row(births, statement);
    if (result != 0)
        return result;
    births_list_put(out, name, births_database_bytes(statement, 0));
    births_database_done(statement);
    return 0;
}

/* The list as it was when the record was made. */
static int complete(struct births *births, sqlite3_int64 pattern, struct bytes own,
                    struct writer *out)
{
    int result = 0;
    for (struct births_value value; result == 0 && births_list_take(&own, &value);)
        if (value.common)
            result = put_common(births, pattern, value.name, out);
        else
            births_list_put(out, value.name, value.value);
    return result == 0 && own.len > 0 ? SW_REFERENCE_NOT_FOUND : result;
}

static int read_pattern(struct births *births, sqlite3_int64 id, struct record *out)
{
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_PATTERN_GET);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, id);
    const int result = births_database_row(births, statement);
    if (result != 0)
        return result;
    const struct bytes pattern = births_database_bytes(statement, 0);
    out->pattern = sqlite3_malloc64(pattern.len + 1);
    out->pattern_len = pattern.len;
    if (out->pattern != NULL)
        memcpy(out->pattern, pattern.data, pattern.len);
    const bool sealed =
        bytes_copy_exact(births_database_bytes(statement, 1), out->pattern_seal, SHA256_SIZE);
    births_database_done(statement);
    if (out->pattern == NULL)
        return FAILURE_INTERNAL;
    return sealed ? 0 : SW_REFERENCE_NOT_FOUND;
}

/* SW_REFERENCE_NOT_FOUND if there is none. */
static int read_record(struct births *births, const uint8_t eid[PKI_EID_SIZE], const char *digits,
                       struct record *out)
{
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_GET);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_blob(statement, 1, eid, PKI_EID_SIZE, SQLITE_STATIC);
    int result = births_database_row(births, statement);
    if (result != 0)
        return result;
    const sqlite3_int64 pattern = sqlite3_column_int64(statement, 0);
    result = complete(births, pattern, births_database_bytes(statement, 1), &out->values);
    const bool sealed =
        bytes_copy_exact(births_database_bytes(statement, 2), out->seal, SHA256_SIZE);
    births_database_done(statement);
    if (result == 0)
        result = read_pattern(births, pattern, out);
    return result > 0 || (result == 0 && !sealed) ? damaged(births, digits) : result;
}

static int check_seals(const struct births *births, const uint8_t eid[PKI_EID_SIZE],
                       const char *digits, const struct record *record)
{
    uint8_t seal[SHA256_SIZE], pattern_seal[SHA256_SIZE];
    const struct bytes pattern = bytes_of(record->pattern, record->pattern_len);
    if (births_list_seal(eid, writer_bytes(&record->values), seal) != 0 ||
        sha256(&pattern, 1, pattern_seal) != 0)
        return FAILURE_INTERNAL;
    return memcmp(seal, record->seal, sizeof(seal)) == 0 &&
                   memcmp(pattern_seal, record->pattern_seal, sizeof(pattern_seal)) == 0
               ? 0
               : damaged(births, digits);
}

static int refuse(const char *doing, const char *path)
{
    trace_error("cannot %s %s: %s", doing, path, strerror(errno));
    return FAILURE_MEMORY;
}

static int flush_folder(const char *path)
{
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int result = folder >= 0 && fsync(folder) == 0 ? 0 : refuse("flush", path);
    if (folder >= 0)
        close(folder);
    return result;
}

static int write_file(const char *path, struct bytes content)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
    const int file = open(path, flags, FILE_MODE);
    if (file < 0)
        return refuse("make", path);
    ssize_t written = 0;
    while (content.len > 0 && (written = write(file, content.data, content.len)) > 0)
        content = bytes_of(content.data + written, content.len - (size_t)written);
    const int result = content.len == 0 && fsync(file) == 0 ? 0 : refuse("write", path);
    close(file);
    if (result != 0)
        (void)unlink(path);
    return result;
}

/* What SQLite had beside a store that somebody has removed is not the new one's. */
static int remove_leftovers(const char *path)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    char left[PATH_MAX];
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (snprintf(left, PATH_MAX, "%s%s", path, endings[i]) >= PATH_MAX ||
            (unlink(left) != 0 && errno != ENOENT))
            return refuse("remove", left);
    return 0;
}

/* The store gets its name when it is whole on the disk. */
static int write_chip(const char *chips, const char *digits, struct bytes store)
{
    char folder[PATH_MAX], fresh[PATH_MAX], path[PATH_MAX];
    if (snprintf(folder, PATH_MAX, "%s/%s", chips, digits) >= PATH_MAX ||
        snprintf(path, PATH_MAX, "%s/" STORE_FILE, folder) >= PATH_MAX ||
        snprintf(fresh, PATH_MAX, "%s" FRESH_ENDING, path) >= PATH_MAX)
        return FAILURE_INTERNAL;
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return refuse("make", folder);
    int result = remove_leftovers(path);
    if (result == 0)
        result = write_file(fresh, store);
    if (result == 0 && rename(fresh, path) != 0) {
        result = refuse("make", path);
        (void)unlink(fresh); /* it has the chip's key */
    }
    if (result == 0)
        result = flush_folder(folder);
    if (result == 0)
        result = flush_folder(chips);
    if (result != 0)
        (void)rmdir(folder); /* unless something else is in it */
    return result;
}

static bool has_store(const char *chips, const char *digits)
{
    char path[PATH_MAX];
    return snprintf(path, PATH_MAX, "%s/%s/" STORE_FILE, chips, digits) < PATH_MAX &&
           access(path, F_OK) == 0;
}

static int make_chip(const struct births *births, const char *chips, const char *digits,
                     const struct record *record)
{
    size_t len;
    uint8_t *store = births_image_change(bytes_of(record->pattern, record->pattern_len),
                                         STORE_VALUE_PUT, writer_bytes(&record->values), &len);
    if (store == NULL) {
        trace_error("cannot make the store of chip %s out of %s/" BIRTHS_FILE, digits,
                    births->farm);
        return FAILURE_INTERNAL;
    }
    const int result = write_chip(chips, digits, bytes_of(store, len));
    sqlite3_free(store);
    return result;
}

/* One that stays is looked for at the next births_open(). */
static void forget(struct births *births, const uint8_t eid[PKI_EID_SIZE])
{
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_REMOVE);
    if (statement == NULL)
        return;
    sqlite3_bind_blob(statement, 1, eid, PKI_EID_SIZE, SQLITE_STATIC);
    (void)births_database_run(births, statement);
}

/* Whoever has made the folder may have ended, or failed, before its name was on the disk. */
static int flush_chip(const char *chips, const char *digits)
{
    char folder[PATH_MAX];
    if (snprintf(folder, PATH_MAX, "%s/%s", chips, digits) >= PATH_MAX)
        return FAILURE_INTERNAL;
    const int result = flush_folder(folder);
    return result == 0 ? flush_folder(chips) : result;
}

void births_forget_made(struct births *births)
{
    char chips[PATH_MAX], digits[PKI_EID_DIGITS + 1];
    uint8_t eid[PKI_EID_SIZE];
    sqlite3_stmt *statement = births_database_statement(births, BIRTHS_LIST);
    if (statement == NULL ||
        snprintf(chips, sizeof(chips), "%s/" BIRTHS_CHIPS, births->farm) >= PATH_MAX)
        return;
    while (births_database_row(births, statement) == 0) {
        if (!bytes_copy_exact(births_database_bytes(statement, 0), eid, sizeof(eid)))
            continue;
        pki_eid_to_text(eid, digits);
        if (has_store(chips, digits) && flush_chip(chips, digits) == 0)
            forget(births, eid);
    }
}

static int make_from(struct births *births, const uint8_t eid[PKI_EID_SIZE], const char *digits,
                     const char *chips, struct record *record)
{
    pthread_mutex_lock(&births->lock);
    int result = read_record(births, eid, digits, record);
    pthread_mutex_unlock(&births->lock);
    if (result == 0)
        result = check_seals(births, eid, digits, record);
    if (result == 0)
        result = make_chip(births, chips, digits, record);
    sqlite3_free(record->pattern);
    wipe(record->room, record->values.len);
    return result;
}

int births_make(struct births *births, const uint8_t eid[PKI_EID_SIZE])
{
    char chips[PATH_MAX], digits[PKI_EID_DIGITS + 1];
    struct record record = {.pattern = NULL};
    record.values = writer_on(record.room, sizeof(record.room));
    pki_eid_to_text(eid, digits);
    if (births->database == NULL)
        return SW_REFERENCE_NOT_FOUND;
    if (snprintf(chips, sizeof(chips), "%s/" BIRTHS_CHIPS, births->farm) >= PATH_MAX)
        return FAILURE_INTERNAL;
    const int result = has_store(chips, digits) ? flush_chip(chips, digits)
                                                : make_from(births, eid, digits, chips, &record);
    if (result != 0)
        return result;
    pthread_mutex_lock(&births->lock);
    forget(births, eid);
    pthread_mutex_unlock(&births->lock);
    return 0;
}

/* Whole path of the folder that this one is in, which exists; false: it does not. *name: the last
 * part of the path. */
static bool take_apart(const char *folder, char above[PATH_MAX], struct bytes *name)
{
    char copy[PATH_MAX];
    size_t end = strlen(folder);
    while (end > 0 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    *name = bytes_of(folder + begin, end - begin);
    return end > begin && snprintf(copy, sizeof(copy), "%.*s", (int)begin, folder) < PATH_MAX &&
           realpath(begin > 0 ? copy : ".", above) != NULL;
}

/* The farm of this folder, and the name in its folder of chips. */
static bool find_farm(const char *folder, char farm[PATH_MAX], struct bytes *name)
{
    static const char chips[] = "/" BIRTHS_CHIPS;
    if (!take_apart(folder, farm, name))
        return false;
    const size_t len = strlen(farm), tail = strlen(chips);
    if (len <= tail || strcmp(farm + len - tail, chips) != 0)
        return false;
    farm[len - tail] = '\0';
    return true;
}

bool births_farm_of(const char *folder, char farm[PATH_MAX])
{
    char whole[PATH_MAX];
    struct bytes name;
    return find_farm(realpath(folder, whole) != NULL ? whole : folder, farm, &name);
}

int births_make_in(const char *folder)
{
    char farm[PATH_MAX], digits[PKI_EID_DIGITS + 1];
    uint8_t eid[PKI_EID_SIZE];
    struct bytes name;
    struct births *births;
    if (!find_farm(folder, farm, &name) || name.len != PKI_EID_DIGITS)
        return 0;
    snprintf(digits, sizeof(digits), "%.*s", (int)name.len, (const char *)name.data);
    if (!pki_eid_from_text(digits, eid) || has_store(folder, "."))
        return 0;
    if (births_open(farm, &births) != 0)
        return FAILURE_INTERNAL;
    const int result = births_make(births, eid);
    births_close(births);
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}
