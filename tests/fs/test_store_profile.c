/* Profiles: what goes in comes out, single changes, order, deletion. */
#include "tests/fs/test_store.h"

#include <dirent.h>
#include <sqlite3.h>

#include "fs/saip/saip.h"

TestSuite(store_profile, .init = test_make_folder, .fini = test_remove_folder);

#define TEXT(text) bytes_of_text(text)

static uint8_t *filled(struct profile *profile, size_t len, uint8_t first)
{
    uint8_t *data = arena_alloc(&profile->arena, len);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(first + i);
    return data;
}

static void give_content(struct profile *profile, struct file *file, uint32_t size, uint8_t first)
{
    file->size = size;
    file->content = filled(profile, size, first);
    file->content_len = size;
}

static void give_fields(struct profile *profile, struct file *file)
{
    file->shareable = false;
    file->sfi = 30;
    file->life_cycle = FILE_DEACTIVATED;
    file->special = 0xC0;
    file->rules = (struct file_rules){0x6F06, 255};
    file->record_len = 65535;
    file->maximum = UINT32_MAX;
    file->pins = 77;
    file->pin_status = bytes_of(filled(profile, 12, 0x90), 12);
    file->proprietary = bytes_of(filled(profile, 5, 0xA0), 5);
}

static void add_files(struct profile *profile)
{
    struct file *mf = profile_add_file(profile, NULL, FILE_MF, FILE_FID_MF);
    struct file *df = profile_add_file(profile, mf, FILE_DF, 0x7F10);
    give_fields(profile, df);
    struct file *adf = profile_add_file(profile, NULL, FILE_ADF, 0x7F01);
    adf->aid_len = FILE_AID_MAX;
    memset(adf->aid, 0xA0, FILE_AID_MAX);
    struct file *link = profile_add_file(profile, adf, FILE_DF, 0x5F3A);
    give_content(profile, profile_add_file(profile, mf, FILE_TRANSPARENT, 0x2FE2), 10, 0x98);
    struct file *phonebook = profile_add_file(profile, df, FILE_DF, 0x5F3A);
    link->target = phonebook;
    struct file *records = profile_add_file(profile, phonebook, FILE_LINEAR_FIXED, 0x4F30);
    give_content(profile, records, 200, 0);
    records->record_len = 20;
    struct file *objects = profile_add_file(profile, adf, FILE_BER_TLV, 0x6F01);
    give_content(profile, objects, 300, 1);
    objects->content_len = 40;
    memset(objects->content + 40, 0, 260);
    profile_add_file(profile, adf, FILE_CYCLIC, 0x6F39);
    profile_add_file(profile, NULL, FILE_ADF, 0x7F02)->aid_len = 0;
    give_content(profile, profile_add_file(profile, mf, FILE_TRANSPARENT, 0x2F05), 0, 0);
}

/* A node with another value in every byte behind its pointer. */
static void *scrambled(struct profile *profile, size_t size, uint8_t first)
{
    uint8_t *node = arena_alloc(&profile->arena, size);
    for (size_t i = sizeof(void *); i < size; i++)
        node[i] = (uint8_t)(first + 7 * i);
    return node;
}

static void add_pin(struct profile *profile, uint8_t number)
{
    struct pin *pin = scrambled(profile, sizeof(*pin), 0x30 + number);
    pin->directory = number;
    pin->reference = 0x81;
    pin->next = profile->pins;
    profile->pins = pin;
}

static void add_puk(struct profile *profile, uint8_t number)
{
    struct puk *puk = scrambled(profile, sizeof(*puk), 0x40 + number);
    puk->next = profile->puks;
    profile->puks = puk;
}

static void add_aka(struct profile *profile, uint8_t number)
{
    struct aka *aka = scrambled(profile, sizeof(*aka), 0x50 + number);
    aka->algorithm = AKA_TUAK;
    aka->key_len = 16;
    memset(aka->key + aka->key_len, 0, sizeof(aka->key) - aka->key_len);
    aka->opc_len = sizeof(aka->opc);
    memset(&aka->has_auth_counter_max, number & 1, sizeof(bool));
    aka->next = profile->akas;
    profile->akas = aka;
}

