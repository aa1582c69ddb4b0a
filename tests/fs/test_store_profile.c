/* Profiles: what goes in comes out, single changes, order, deletion. */
#include "tests/fs/test_store.h"

#include <dirent.h>
#include <sqlite3.h>

#include "fs/saip/saip.h"
#include "tests/fs/stored_profile.h"

TestSuite(store_profile, .init = test_make_folder, .fini = test_remove_folder);

#define TEXT(text) bytes_of_text(text)

static void assert_stored(struct store *store, uint32_t id, struct profile *profile)
{
    struct profile *loaded = NULL;
    cr_assert(store_profile_load(store, id, &loaded) == 0, "%s", test_trace);
    stored_profile_compare(profile, loaded);
    profile_destroy(loaded);
}

/* Adds a profile, commits, and opens the store anew. */
static struct store *store_with(struct profile *profile, uint32_t *id)
{
    struct store *store = test_open(test_folder);
    struct store_profile row = stored_profile_row();
    cr_assert(store_profile_add(store, &row, profile) == 0, "%s", test_trace);
    cr_assert(store_commit(store) == 0);
    store_close(store);
    *id = row.id;
    return test_open(test_folder);
}

Test(store_profile, loads_as_it_was_added)
{
    struct profile *profile = stored_profile_make();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    assert_stored(store, id, profile);
    struct profile *none;
    cr_assert(eq(int, store_profile_load(store, id + 1, &none), SW_REFERENCE_NOT_FOUND));
    store_close(store);
    profile_destroy(profile);
}

Test(store_profile, an_empty_one_loads_too)
{
    struct profile *profile;
    cr_assert(profile_create(&profile) == 0);
    uint32_t id;
    struct store *store = store_with(profile, &id);
    assert_stored(store, id, profile);
    store_close(store);
    profile_destroy(profile);
}

Test(store_profile, files_are_updated)
{
    struct profile *profile = stored_profile_make();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    struct file *file = profile_child(profile->mf, 0x2FE2);
    file->content[3] = 0xEE;
    file->life_cycle = FILE_TERMINATED;
    struct file *objects = profile_child(profile->adfs, 0x6F01);
    objects->content[40] = 0x5A;
    objects->content_len = 41;
    cr_assert(store_file_update(store, id, file) == 0);
    cr_assert(store_file_update(store, id, objects) == 0);
    cr_assert(store_commit(store) == 0);
    assert_stored(store, id, profile);
    cr_assert(eq(int, store_file_update(store, id + 1, file), SW_REFERENCE_NOT_FOUND));
    store_close(store);
    profile_destroy(profile);
}

Test(store_profile, files_are_created_and_deleted)
{
    struct profile *profile = stored_profile_make();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    struct file *created = profile_add_file(profile, profile->mf, FILE_TRANSPARENT, 0x2F00);
    stored_profile_fill(profile, created, 9, 0x61);
    cr_assert(store_file_add(store, id, created) == 0);
    assert_stored(store, id, profile);
    /* DF.TELECOM goes, its phonebook below it, and the ADF's link to that phonebook. */
    struct file *mf = profile->mf, *telecom = mf->children;
    struct file *link = profile->adfs->children;
    cr_assert(store_file_delete(store, id, telecom->id) == 0);
    mf->children = telecom->next;
    profile->adfs->children = link->next;
    assert_stored(store, id, profile);
    cr_assert(eq(int, store_file_delete(store, id, telecom->id), SW_REFERENCE_NOT_FOUND));
    store_close(store);
    profile_destroy(profile);
}

/* How many rows the table has. */
static int rows_of(const char *table)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    char query[64];
    snprintf(query, sizeof(query), "SELECT count(*) FROM %s", table);
    cr_assert(sqlite3_open_v2(test_path(STORE_FILE), &database, SQLITE_OPEN_READONLY, NULL) ==
              SQLITE_OK);
    cr_assert(sqlite3_prepare_v2(database, query, -1, &statement, NULL) == SQLITE_OK);
    cr_assert(sqlite3_step(statement) == SQLITE_ROW);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return count;
}

/* What a package brings is one value; a file that changes gets a row, once; a deletion makes rows
 * of all of it. */