static void add_element(struct profile *profile, uint8_t number)
{
    struct element *element = scrambled(profile, sizeof(*element), 0x60 + number);
    element->whole = bytes_of(filled(profile, 900 + number, number), 900 + number);
    element->next = profile->elements;
    profile->elements = element;
}

static void add_keys(struct profile *profile)
{
    for (uint8_t number = 1; number <= 3; number++) {
        add_pin(profile, number);
        add_puk(profile, number);
        add_aka(profile, number);
        add_element(profile, number);
    }
}

static struct profile *make_profile(void)
{
    struct profile *profile;
    cr_assert(profile_create(&profile) == 0);
    for (uint8_t i = 0; i < PROFILE_ICCID_SIZE; i++)
        profile->iccid[i] = 0x89 + i;
    profile->major = 2;
    profile->minor = 3;
    memset(profile->type, 'x', sizeof(profile->type) - 1);
    add_files(profile);
    add_keys(profile);
    return profile;
}

static struct store_profile make_row(void)
{
    return (struct store_profile){.iccid = {0x98, 1, 2, 3, 4, 5, 6, 7, 8, 0xF9},
                                  .aid = {0xA0, 1, 2},
                                  .aid_len = 3,
                                  .state = 1,
                                  .nickname = TEXT("Nick"),
                                  .metadata = TEXT("\xBF\x25\x01\x01"),
                                  .configuration = TEXT("\xBF\x24\x01\x01"),
                                  .size = 4000000000};
}

static uint32_t id_of(const struct file *file)
{
    return file != NULL ? file->id : 0;
}

struct comparison {
    struct file *files[512];
    size_t count;
};

static int collect_file(void *context, struct file *file)
{
    struct comparison *comparison = context;
    comparison->files[comparison->count++] = file;
    return 0;
}

static void assert_same_content(const struct file *a, const struct file *b)
{
    cr_assert(eq(int, a->content != NULL, b->content != NULL));
    if (a->content != NULL)
        cr_assert(memcmp(a->content, b->content, a->size) == 0);
}

/* A new field makes these fail: store it, compare it here, then correct the size. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct file) == 136, "struct file has changed");
_Static_assert(sizeof(void *) != 8 || sizeof(struct pin) == 32, "struct pin has changed");
_Static_assert(sizeof(void *) != 8 || sizeof(struct puk) == 24, "struct puk has changed");
_Static_assert(sizeof(void *) != 8 || sizeof(struct aka) == 392, "struct aka has changed");

#define ASSERT_SAME(field)                                                                         \
    cr_assert(memcmp(&a->field, &b->field, sizeof(a->field)) == 0, #field " differs")

static void assert_same_file(const struct file *a, const struct file *b)
{
    ASSERT_SAME(id);
    ASSERT_SAME(fid);
    ASSERT_SAME(type);
    ASSERT_SAME(shareable);
    ASSERT_SAME(sfi);
    ASSERT_SAME(life_cycle);
    ASSERT_SAME(special);
    ASSERT_SAME(rules.arr);
    ASSERT_SAME(rules.record);
    ASSERT_SAME(record_len);
    ASSERT_SAME(size);
    ASSERT_SAME(maximum);
    ASSERT_SAME(content_len);
    ASSERT_SAME(aid);
    ASSERT_SAME(aid_len);
    ASSERT_SAME(pins);
    cr_assert(eq(u32, id_of(a->parent), id_of(b->parent)));
    cr_assert(eq(u32, id_of(a->next), id_of(b->next)));
    cr_assert(eq(u32, id_of(a->children), id_of(b->children)));
    cr_assert(eq(u32, id_of(a->target), id_of(b->target)));
    cr_assert(bytes_equal(a->pin_status, b->pin_status));
    cr_assert(bytes_equal(a->proprietary, b->proprietary));
    assert_same_content(a, b);
}

static void assert_same_pin(const struct pin *a, const struct pin *b)
{
    ASSERT_SAME(directory);
    ASSERT_SAME(reference);
    ASSERT_SAME(value);
    ASSERT_SAME(max);
    ASSERT_SAME(left);
    ASSERT_SAME(attributes);
    ASSERT_SAME(puk);
}

static void assert_same_puk(const struct puk *a, const struct puk *b)
{
    ASSERT_SAME(reference);
    ASSERT_SAME(value);
    ASSERT_SAME(max);
    ASSERT_SAME(left);
}

static void assert_same_aka(const struct aka *a, const struct aka *b)
{
    ASSERT_SAME(adf);
    ASSERT_SAME(mapped);
    ASSERT_SAME(mapping_options);
    ASSERT_SAME(algorithm);
    ASSERT_SAME(options);
    ASSERT_SAME(key);
    ASSERT_SAME(key_len);
    ASSERT_SAME(opc);
    ASSERT_SAME(opc_len);
    ASSERT_SAME(rotation);
    ASSERT_SAME(xoring);
    ASSERT_SAME(keccak);
    ASSERT_SAME(auth_counter_max);
    ASSERT_SAME(has_auth_counter_max);
    ASSERT_SAME(sqn_options);
    ASSERT_SAME(sqn_delta);
    ASSERT_SAME(sqn_age_limit);
    ASSERT_SAME(sqn);
}

#define ASSERT_SAME_LIST(type, first, second)                                                      \
    do {                                                                                           \
        const struct type *x = first, *y = second;                                                 \
        for (; x != NULL && y != NULL; x = x->next, y = y->next)                                   \
            assert_same_##type(x, y);                                                              \
        cr_assert(x == NULL && y == NULL);                                                         \
    } while (0)

static void assert_same_element(const struct element *a, const struct element *b)
{
    ASSERT_SAME(tag);
    ASSERT_SAME(directory);
    cr_assert(bytes_equal(a->whole, b->whole));
}

static void assert_same(struct profile *a, struct profile *b)
{
    cr_assert(memcmp(a->iccid, b->iccid, sizeof(a->iccid)) == 0);
    cr_assert(eq(u8, a->major, b->major));
    cr_assert(eq(u8, a->minor, b->minor));
    cr_assert(eq(str, a->type, b->type));
    cr_assert(eq(u32, a->file_count, b->file_count));
    static struct comparison files_a, files_b;
    files_a.count = files_b.count = 0;
    profile_each_file(a, collect_file, &files_a);
    profile_each_file(b, collect_file, &files_b);
    cr_assert(eq(sz, files_a.count, files_b.count));
    for (size_t i = 0; i < files_a.count; i++)
        assert_same_file(files_a.files[i], files_b.files[i]);
    ASSERT_SAME_LIST(pin, a->pins, b->pins);
    ASSERT_SAME_LIST(puk, a->puks, b->puks);
    ASSERT_SAME_LIST(aka, a->akas, b->akas);
    ASSERT_SAME_LIST(element, a->elements, b->elements);
}

static void assert_stored(struct store *store, uint32_t id, struct profile *profile)
{
    struct profile *loaded = NULL;
    cr_assert(store_profile_load(store, id, &loaded) == 0, "%s", test_trace);
    assert_same(profile, loaded);
    profile_destroy(loaded);
}

/* Adds a profile, commits, and opens the store anew. */
static struct store *store_with(struct profile *profile, uint32_t *id)
{
    struct store *store = test_open(test_folder);
    struct store_profile row = make_row();
    cr_assert(store_profile_add(store, &row, profile) == 0, "%s", test_trace);
    cr_assert(store_commit(store) == 0);
    store_close(store);
    *id = row.id;
    return test_open(test_folder);
}

Test(store_profile, loads_as_it_was_added)
{
    struct profile *profile = make_profile();
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
    struct profile *profile = make_profile();
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
    struct profile *profile = make_profile();
    uint32_t id;
    struct store *store = store_with(profile, &id);
    struct file *created = profile_add_file(profile, profile->mf, FILE_TRANSPARENT, 0x2F00);
    give_content(profile, created, 9, 0x61);
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
    struct profile *profile = make_profile();
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
    struct profile *profile = make_profile();
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
    struct profile *profile = make_profile();
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
        struct store_profile row = make_row();
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