Test(store_profile, files_are_an_image_until_one_is_deleted)
{
    struct profile *profile = stored_profile_make();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    store_close(store);
    cr_assert(eq(int, rows_of("image"), 1));
    cr_assert(eq(int, rows_of("file"), 0));
    cr_assert(eq(int, rows_of("element"), 0));
    store = test_open(test_folder);
    struct file *file = profile_child(profile->mf, 0x2FE2);
    for (uint8_t value = 1; value < 4; value++) {
        file->content[0] = value;
        cr_assert(store_file_update(store, id, file) == 0);
        cr_assert(store_commit(store) == 0);
        assert_stored(store, id, profile);
    }
    store_close(store);
    cr_assert(eq(int, rows_of("file"), 1));
    store = test_open(test_folder);
    struct file *telecom = profile->mf->children;
    cr_assert(store_file_delete(store, id, telecom->id) == 0);
    cr_assert(store_commit(store) == 0);
    profile->mf->children = telecom->next;
    profile->adfs->children = profile->adfs->children->next;
    assert_stored(store, id, profile);
    store_close(store);
    cr_assert(eq(int, rows_of("image"), 0));
    cr_assert(rows_of("file") > 1);
    cr_assert(rows_of("element") > 0);
    profile_destroy(profile);
}

Test(store_profile, an_image_goes_with_its_profile)
{
    struct profile *profile = stored_profile_make();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    cr_assert(store_profile_delete(store, id) == 0);
    cr_assert(store_commit(store) == 0);
    store_close(store);
    cr_assert(eq(int, rows_of("image"), 0));
    profile_destroy(profile);
}

Test(store_profile, pins_puks_and_aka_are_updated)
{
    struct profile *profile = stored_profile_make();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    struct pin *pin = profile->pins->next;
    pin->left = 1;
    pin->value[7] = 0xFF;
    profile->puks->left = 0;
    struct aka *aka = profile->akas->next;
    memset(aka->sqn[31], 0xAB, AKA_SQN_SIZE);
    cr_assert(store_pin_update(store, id, pin) == 0);
    cr_assert(store_puk_update(store, id, profile->puks) == 0);
    cr_assert(store_aka_update(store, id, aka) == 0);
    assert_stored(store, id, profile);
    struct pin stranger = *pin;
    stranger.reference = 1;
    cr_assert(eq(int, store_pin_update(store, id, &stranger), SW_REFERENCE_NOT_FOUND));
    store_close(store);
    profile_destroy(profile);
}

/* The profile that a package makes. */
static struct profile *interpret(const char *path)
{
    static uint8_t package[1 << 16];
    struct profile *profile;
    struct saip *saip;
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    const size_t len = fread(package, 1, sizeof(package), file);
    fclose(file);
    cr_assert(profile_create(&profile) == 0);
    cr_assert(saip_create(&saip_default_platform, profile, &saip) == 0);
    cr_assert(eq(int, saip_feed(saip, bytes_of(package, len)), SAIP_ENDED), "%s", path);
    saip_destroy(saip);
    return profile;
}

/* All of them into one store, so that rows of one cannot be taken for another's. */
Test(store_profile, published_packages_load_as_they_were_added)
{
    char folder[512], path[1024];
    const char *shared = getenv("EMUICC_SHARED");
    struct profile *profiles[64];
    uint32_t ids[64];
    size_t count = 0;
    snprintf(folder, sizeof(folder), "%s/data/ts48", shared != NULL ? shared : "../shared");
    DIR *packages = opendir(folder);
    if (packages == NULL)
        cr_skip("there is no %s", folder);
    struct store *store = test_open(test_folder);
    for (struct dirent *entry; (entry = readdir(packages)) != NULL && count < 64;) {
        if (strstr(entry->d_name, ".der") == NULL)
            continue;
        struct store_profile row = stored_profile_row();
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        profiles[count] = interpret(path);
        cr_assert(store_profile_add(store, &row, profiles[count]) == 0, "%s", test_trace);
        cr_assert(store_commit(store) == 0);
        ids[count++] = row.id;
    }
    closedir(packages);
    store_close(store);
    store = test_open(test_folder);
    for (size_t i = 0; i < count; i++) {
        assert_stored(store, ids[i], profiles[i]);
        profile_destroy(profiles[i]);
    }
    cr_assert(eq(sz, count, 22));
    store_close(store);
}
